// application/x-www-form-urlencoded with brackets, as a tree: "a[b]=1&c[]=2&c[]=3" is
// {a: {b: "1"}, c: {0: "2", 1: "3"}}. Objects have no prototype: a name is never a method.
import { invalid } from "./errors.mjs";

const PAIRS_MAX = 1000;
const DEPTH_MAX = 8;

function decode(text) {
    try {
        return decodeURIComponent(text.replaceAll("+", " "));
    } catch {
        throw invalid("A parameter is not rightly percent-encoded.");
    }
}

/** "a[b][]" as ["a", "b", ""]. */
function stepsOf(name) {
    const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
    if (!match) throw invalid(`Invalid parameter name: ${name}`, name);
    const rest = [...match[2].matchAll(/\[([^[\]]*)\]/g)].map(([, step]) => step);
    if (rest.length >= DEPTH_MAX) throw invalid(`Too deep: ${name}`, name);
    return [match[1], ...rest];
}

function put(tree, name, value) {
    const steps = stepsOf(name);
    const last = steps.pop();
    let node = tree;
    for (const step of steps) {
        node[step] ??= Object.create(null);
        node = node[step];
        if (typeof node === "string") throw invalid(`Both a value and more: ${name}`, name);
    }
    const key = last === "" ? String(Object.keys(node).length) : last;
    if (key in node) throw invalid(`Received twice: ${name}`, name);
    node[key] = value;
}

export function formRead(text) {
    const tree = Object.create(null);
    const pairs = text.split("&").filter(Boolean);
    if (pairs.length > PAIRS_MAX) throw invalid("Too many parameters.");
    for (const pair of pairs) {
        const cut = pair.indexOf("=");
        const name = cut < 0 ? pair : pair.slice(0, cut);
        put(tree, decode(name), cut < 0 ? "" : decode(pair.slice(cut + 1)));
    }
    return tree;
}

/** The same text for the same parameters, in whichever order they came. */
export function formCanonical(tree) {
    if (typeof tree === "string") return JSON.stringify(tree);
    const keys = Object.keys(tree).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${formCanonical(tree[key])}`).join()}}`;
}
