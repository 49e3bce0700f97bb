import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

/** What every screen loads, as one file: small files compress badly. */
const common = new RegExp(
    "preact.dist.preact|jsx-runtime|signals-core|src.ui.(theme|icon|sound|header|connection)|" +
        "src.base.(stream|store|socket|clock|time|words|browser|connection)[.]",
);

export default defineConfig({
    // The node serves the pages at /, /counter, /kitchen and /pickup, the rest at /assets/.
    base: "/",
    oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
    build: {
        target: "es2022",
        manifest: true,
        modulePreload: false, // the pages are a handful of small files
        assetsInlineLimit: 0, // a data: URL would need its own line in the content security policy
        rolldownOptions: {
            input: {
                index: page("index"),
                counter: page("counter"),
                kitchen: page("kitchen"),
                pickup: page("pickup"),
            },
            output: { codeSplitting: { groups: [{ name: "common", test: common }] } },
        },
    },
    test: {
        include: ["test/**/*.test.ts"],
        // What vite.order.ts makes of it.
        alias: { "/order.stripe.js": resolve(import.meta.dirname, "src/order/card.tsx") },
    },
});
