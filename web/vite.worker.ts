// The customers' page's service worker, which knows the files of the build that it belongs to: to
// be built when they are.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const dist = resolve(import.meta.dirname, "dist");

const files = readdirSync(`${dist}/assets`)
    .filter((name) => name.startsWith("order."))
    .sort()
    .map((name) => `/assets/${name}`);
const mark = files.find((path) => path.includes("/order.later-"));
if (mark === undefined) {
    throw new Error("the customers' page is to be built first");
}
const hash = createHash("sha256")
    .update(readFileSync(`${dist}/order.html`))
    .update(files.join());
const build = {
    version: hash.digest("hex").slice(0, 12),
    files: [...files, "/icon.svg", "/order.webmanifest"],
    mark,
};

export default defineConfig({
    publicDir: false,
    define: { BUILD: JSON.stringify(build) },
    build: {
        target: "es2022",
        emptyOutDir: false,
        modulePreload: false,
        rolldownOptions: {
            input: resolve(import.meta.dirname, "src/order/worker.ts"),
            output: { entryFileNames: "order.worker.js", codeSplitting: false },
        },
    },
});
