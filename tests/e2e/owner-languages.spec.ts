// What an owner does in each language: the poster and the tables' codes on a real node, the office
// on a fake one. Nothing is left for axe, and on a phone nothing is cut off or too small, from
// right to left too.
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

async function open(browser: Browser, language: Language, url: string): Promise<Page> {
    const { locale, direction } = homes[language];
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce", locale });
    const page = await context.newPage();
    await page.goto(url);
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
        const page = await open(browser, language, `${stall.counter.url}/codes`);
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

/** An owner's device on the third trading day, on which something was sold. */
async function startOwner() {
    const { startFakeNode } = await import("../../web/test/fake-node.mjs");
    const node = await startFakeNode({ role: "owner" });
    node.session.day = 3;
    node.session.capabilities.push("read-reports", "menu", "stock-issue");
    const lines = [{ item: 1, quantity: 2 }];
    node.place({ channel: "counter", mode: "take-away", name: "Ana", lines });
    return node;
}

type Owner = Awaited<ReturnType<typeof startOwner>>;

/** Goes to a part of the office by its name in the bar. */
async function show(page: Page, name: RegExp): Promise<void> {
    await page.getByRole("navigation").getByRole("link", { name }).click();
}

async function readTheDay(page: Page, language: Language): Promise<void> {
    const said = wordsOf(language, ["office/words", "office/sums-words"]);
    const panel = page.getByRole("region", { name: said.text("takings") });
    await expect(panel.getByRole("heading")).toHaveText(said.text("takingsOf"));
    await expect(panel).toContainText(said.text("tipsApart"));
    await expect(page.getByRole("button", { name: said.text("compareNow") })).toBeVisible();
    await look(page);
    await show(page, said.text("partFigures"));
    const days = page.getByLabel(said.text("tradingDays"));
    await expect(page.getByText(said.text("byDateAndHour")).first()).toBeVisible();
    await days.selectOption({ label: lastDays[language] });
    await expect(page.getByRole("table", { name: said.text("byDay") })).toBeVisible();
    const sum = page.locator(".figure-main strong").first();
    await expect(sum).toHaveText(language === "es" ? /^[\d.]+,\d\d\s€$/ : /\d\.\d\d/);
    await look(page);
}

async function addAnItem(page: Page, language: Language): Promise<void> {
    const said = wordsOf(language, ["office/words", "office/menu-words"]);
    await show(page, said.text("partMenu"));
    await look(page);
    await page.getByRole("button", { name: said.text("addItem") }).click();
    const sheet = page.getByRole("dialog", { name: said.text("newItem") });
    await sheet.getByLabel(said.text("name"), { exact: true }).fill("Kofta");
    await sheet.getByLabel(said.text("priceIn")).fill("a lot");
    await sheet.getByRole("button", { name: said.text("addIt") }).click();
    await expect(sheet.getByRole("alert")).toHaveText(said.text("needPrice"));
    await sheet.getByLabel(said.text("halal")).check();
    await look(page);
    await sheet.getByLabel(said.text("priceIn")).fill("8.50");
    await sheet.getByRole("button", { name: said.text("addIt") }).click();
    await expect(page.getByRole("button", { name: /Kofta/ })).toContainText(/8[.,]50/);
}

async function lookAtDevices(page: Page, language: Language): Promise<void> {
    const said = wordsOf(language, ["office/words", "office/mesh-words"]);
    await show(page, said.text("partMesh"));
    const panel = page.getByRole("region", { name: said.text("partMesh") });
    await expect(panel).toContainText(said.text("allWell"));
    await expect(panel).toContainText(said.text("thisDevice"));
    await look(page);
}

/** A number of two has a form of its own in Arabic. */
const lastDays: Record<Language, string> = {
    en: "The last 2 days",
    es: "Las últimas 2 jornadas",
    ar: "آخر يومين",
};

for (const language of languages) {
    test(`an owner's evening in ${language}`, async ({ browser }) => {
        const node: Owner = await startOwner();
        const page = await open(browser, language, `${node.url}/office#today`);
        await readTheDay(page, language);
        await addAnItem(page, language);
        await lookAtDevices(page, language);
        await page.context().close();
        await node.kill();
    });
}
