import { copyFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { triedAgain, withoutPreload } from "./vite.retry.ts";

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

const built = (name: string) => resolve(import.meta.dirname, `dist/${name}.html`);

/** What every screen loads, as one file: small files compress badly. */
const common = new RegExp(
    "preact.dist.preact|jsx-runtime|signals-core|" +
        "src.ui.(theme|icon|sound|header|connection|part|gate|language-switch)[.]|" +
        "src.base.(stream|store|socket|clock|time|words|browser|connection|part|person|" +
        "language|catalogue)[.]",
);

/** What is asked of the node wherever orders are taken, cooked or called. */
const work = /src.base.(ask|device|table|keys)[.]/;

/** How amounts and moments are written. */
const written = /src.base.(date|locale|money)[.]/;

/** /join is a screen of the office's, which looks at its own address: one script for both. */
const join = {
    name: "join",
    apply: "build" as const,
    closeBundle: () => copyFileSync(built("office"), built("join")),
};

export default defineConfig({
    plugins: [join, withoutPreload, triedAgain],
    // The node serves the pages at / and /counter and so on, the rest at /assets/.
    base: "/",
    json: { namedExports: false }, // a catalogue is asked by name
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
            output: {
                codeSplitting: {
                    groups: [
                        { name: "common", test: common },
                        { name: "work", test: work },
                        { name: "written", test: written },
                    ],
                },
            },
        },
    },
    test: {
        include: ["test/**/*.test.ts"],
        testTimeout: 60_000, // an upper bound that no machine meets; nothing waits for it
        setupFiles: ["test/words.ts"],
    },
});
