// The customers' page: one document with its script and its styles in it. The node puts the menu
// in, too, and names both in the content security policy by their hashes (node/web/page.c).
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import ar from "./src/order/words/ar.json" with { type: "json" };
import type { Translation } from "./src/order/words/en";
import es from "./src/order/words/es.json" with { type: "json" };

const name = "order.html";
const translations: Record<string, Translation> = { ar, es };

/** As the text of an element: nothing in it may end it. */
const script = (code: string): string => code.trim().replaceAll("</script", "<\\/script");

/** Without the tokens that other screens alone wear. */
const used = (css: string): string =>
    css
        .trim()
        .replace(/--([\w-]+):[^;}]+;/g, (token, name) =>
            new RegExp(`var\\(--${name}[,)]`).test(css) ? token : "",
        );

function inlined(): Plugin {
    return {
        name: "inlined",
        enforce: "post",
        generateBundle(_, bundle) {
            const page = bundle[name];
            const files = Object.values(bundle);
            const entry = files.find((file) => file.fileName === "order.order.js");
            const styles = files.find(({ fileName }) => fileName.endsWith(".css"));
            if (page?.type !== "asset" || entry?.type !== "chunk" || styles?.type !== "asset") {
                throw new Error("the page, its script or its styles are missing");
            }
            const html = String(page.source)
                .replace(/\s*<script type="module"[^>]*><\/script>/, "")
                .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
                .replace(/>\s+</g, "><")
                .replace("</head>", () => `<style>${used(String(styles.source))}</style></head>`)
                .replace(
                    "</body>",
                    () => `<script type="module">${script(entry.code)}</script></body>`,
                );
            page.source = html;
            for (const [language, words] of Object.entries(translations)) {
                const fileName = `order.${language}.json`;
                this.emitFile({ type: "asset", fileName, source: JSON.stringify(words) });
            }
            delete bundle[entry.fileName];
            delete bundle[styles.fileName];
        },
    };
}

export default defineConfig({
    base: "/",
    publicDir: false,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    resolve: { alias: { "preact/jsx-runtime": resolve(import.meta.dirname, "src/order/draw.ts") } },
    plugins: [inlined()],
    build: {
        target: "es2022",
        emptyOutDir: false,
        modulePreload: false,
        assetsInlineLimit: 0,
        cssCodeSplit: false,
        rolldownOptions: {
            input: {
                order: resolve(import.meta.dirname, name),
                group: resolve(import.meta.dirname, "src/order/group.tsx"),
                stripe: resolve(import.meta.dirname, "src/order/card.tsx"),
            },
            preserveEntrySignatures: "exports-only",
            output: { entryFileNames: "order.[name].js" },
        },
    },
});
