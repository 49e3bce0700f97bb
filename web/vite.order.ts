// The customers' page: one document with its script and its styles in it. The node puts the menu
// in, too, and names both in the content security policy by their hashes (node/web/page.c). What
// the first look does not need lies in files of its own, named by their hashes: a document and what
// it loads later are always of one build.
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import ar from "./src/order/words/ar.json" with { type: "json" };
import type { Translation } from "./src/order/words/en";
import es from "./src/order/words/es.json" with { type: "json" };
import { retry, withoutPreload } from "./vite.retry.ts";

const name = "order.html";
/** The chunk of what the document has in it. */
const first = "first";
const translations: Record<string, Translation> = { ar, es };

/** As the text of an element: nothing in it may end it. */
const script = (code: string): string => code.trim().replaceAll("</script", "<\\/script");

/** Without the tokens that other screens alone wear. */
const used = (css: string, later: string): string =>
    css
        .trim()
        .replace(/--([\w-]+):[^;}]+;/g, (token, name) =>
            new RegExp(`var\\(--${name}[,)]`).test(css + later) ? token : "",
        );

/** Where what the document's script has is found by what is loaded later: nothing can be imported
 * from within a document. */
const shared = "self.order";

/** `export{a as b}` at its end becomes an object. */
function share(code: string): string {
    return code.replace(/export\s*\{([^{}]*)\}\s*;?\s*$/, (_, list: string) => {
        const names = list.split(",").map((one) => {
            const [own = "", told = own] = one.trim().split(/\s+as\s+/);
            return `${told}:${own}`;
        });
        return `${shared}={${names.join()}};`;
    });
}

/** `import{b as c}from"the entry"` becomes what takes it from there. */
function take(code: string, entry: string): string {
    const from = new RegExp(`import\\s*\\{([^{}]*)\\}\\s*from\\s*"[^"]*${entry}";?`, "g");
    const taken = code.replace(
        from,
        (_, list: string) => `const{${list.replace(/\s+as\s+/g, ":")}}=${shared};`,
    );
    if (/\bimport\s*[{*"]/.test(taken)) {
        throw new Error("what is loaded later may import from the document alone");
    }
    return taken;
}

function inlined(): Plugin {
    return {
        name: "inlined",
        enforce: "post",
        generateBundle(_, bundle) {
            const page = bundle[name];
            const files = Object.values(bundle);
            const chunks = files.filter((file) => file.type === "chunk");
            const entry = chunks.find((file) => file.name === first);
            const styles = files.find(({ fileName }) => fileName.endsWith(".css"));
            if (page?.type !== "asset" || !entry || styles?.type !== "asset") {
                throw new Error("the page, its script or its styles are missing");
            }
            const later = chunks.filter((chunk) => chunk !== entry && !chunk.isEntry);
            for (const chunk of later) {
                chunk.code = retry(take(chunk.code, entry.fileName.replace(/^.*\//, "")));
            }
            const css = used(String(styles.source), later.map(({ code }) => code).join());
            const said = createHash("sha256").update(JSON.stringify(translations)).digest("hex");
            const wordsHash = said.slice(0, 8);
            const code = retry(share(entry.code)).replaceAll("WORDS_HASH", wordsHash);
            const html = String(page.source)
                .replace(/\s*<script type="module"[^>]*><\/script>/, "")
                .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
                .replace(/>\s+</g, "><")
                .replace("</head>", () => `<style>${css}</style></head>`)
                .replace("</body>", () => `<script type="module">${script(code)}</script></body>`);
            page.source = html;
            for (const [language, words] of Object.entries(translations)) {
                const fileName = `assets/order.${language}-${wordsHash}.json`;
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
    plugins: [withoutPreload, inlined()],
    build: {
        target: "es2022",
        emptyOutDir: false,
        modulePreload: false,
        assetsInlineLimit: 0,
        cssCodeSplit: false,
        rolldownOptions: {
            input: { order: resolve(import.meta.dirname, name) },
            preserveEntrySignatures: false,
            output: {
                chunkFileNames: "assets/order.[name]-[hash].js",
                codeSplitting: { groups: [{ name: first, tags: ["$initial"] }] },
            },
        },
    },
});
