// The stall's poster and its tables' codes, from the manager's screen to the kitchen's. Part of
// order.spec.ts, whose nodes it shares.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Market } from "./guests";
import {
    expectNoSidewaysScroll,
    open,
    phone,
    smallTargets,
    type Theme,
    tablet,
    violations,
    wear,
} from "./pages";
import { come } from "./phones";
import { test } from "./test";
import { joinBy } from "./together";

const address = "https://order.example.org";
const shots = `${__dirname}/../../docs/screens`;

interface Look {
    theme?: Theme;
    size?: typeof phone;
}

/** The manager's screen, at the counter. */
async function codesScreen(
    browser: Browser,
    market: Market,
    { theme = "light", size = tablet }: Look = {},
): Promise<Page> {
    const page = await (await browser.newContext({ viewport: size })).newPage();
    await open(page, `${market.counter.url}/codes`, theme);
    await expect(page.getByLabel("Public address")).toBeVisible();
    return page;
}

async function saveAddress(page: Page, text: string): Promise<void> {
    await page.getByLabel("Public address").fill(text);
    await page.getByRole("button", { name: "Save" }).click();
}

const told = (page: Page) => page.getByRole("status");
const row = (page: Page, table: number) =>
    page.getByRole("listitem", { name: `Table ${table}`, exact: true });

/** Makes cards of these tables; @return the codes that the node gave, in order. */
async function makeCards(page: Page, first: number, last: number): Promise<string[]> {
    const codes: string[] = [];
    const hear = async (response: { url(): string; json(): Promise<unknown> }): Promise<void> => {
        if (/\/api\/tables\/\d+\/code$/.test(response.url())) {
            codes.push(((await response.json()) as { code: string }).code);
        }
    };
    page.on("response", hear);
    await page.getByRole("button", { name: "Tables" }).click();
    await page.getByLabel("From table").fill(`${first}`);
    await page.getByLabel("to table").fill(`${last}`);
    await page.getByRole("button", { name: "Make cards" }).click();
    await expect(page.locator(".card")).toHaveCount(last - first + 1);
    await expect.poll(() => codes.length).toBe(last - first + 1);
    page.off("response", hear);
    return codes;
}

async function orderEdamame(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.getByRole("button", { name: /Review/ }).tap();
    await page.getByRole("button", { name: /^Order/ }).tap();
    await expect(page.locator(".big-number .number")).toBeVisible();
}

/** How many sheets come out of the printer. */
async function sheets(page: Page): Promise<number> {
    const file = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    return file.match(/\/Type \/Page\b/g)?.length ?? 0;
}

/** What of the screen goes to a printer. */
async function expectOnlyPaper(page: Page): Promise<void> {
    await page.emulateMedia({ media: "print" });
    await expect(page.locator(".paper").first()).toBeVisible();
    await expect(page.locator(".top")).toBeHidden();
    await expect(page.getByRole("button")).toHaveCount(0);
    await page.emulateMedia({ media: null });
}

export function testCodes(market: () => Market): void {
    test("a manager's codes bring a table's orders to the kitchen until they are revoked", async ({
        browser,
    }) => {
        const manager = await codesScreen(browser, market());
        await saveAddress(manager, "http://order.example.org");
        await expect(told(manager)).toContainText("https://HOST");
        await saveAddress(manager, address);
        await expect(told(manager)).toHaveText("The address is saved.");
        const poster = manager.getByRole("article", { name: "Poster" });
        await expect(poster).toContainText("Harbour Street Kitchen");
        await expect(poster).toContainText("order.example.org/order");
        await expect(poster.getByRole("img")).toHaveCount(2); // and on the stall's own network
        await expectOnlyPaper(manager);
        expect(await sheets(manager)).toBe(1);
        await manager.getByRole("button", { name: "A5" }).click();
        expect(await sheets(manager)).toBe(1);

        expect(await makeCards(manager, 31, 37)).toHaveLength(7);
        expect(await sheets(manager)).toBe(2);
        const codes = await makeCards(manager, 1, 4);
        expect(new Set(codes).size).toBe(4);
        await expect(manager.getByRole("heading", { name: "4 cards to print" })).toBeFocused();
        await expectOnlyPaper(manager);
        await expect(row(manager, 2)).toContainText("Its code works");

        // Made at the counter, it opens its table there and through the gateway.
        const ana = await joinBy(browser, `${market().lan}/#table=${codes[1]}`, "Ana");
        await orderEdamame(ana);
        await expect(ana.getByText("Table 2", { exact: true })).toBeVisible();
        const kitchen = await (await browser.newContext()).newPage();
        await open(kitchen, `${market().counter.url}/kitchen`);
        await expect(kitchen.getByRole("article").filter({ hasText: "Table 2" })).toBeVisible();
        const far = `${market().gateway.url}/order#table=${codes[1]}`;
        const ben = await joinBy(browser, far, "Ben");

        await row(manager, 2).getByRole("button", { name: "Revoke" }).click();
        const asked = manager.getByRole("dialog", { name: "Revoke the codes of table 2?" });
        await expect(asked).toContainText("Every card and sticker of table 2 stops working");
        await asked.getByRole("button", { name: "Revoke" }).click();
        await expect(row(manager, 2)).toContainText("Revoked: no code works");
        await expect(manager.locator(".card")).toHaveCount(3);

        const late = await come(browser, far);
        const sheet = late.getByRole("dialog", { name: "Order together" });
        await sheet.getByLabel("Your name").fill("Eva");
        await sheet.getByRole("button", { name: "Join" }).tap();
        await expect(sheet.getByRole("alert")).toHaveText(/code is not valid any more/);
        for (const page of [manager, ana, kitchen, ben, late]) {
            await page.context().close();
        }
    });

    test("codes on paper", async ({ browser }) => {
        const sheet = { width: 718, height: 1047 }; // A4 within margins of a centimetre
        const page = await codesScreen(browser, market(), { theme: "dark", size: sheet });
        if ((await page.getByLabel("Public address").inputValue()) !== address) {
            await saveAddress(page, address);
        }
        await expect(page.getByRole("article", { name: "Poster" })).toBeVisible();
        const look = async (name: string): Promise<void> => {
            await page.emulateMedia({ media: "print" });
            await expectNoSidewaysScroll(page);
            if (process.env["TRESTLE_PICTURES"]) {
                await page.screenshot({ path: `${shots}/codes-${name}-paper.png` });
            }
            await page.emulateMedia({ media: null });
        };
        await look("poster");
        await makeCards(page, 11, 16);
        await look("tables");
        await page.context().close();
    });

    for (const [device, size] of Object.entries({ phone, tablet })) {
        test(`codes on a ${device}, light and dark`, async ({ browser }) => {
            const page = await codesScreen(browser, market(), { size });
            if ((await page.getByLabel("Public address").inputValue()) !== address) {
                await saveAddress(page, address);
            }
            await expect(page.getByRole("article", { name: "Poster" })).toBeVisible();
            const look = async (name: string): Promise<void> => {
                for (const theme of ["light", "dark"] as const) {
                    await wear(page, theme);
                    expect(await violations(page)).toEqual([]);
                    if (process.env["TRESTLE_PICTURES"]) {
                        await page.evaluate(() => scrollTo(0, 0));
                        const path = `${shots}/${name}-${device}-${theme}.png`;
                        await page.screenshot({ path, fullPage: true });
                    }
                }
                expect(await smallTargets(page, 44)).toEqual([]);
                await expectNoSidewaysScroll(page);
            };
            await look("codes-poster");
            await makeCards(page, 11, 14);
            await look("codes-tables");
            await page.context().close();
        });
    }
}
