import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

/** What every screen loads, as one file: small files compress badly. */
const common = new RegExp(
    "preact.dist.preact|jsx-runtime|signals-core|src.ui.(theme|icon|sound|header|connection)|" +
        "src.base.(stream|store|socket|clock|time|words|browser|connection)[.]",
);

export default defineConfig({
    // The node serves the pages at / and /counter and so on, the rest at /assets/.
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
                codes: page("codes"),
                counter: page("counter"),
                kitchen: page("kitchen"),
                pickup: page("pickup"),
                office: page("office"),
            },
            output: { codeSplitting: { groups: [{ name: "common", test: common }] } },
        },
    },
    test: {
        include: ["test/**/*.test.ts"],
    },
});
