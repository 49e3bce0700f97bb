// The size budget: what a page loads, gzipped, counted from the build's manifest. A page over its
// budget fails the check.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const built = (name) => JSON.parse(readFileSync(new URL(`.vite/${name}.json`, dist), "utf8"));
const screens = built("manifest");
/** Of a page that is built apart from the others. */
const apart = { "newcomer.html": built("newcomer") };
let manifest = screens;
const kilobyte = 1024;

/** What a screen says: a page fetches the file of one language before it is drawn, the others
 * afterwards. */
function catalogue(place, budget, folder = "words") {
    const files = ["en", "es", "ar"].map((language) => `src/${place}/${folder}/${language}.json`);
    return Object.fromEntries(files.map((file) => [file, budget]));
}

/** What the file that all pages share may ask for: a ticket, who works here, in which language. */
const shared = {
    "src/base/knock.ts": 1,
    "src/ui/sign-in.tsx": 5,
    "src/ui/languages.tsx": 2,
    "src/ui/connection-detail.tsx": 2,
    ...catalogue("base", 5),
};
/** JavaScript in KB, gzipped. `first` is the first load: all that the browser fetches before the
 * page is drawn and does what its people mostly do: sell, cook, call numbers. `parts` are files
 * that are fetched when the node is heard, or when somebody asks for them, each with what it
 * brings along; a part that is not named here has no budget, and fails. */
const budgets = {
    "codes.html": { first: 19, parts: { ...shared, ...catalogue("codes", 4) } },
    "counter.html": {
        first: 30,
        parts: {
            ...shared,
            ...catalogue("counter", 4),
            ...catalogue("counter", 5, "later-words"),
            "src/counter/order-sheet.tsx": 5,
            "src/counter/receipt.tsx": 3,
            "src/counter/voided.tsx": 3,
            "src/counter/more.tsx": 2,
            "src/counter/drawer.tsx": 6,
            "src/counter/split.tsx": 4,
            "src/counter/quantity.tsx": 2,
            "src/counter/give-back-sheet.tsx": 3,
            "src/counter/parked-sheet.tsx": 4,
            "src/counter/loads.tsx": 2,
            "src/counter/force-sheet.tsx": 2,
        },
    },
    "kitchen.html": {
        first: 25,
        parts: {
            ...shared,
            ...catalogue("kitchen", 4),
            "src/kitchen/asides.ts": 6,
        },
    },
    "pickup.html": {
        first: 12,
        parts: {
            ...shared,
            ...catalogue("pickup", 4),
            "src/pickup/staff.tsx": 11,
            "src/pickup/wall.tsx": 3,
            "src/pickup/afterwards.tsx": 3,
            "src/pickup/scan.tsx": 2,
        },
    },
    "newcomer.html": {
        first: 14,
        parts: {
            ...shared,
            ...catalogue("newcomer", 4),
            "src/ui/camera.tsx": 3,
        },
    },
    "office.html": {
        first: 60,
        parts: {
            ...shared,
            ...catalogue("office", 9),
            ...catalogue("office", 5, "sums-words"),
            ...catalogue("office", 4, "menu-words"),
            ...catalogue("office", 3, "mesh-words"),
            "src/office/books-part.tsx": 4,
            "src/office/menu.tsx": 10,
            "src/office/mesh.tsx": 6,
        },
    },
};
const styles = 6;

function size(file) {
    return gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / kilobyte;
}

/** Every chunk that is loaded with `entry`. */
function chunks(entry, found = new Set()) {
    if (!found.has(entry)) {
        found.add(entry);
        for (const next of manifest[entry].imports ?? []) {
            chunks(next, found);
        }
    }
    return found;
}

/** Every part that may be asked for, also by another part, with what is there when it is. */
function partsOf(loaded, found = new Map()) {
    for (const key of loaded) {
        for (const part of manifest[key].dynamicImports ?? []) {
            if (!found.has(part)) {
                found.set(part, loaded);
                partsOf(new Set([...loaded, ...chunks(part)]), found);
            }
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
        `${name.padEnd(30)} ${actual.toFixed(1).padStart(5)} KB of ${budget} KB  ${verdict}`,
    );
}

for (const [page, { first, parts }] of Object.entries(budgets)) {
    manifest = apart[page] ?? screens;
    const now = chunks(page);
    const scripts = ({ file }) => [file];
    report(`${page} script`, sum(now, scripts), first);
    for (const [part, had] of partsOf(now)) {
        const later = [...chunks(part)].filter((key) => !had.has(key));
        report(`  ${part}`, sum(later, scripts), parts[part] ?? 0);
    }
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
    guest: 3,
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
