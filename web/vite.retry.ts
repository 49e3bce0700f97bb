// What is loaded later. Vite's own way would look for styles to load with a script, and ours bring
// theirs along; and a browser may not try again what did not come under the same address.
import type { Plugin } from "vite";

const noPreload = "export const __vitePreload = (load) => load();";

export function retry(code: string): string {
    return code
        .replaceAll(/,\s*__VITE_PRELOAD__/g, "")
        .replace(/import\([`"]\.\/([^`"]+)[`"]\)/g, (_, file: string) => {
            const path = `/assets/${file}`;
            return `import("${path}").catch(()=>import("${path}?"+Date.now()))`;
        });
}

export const withoutPreload: Plugin = {
    name: "without-preload",
    enforce: "post",
    transform: (_, id) => (id.includes("vite/preload-helper") ? noPreload : null),
};

export const triedAgain: Plugin = {
    name: "tried-again",
    enforce: "post",
    generateBundle(_, bundle) {
        for (const file of Object.values(bundle)) {
            if (file.type === "chunk") {
                file.code = retry(file.code);
            }
        }
    },
};
