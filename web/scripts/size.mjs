// The size budget: what a page loads, gzipped, counted from the build's manifest. A page over its
// budget fails the check.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const kilobyte = 1024;

/** JavaScript in KB, gzipped. `lazy` is what a person must first ask for. */
const budgets = {
    "codes.html": { first: 18, lazy: 0 },
    "counter.html": { first: 30, lazy: 0 },
    "kitchen.html": { first: 25, lazy: 0 },
    "pickup.html": { first: 12, lazy: 10 },
    "office.html": { first: 60, lazy: 0 },
};
const styles = 6;

function size(file) {
    return gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / kilobyte;
}

/** Every chunk that is loaded with `entry`; with `isLazy` also what it may load later. */
function chunks(entry, isLazy, found = new Set()) {
    if (!found.has(entry)) {
        found.add(entry);
        const { imports = [], dynamicImports = [] } = manifest[entry];
        for (const next of isLazy ? [...imports, ...dynamicImports] : imports) {
            chunks(next, isLazy, found);
        }
    }
    return found;
}

function sum(keys, filesOf) {
    const files = new Set([...keys].flatMap((key) => filesOf(manifest[key])));
    return [...files].reduce((total, file) => total + size(file), 0);
}

let isOver = false;
function report(name, actual, budget) {
    isOver ||= actual > budget;
    const verdict = actual > budget ? "OVER" : "ok";
    console.log(
        `${name.padEnd(28)} ${actual.toFixed(1).padStart(5)} KB of ${budget} KB  ${verdict}`,
    );
}

for (const [page, { first, lazy }] of Object.entries(budgets)) {
    const now = chunks(page, false);
    const later = [...chunks(page, true)].filter((key) => !now.has(key));
    const scripts = ({ file }) => [file];
    report(`${page} script`, sum(now, scripts), first);
    report(`${page} script, later`, sum(later, scripts), lazy);
    report(
        `${page} style`,
        sum(now, ({ css = [] }) => css),
        styles,
    );
}
// The customers' page is one document; the node adds the menu: tests/e2e/order.spec.ts weighs both.
const document = readFileSync(new URL("order.html", dist), "utf8");
const inline = (tag) => document.match(new RegExp(`<${tag}>(.*?)</${tag.split(" ")[0]}>`, "s"))[1];
const weigh = (text) => gzipSync(text, { level: 9 }).length / kilobyte;
report("order.html script", weigh(inline('script type="module"')), 15);
const lazy = readdirSync(new URL("assets/", dist)).filter((file) => file.startsWith("order."));
for (const [part, budget] of Object.entries({
    later: 12,
    group: 5,
    card: 5,
    notify: 4,
    after: 4,
})) {
    const [file, ...others] = lazy.filter((name) => name.startsWith(`order.${part}-`));
    const isOne = file !== undefined && others.length === 0;
    const body = isOne ? readFileSync(new URL(`assets/${file}`, dist)) : "";
    report(`order.html, ${part}`, isOne ? weigh(body) : Number.POSITIVE_INFINITY, budget);
}
report("order.html, worker", weigh(readFileSync(new URL("order.worker.js", dist))), 2);
report("order.html style", weigh(inline("style")), styles);
report("order.html, all", weigh(document), 16);
process.exit(isOver ? 1 : 0);
