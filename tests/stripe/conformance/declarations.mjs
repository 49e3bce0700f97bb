// The official library's declarations, read as text: which fields an interface has.
import { existsSync, readFileSync } from "node:fs";

const FOLDER = new URL("../node_modules/stripe/cjs/resources/", import.meta.url);
const PAGING = { limit: false, starting_after: false, ending_before: false };

const sourceOf = (file) => readFileSync(new URL(`${file}.d.ts`, FOLDER), "utf8");

/** The text between the braces of `interface @name`, without comments; null if there is none. */
function bodyOf(file, name) {
    const text = sourceOf(file);
    const head = new RegExp(`^( *)(?:export )?interface ${name}\\b([^{\\n]*)\\{\\n`, "m").exec(
        text,
    );
    if (!head) return null;
    const start = head.index + head[0].length;
    const end = text.indexOf(`\n${head[1]}}`, start - 1);
    const body = text.slice(start, end).replace(/\/\*\*[\s\S]*?\*\//g, "");
    return { body, isList: head[2].includes("PaginationParams") };
}

/** {field: whether it is required}. */
export function fieldsOf(file, name) {
    const found = bodyOf(file, name);
    if (!found) throw new Error(`no interface ${name} in ${file}.d.ts`);
    const lines = found.body.matchAll(/^\s*(\w+)(\?)?: /gm);
    const fields = Object.fromEntries([...lines].map(([, field, mark]) => [field, !mark]));
    return found.isList ? { ...fields, ...PAGING } : fields;
}

/** The words of `type @name`, which lies in the namespace @of. */
export function wordsOf(file, of, name) {
    const text = sourceOf(file);
    const namespace = text.indexOf(`export declare namespace ${of} {`);
    const from = text.slice(namespace < 0 ? text.indexOf(`namespace ${of} {`) : namespace);
    const [, union] = new RegExp(`type ${name} = ([^;]+);`).exec(from);
    return [...union.matchAll(/'(\w+)'/g)].map(([, word]) => word);
}

export function declares(file, name) {
    return existsSync(new URL(`${file}.d.ts`, FOLDER)) && bodyOf(file, name) !== null;
}
