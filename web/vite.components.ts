// The page of all components: for whoever works on the screens, and for tests. It is no screen of
// the node's, which serves whatever lies in dist/, so it is built elsewhere: `npm run components`
// serves it while one works, tests/e2e/components.spec.ts builds it for itself.
import { resolve } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
    root: import.meta.dirname,
    publicDir: false,
    json: { namedExports: false },
    oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
    server: { open: "/components.html" },
    build: {
        target: "es2022",
        outDir: "../build/components",
        emptyOutDir: true,
        modulePreload: false,
        assetsInlineLimit: 0,
        rolldownOptions: { input: resolve(import.meta.dirname, "components.html") },
    },
});
