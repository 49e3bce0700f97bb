// A cashier's day with the cash drawer, at a real node: opened with a float, sold into, moved,
// read, counted and closed. Kitchen and pickup are switched off, and the readings say so.
import { type Browser, expect, type Page } from "@playwright/test";
import { type Device, type Stall, startStall } from "./mesh";
import { lookAt, shots, tablet } from "./pages";
import { test } from "./test";

interface Counted {
    float: number;
    moves: { amount: number; reason: string }[];
    counts: { counted: number; expected: number; difference: number; note: string }[];
}

let stall: Stall;
let till: Device;

test.beforeAll(async () => {
    stall = await startStall({ alone: true });
    till = stall.counter;
});
test.afterAll(() => stall?.close({ keep: false }));

async function openCounter(browser: Browser): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${till.url}/counter`);
    return page;
}

async function openDrawer(page: Page): Promise<void> {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("button", { name: /^Cash drawer/ }).click();
}

const sheet = (page: Page) => page.getByRole("dialog");
const button = (page: Page, name: string | RegExp) => sheet(page).getByRole("button", { name });

/** On the keys of the screen, in minor units. */
async function type(page: Page, digits: string): Promise<void> {
    for (const digit of digits) {
        await sheet(page).getByRole("button", { name: digit, exact: true }).click();
    }
}

/** What stands beside a part of the reading. */
const figure = (page: Page, name: string) =>
    sheet(page).locator(".sums div").filter({ hasText: name }).locator("dd");

/** Everything that is pressed in a hurry is large enough for it. */
async function expectLarge(page: Page): Promise<void> {
    const pressed = sheet(page).locator(
        ".keypad button, .drawer-buttons button, .reasons > button",
    );
    for (const box of await Promise.all((await pressed.all()).map((one) => one.boundingBox()))) {
        expect(box?.height).toBeGreaterThanOrEqual(63.5);
    }
}

async function sell(page: Page): Promise<void> {
    await page.getByRole("button", { name: /^Still water/ }).click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("button", { name: /^Exact/ }).click();
    await expect(page.locator(".placed-number:visible")).toBeVisible();
}

test("a drawer is opened, sold into, moved, read, counted and closed", async ({ browser }) => {
    const page = await openCounter(browser);
    await openDrawer(page);
    await type(page, "10000");
    await expectLarge(page);
    await lookAt(page, `${shots}/counter-drawer-open`, false);
    await button(page, "Open with €100.00").click();
    await expect(figure(page, "Should be in it")).toHaveText("€100.00");
    await page.keyboard.press("Escape");

    await sell(page);
    await sell(page);
    await openDrawer(page);
    const taken = await figure(page, "Cash taken").textContent();
    const cents = Number(taken?.replace(/\D/g, ""));
    expect(cents).toBeGreaterThan(0);

    await button(page, "Put in").click();
    await type(page, "2000");
    await expectLarge(page);
    await button(page, "Change from the bank").click();
    await expect(figure(page, "Put in")).toHaveText("€20.00");
    await button(page, "Take out").click();
    await expect(button(page, "To the safe")).toBeDisabled();
    await type(page, "5000");
    await lookAt(page, `${shots}/counter-drawer-move`, false);
    await button(page, "To the safe").click();
    await expect(figure(page, "Taken out")).toHaveText("−€50.00");

    const expected = 10_000 + cents + 2000 - 5000;
    const text = `€${(expected / 100).toFixed(2)}`;
    await expect(figure(page, "Should be in it")).toHaveText(text);
    await expect(sheet(page)).toContainText("2 devices are out of reach");
    await expect(sheet(page)).toContainText(/kitchen, pickup|pickup, kitchen/);
    await expectLarge(page);
    await lookAt(page, `${shots}/counter-drawer`, false);
    const paper = (await page.pdf({ format: "A4" })).toString("latin1");
    expect(paper.match(/\/Type \/Page\b/g)).toHaveLength(1);

    await button(page, "Count and close").click();
    await button(page, "Notes and coins").click();
    await sheet(page).getByLabel("€50.00", { exact: true }).fill("1");
    await sheet(page).getByLabel("€20.00", { exact: true }).fill("1");
    await expect(sheet(page)).toContainText(/Short by/);
    await lookAt(page, `${shots}/counter-drawer-count`, false);
    await sheet(page).getByLabel(/^Note/).fill("A guest got too much back");
    await button(page, "Close with €70.00").click();
    const short = `Short by €${((expected - 7000) / 100).toFixed(2)}`;
    await expect(sheet(page)).toContainText(short);
    await expect(sheet(page)).toContainText("Count (Z) of drawer 1");
    await lookAt(page, `${shots}/counter-drawer-closed`, false);
    const [closed] = (await till.get<{ drawers: Counted[] }>("/api/drawers")).drawers;
    expect(closed).toMatchObject({
        float: 10_000,
        counts: [
            {
                counted: 7000,
                expected,
                difference: 7000 - expected,
                note: "A guest got too much back",
            },
        ],
    });
    expect(closed?.moves.map(({ amount }) => amount)).toEqual([2000, -5000]);

    await button(page, "Back").click();
    await expect(button(page, /^Open with/)).toBeVisible();
    await expect(button(page, /^Drawer 1/)).toContainText(short);
    await page.context().close();
});

test("what was taken out without the node is not in the reading yet, and that is said", async ({
    browser,
}) => {
    const page = await openCounter(browser);
    await openDrawer(page);
    await type(page, "500");
    await button(page, "Open with €5.00").click();
    await expect(figure(page, "Should be in it")).toHaveText("€5.00");
    await till.kill();
    await button(page, "Take out").click();
    await type(page, "200");
    await button(page, "Tips paid out").click();
    await expect(sheet(page)).toContainText("1 thing done here did not reach the node yet");
    await expect(figure(page, "Should be in it")).toHaveText("€5.00");
    await till.start();
    await expect(figure(page, "Should be in it")).toHaveText("€3.00");
    await expect(sheet(page)).not.toContainText("did not reach the node");
    await page.context().close();
});
