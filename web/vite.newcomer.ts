// The page of a device that is in no pop-up yet. It is seen once, and nothing that it loads is of
// use afterwards: what it shares with the other screens would only cut theirs into more files.
import { resolve } from "node:path";
import { defineConfig } from "vite";
import { triedAgain, withoutPreload } from "./vite.retry.ts";

export default defineConfig({
    base: "/",
    publicDir: false,
    json: { namedExports: false }, // a catalogue is asked by name
    oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
    plugins: [withoutPreload, triedAgain],
    build: {
        target: "es2022",
        emptyOutDir: false,
        manifest: ".vite/newcomer.json",
        modulePreload: false,
        assetsInlineLimit: 0,
        rolldownOptions: { input: { newcomer: resolve(import.meta.dirname, "newcomer.html") } },
    },
});
