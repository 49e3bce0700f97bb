// A cashier's evening in each language: signed in by number and PIN at a locked screen, the drawer
// opened, two things sold for cash, one of them voided, the drawer counted and read (Z).
import { randomBytes } from "node:crypto";
import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import { type Device, type Stall, startStall } from "./mesh";
import { expectNoSidewaysScroll, phone, smallTargets, tablet, violations } from "./pages";
import { test } from "./test";
import { counterWords, type Language, type Said, staffWords, wordsOf } from "./words";

interface Till extends Device {
    variables: Record<string, string>;
    request(method: string, path: string, given: object): Promise<{ status: number }>;
}

const homes: Record<Language, { locale: string; direction: "ltr" | "rtl" }> = {
    en: { locale: "en-GB", direction: "ltr" },
    es: { locale: "es-ES", direction: "ltr" },
    ar: { locale: "ar-EG", direction: "rtl" },
};
const ana = { number: 7, name: "Ana", role: "manager", pin: "2580" };

let stall: Stall;
let till: Till;

test.beforeAll(async () => {
    stall = await startStall({ alone: true });
    till = stall.counter as Till;
    const { epoch } = await till.get<{ epoch: number }>("/api/session");
    const write = async (path: string, body: object): Promise<void> => {
        const seconds = Math.floor((Date.now() - epoch) / 1000);
        const key = `${seconds.toString(16).padStart(8, "0")}${randomBytes(12).toString("hex")}`;
        const { status } = await till.request("POST", path, { body, key });
        expect([200, 201]).toContain(status);
    };
    await write("/api/staff", { number: ana.number, name: ana.name });
    await write(`/api/staff/${ana.number}/role`, { role: ana.role });
    await write(`/api/staff/${ana.number}/pin`, { pin: ana.pin });
    await till.kill();
    till.variables = { TRESTLE_SCREEN: "locked" };
    await till.start();
});
test.afterAll(() => stall?.close({ keep: false }));

async function open(browser: Browser, language: Language): Promise<Page> {
    const { locale, direction } = homes[language];
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce", locale });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${till.url}/counter`);
    await expect(page.locator("html")).toHaveAttribute("dir", direction);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    return page;
}

async function press(on: Page | Locator, digits: string): Promise<void> {
    for (const digit of digits) {
        await on.getByRole("button", { name: digit, exact: true }).click();
    }
}

async function signIn(page: Page, said: Said): Promise<void> {
    await page.getByLabel(said.text("yourNumber")).click();
    await press(page, String(ana.number));
    await page.getByLabel(said.text("pin")).click();
    await press(page, ana.pin);
    await page
        .getByRole("button", { name: said.text("signIn") })
        .last()
        .click();
}

const sheet = (page: Page) => page.getByRole("dialog");
const button = (page: Page, name: RegExp) => sheet(page).getByRole("button", { name });

/** Nothing for axe, and nothing cut off or too small on a tablet and on a phone. */
async function look(page: Page): Promise<void> {
    expect(await violations(page)).toEqual([]);
    for (const [viewport, least] of [
        [phone, 44],
        [tablet, 64],
    ] as const) {
        await page.setViewportSize(viewport);
        expect(await smallTargets(page, least)).toEqual([]);
        await expectNoSidewaysScroll(page);
    }
}

async function openDrawer(page: Page, said: Said): Promise<void> {
    await page.locator(".more-button").click();
    await button(page, said.text("cashDrawer")).click();
}

/** Two things and a note that is more than they cost. */
async function sellForCash(page: Page, said: Said): Promise<number> {
    await page.evaluate(() => {
        document.body.dataset["taps"] = "0";
        addEventListener("click", () => {
            document.body.dataset["taps"] = String(Number(document.body.dataset["taps"]) + 1);
        });
    });
    await page.getByRole("button", { name: /^Still water/ }).click();
    await page.getByRole("button", { name: /^Deposit cup/ }).click();
    await page.getByRole("button", { name: said.text("payPrice") }).click();
    await look(page);
    await sheet(page).locator(".tender button").last().click();
    const change = page.locator(".placed-change:visible");
    await expect(change).toHaveText(said.text("changeOf"));
    await expect(change).toHaveText(said.text("change"));
    return page.evaluate(() => Number(document.body.dataset["taps"]));
}

async function voidWater(page: Page, said: Said): Promise<void> {
    const tabs = page.getByRole("navigation", { name: said.text("counter") });
    await tabs.getByRole("button", { name: said.text("orders") }).click();
    await page.locator(".order-row").first().click();
    await look(page);
    await button(page, said.text("voidOf", { name: "Still water" })).click();
    await button(page, said.text("wrongItem")).click();
    await expect(sheet(page).locator(".is-struck")).toHaveText(said.text("voided"));
    await expect(button(page, said.text("giveBackPrice")).first()).toBeVisible();
    await page.keyboard.press("Escape");
}

for (const language of ["en", "es", "ar"] as const) {
    test(`a cashier sells, voids and closes the drawer in ${language}`, async ({ browser }) => {
        const said = wordsOf(language, counterWords);
        const page = await open(browser, language);
        await signIn(page, wordsOf(language, staffWords));
        await openDrawer(page, said);
        await press(sheet(page), "5000");
        await look(page);
        await button(page, said.text("openWith")).click();
        await expect(sheet(page)).toContainText(said.text("reading", { n: "1" }));
        await page.keyboard.press("Escape");

        expect(await sellForCash(page, said)).toBeLessThanOrEqual(6);
        await voidWater(page, said);

        await openDrawer(page, said);
        await button(page, said.text("countAndClose")).click();
        await press(sheet(page), "5000");
        await expect(sheet(page)).toContainText(said.text("shortBy"));
        await look(page);
        await button(page, said.text("closeWith")).click();
        await expect(sheet(page)).toContainText(said.text("count", { n: "1" }));
        await expect(sheet(page)).toContainText(said.text("shortBy"));
        await look(page);
        await page.context().close();
    });
}
