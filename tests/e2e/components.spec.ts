// The page of all components: none of web/src/ui is missing, none has lost a state, and nothing is
// left for axe in either scheme.
import { readdirSync, readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { expect, type Page } from "@playwright/test";
import { isKept, shots, type Theme, violations, wear } from "./pages";
import { test } from "./test";

const web = resolve(__dirname, "../../web");
const origin = "http://components.example";
const types: Record<string, string> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
};
/** A screen has one of each; here they are many times. */
const ofWholePages = ["landmark-", "region", "heading-order", "page-has-heading-one"];

let built = "";

test.beforeAll(async () => {
    const { build } = await import("../../web/node_modules/vite/dist/node/index.js");
    built = resolve(__dirname, "../../build/components");
    const configFile = resolve(web, "vite.components.ts");
    await build({ configFile, logLevel: "warn", build: { outDir: built } });
});

/** No server: the browser asks for files, and gets them. */
async function openComponents(page: Page): Promise<void> {
    await page.route(`${origin}/**`, async (route) => {
        const file = resolve(built, `.${new URL(route.request().url()).pathname}`);
        await route.fulfill({
            body: readFileSync(file),
            contentType: types[extname(file)] ?? "text/plain",
        });
    });
    await page.setViewportSize({ width: 1920, height: 1080 });
    await page.goto(`${origin}/components.html`);
    await page.locator(":root[data-drawn]").waitFor();
}

function sources(): { name: string; text: string }[] {
    const folder = resolve(web, "src/ui");
    return readdirSync(folder)
        .filter((file) => file.endsWith(".tsx"))
        .map((file) => ({ name: file, text: readFileSync(resolve(folder, file), "utf8") }));
}

/** What src/ui exports under a name that begins like a component's. */
const exported = () =>
    sources().flatMap(({ text }) =>
        [...text.matchAll(/^export (?:async )?(?:function|const) ([A-Z]\w*)/gm)].map(
            ([, name = ""]) => name,
        ),
    );

const statesOf = (page: Page, name: string): Promise<string[]> =>
    page
        .locator(`[data-component="${name}"] [data-state]`)
        .evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset["state"] ?? ""));

test("every component of src/ui is on the page, as it is and from right to left", async ({
    page,
}) => {
    await openComponents(page);
    const names = exported();
    expect(names).toContain("Sheet");
    for (const name of names) {
        expect(await statesOf(page, name), name).toEqual(
            expect.arrayContaining(["normal", "right to left"]),
        );
    }
});

test("what can be pressed is shown pressed and focused, and looks it", async ({ page }) => {
    await openComponents(page);
    const lacking = await page.locator("[data-component]").evaluateAll((sections) =>
        sections
            .filter((section) => section.querySelector("[data-state=normal] button:enabled"))
            .filter((section) => !section.querySelector("[data-state=pressed] .held-pressed"))
            .map((section) => (section as HTMLElement).dataset["component"]),
    );
    expect(lacking).toEqual([]);
    const look = (state: string) =>
        page
            .locator(`[data-component="button"] [data-state="${state}"] button`)
            .evaluate((button) => {
                const { backgroundColor, outlineStyle, borderStyle } = getComputedStyle(button);
                return { backgroundColor, outlineStyle, borderStyle };
            });
    const normal = await look("normal");
    expect((await look("pressed")).backgroundColor).not.toBe(normal.backgroundColor);
    expect((await look("focused")).outlineStyle).toBe("solid");
    expect((await look("disabled")).borderStyle).toBe("dashed");
});

test("every token is listed", async ({ page }) => {
    await openComponents(page);
    const css = readFileSync(resolve(web, "src/ui/tokens.css"), "utf8");
    const wanted = new Set([...css.matchAll(/^\s+(--[\w-]+):/gm)].map(([, name]) => name));
    const listed = await page
        .locator("[data-token]")
        .evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset["token"]));
    expect(new Set(listed)).toEqual(wanted);
});

test("a sign-in that waits and one that was refused are held still", async ({ page }) => {
    await openComponents(page);
    const signIn = page.locator('[data-component="SignIn"]');
    await expect(signIn.locator('[data-state="busy"] [type=submit]')).toBeDisabled();
    await expect(signIn.locator('[data-state="error"]').getByRole("alert")).toBeVisible();
});

for (const theme of ["light", "dark"] as Theme[]) {
    test(`nothing is left for axe where it is ${theme}`, async ({ page }) => {
        await openComponents(page);
        await wear(page, theme);
        if (isKept) {
            await page.screenshot({ path: `${shots}/components-${theme}.png`, fullPage: true });
        }
        const faults = await violations(page);
        const isOfOne = (fault: string) => !ofWholePages.some((rule) => fault.startsWith(rule));
        expect(faults.filter(isOfOne)).toEqual([]);
    });
}
