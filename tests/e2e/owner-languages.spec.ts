// What an owner does in each language, on a real node: the poster and the tables' codes. Nothing is
// left for axe, and on a phone nothing is cut off or too small, from right to left too.
import { type Browser, expect, type Page } from "@playwright/test";
import { type Stall, startStall } from "./mesh";
import { expectNoSidewaysScroll, phone, smallTargets, tablet, violations } from "./pages";
import { test } from "./test";
import { type Language, wordsOf } from "./words";

const homes: Record<Language, { locale: string; direction: "ltr" | "rtl" }> = {
    en: { locale: "en-GB", direction: "ltr" },
    es: { locale: "es-ES", direction: "ltr" },
    ar: { locale: "ar-EG", direction: "rtl" },
};
const languages = ["en", "es", "ar"] as const;

let stall: Stall;
test.beforeAll(async () => {
    stall = await startStall({ alone: true });
});
test.afterAll(() => stall?.close({ keep: false }));

async function open(browser: Browser, language: Language, path: string): Promise<Page> {
    const { locale, direction } = homes[language];
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce", locale });
    const page = await context.newPage();
    await page.goto(stall.counter.url + path);
    await expect(page.locator("html")).toHaveAttribute("dir", direction);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    return page;
}

async function look(page: Page): Promise<void> {
    for (const viewport of [phone, tablet]) {
        await page.setViewportSize(viewport);
        expect(await violations(page)).toEqual([]);
        expect(await smallTargets(page, 44)).toEqual([]);
        await expectNoSidewaysScroll(page);
    }
}

for (const [at, language] of languages.entries()) {
    test(`a poster and tables' cards in ${language}`, async ({ browser }) => {
        const said = wordsOf(language, ["codes/words"]);
        const page = await open(browser, language, "/codes");
        const told = page.getByRole("status").last();
        await page.getByLabel(said.text("address")).fill(`https://${language}.example.org`);
        await page.getByRole("button", { name: said.text("save") }).click();
        await expect(told).toHaveText(said.text("addressSaved"));
        const poster = page.getByRole("article", { name: said.text("poster") });
        await expect(poster).toContainText(said.text("posterCall"));
        await expect(poster).toContainText(`${language}.example.org/order`);
        await look(page);

        await page.getByRole("button", { name: said.text("tables") }).click();
        const first = 10 * (at + 1);
        await page.getByLabel(said.text("fromTable")).fill(`${first}`);
        await page.getByLabel(said.text("toTable"), { exact: true }).fill(`${first - 1}`);
        await page.getByRole("button", { name: said.text("makeCards") }).click();
        await expect(told).toHaveText(said.text("badTables"));
        await page.getByLabel(said.text("toTable"), { exact: true }).fill(`${first + 1}`);
        await page.getByRole("button", { name: said.text("makeCards") }).click();
        await expect(
            page.getByRole("heading", { name: said.counted("cardsCount", 2) }),
        ).toBeFocused();
        const table = { table: `${first}` };
        await expect(page.locator(".card").first()).toContainText(said.text("table", table));
        await look(page);

        const row = page.getByRole("listitem", { name: said.text("table", table) });
        await row.getByRole("button", { name: said.text("revoke") }).click();
        const asked = page.getByRole("dialog", { name: said.text("revokeTitle", table) });
        await look(page);
        await asked.getByRole("button", { name: said.text("revoke") }).click();
        await expect(row).toContainText(said.text("isRevoked"));
        await expect(page.locator(".card")).toHaveCount(1);
        await page.context().close();
    });
}
