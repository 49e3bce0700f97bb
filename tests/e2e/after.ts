// Once it was paid or handed over: how it was, the receipt, the same again.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Market } from "./guests";
import { come, numberOf, said } from "./phones";
import { test } from "./test";

/** Edamame, and a pad thai with its options; resolves to the order's id when it was handed over. */
export async function eat(page: Page, market: Market): Promise<string> {
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: "large" }).tap();
    await sheet.getByRole("button", { name: "medium" }).tap();
    await sheet.getByRole("button", { name: /^Add ·/ }).tap();
    await page.getByRole("button", { name: "2 items Review" }).tap();
    await page.getByRole("button", { name: "Order · pay at the counter" }).tap();
    await expect(said(page)).toContainText("Ordered.");
    const { id, due } = (await market.order(await numberOf(page))) ?? { id: "", due: 0 };
    await market.deed(`/api/orders/${id}/pay`, { method: "cash", amount: -due });
    await market.deed(`/api/orders/${id}/receipt`);
    await market.deed(`/api/orders/${id}/hand-over`);
    await expect(said(page)).toHaveText("Enjoy it!");
    return id;
}

interface Review {
    order: string;
    rating: number;
    text: string;
}

const rate = (page: Page) => page.getByRole("region", { name: "How was it?" });

/** The page of the same order on another phone, as its customer. */
async function secondPhone(browser: Browser, page: Page): Promise<Page> {
    const context = await browser.newContext({
        storageState: await page.context().storageState(),
        hasTouch: true,
    });
    const second = await context.newPage();
    await second.goto(page.url());
    return second;
}

/** What the phone did to be noticed. */
interface Noticed {
    shaken: VibratePattern[];
    tones: number;
    /** How often it asked to stay lit. */
    lit: number;
}

async function watchNoise(page: Page): Promise<() => Promise<Noticed>> {
    await page.addInitScript(() => {
        const noticed: Noticed = { shaken: [], tones: 0, lit: 0 };
        const request = async () => {
            noticed.lit += 1;
            return new EventTarget();
        };
        Object.defineProperty(navigator, "wakeLock", { value: { request } });
        Object.assign(window, { noticed });
        Navigator.prototype.vibrate = (pattern) =>
            noticed.shaken.push(pattern as VibratePattern) > 0;
        const { start } = OscillatorNode.prototype;
        OscillatorNode.prototype.start = function (when) {
            noticed.tones += 1;
            start.call(this, when);
        };
    });
    await page.reload();
    return () => page.evaluate(() => (window as unknown as { noticed: Noticed }).noticed);
}

export function testAfter(market: () => Market): void {
    test("ready fills the screen, shakes, rings and says so in the title, once", async ({
        browser,
    }) => {
        const page = await come(browser, market().lan);
        const noticed = await watchNoise(page);
        await page.getByRole("button", { name: "Add Edamame" }).tap();
        await page.getByRole("button", { name: "1 item Review" }).tap();
        await page.getByRole("button", { name: "Order · pay at the counter" }).tap();
        await expect(said(page)).toContainText("Ordered.");
        const number = await numberOf(page);
        const { id } = (await market().order(number)) ?? { id: "" };
        await market().deed(`/api/orders/${id}/start`);
        await expect(said(page)).toHaveText("It is being made.");
        const before = await noticed();
        expect(before.shaken).toEqual([]);
        expect(before.lit).toBe(1);
        await market().deed(`/api/orders/${id}/done`);
        await expect(page.locator(".is-ready")).toBeVisible();
        await expect(page).toHaveTitle(new RegExp(`^✓ Ready · ${number} · `));
        const after = await noticed();
        expect(after.shaken).toHaveLength(1);
        expect(after.tones).toBeGreaterThan(before.tones);
        await expect(page.locator(".age")).toContainText(/As of [1-9] seconds? ago/);
        expect(await noticed()).toEqual(after);
        await page.context().close();
    });

    test("who was handed his order says how it was, and changes it", async ({ browser }) => {
        const page = await come(browser, market().lan);
        const id = await eat(page, market());
        const form = rate(page);
        await expect(form.getByRole("button", { name: "Send" })).toBeDisabled();
        await form.getByRole("button", { name: "4 stars" }).tap();
        await form.getByLabel("A few words").fill("Crisp, and quick");
        await page.context().setOffline(true);
        await form.getByRole("button", { name: "Send" }).tap();
        await expect(form.getByRole("alert")).toContainText("No answer.");
        await page.context().setOffline(false);
        await form.getByRole("button", { name: "Send" }).tap();
        await expect(form.getByRole("status")).toHaveText("Thank you. The stall has it.");
        const told = async (): Promise<Review[]> => {
            const { reviews } = await market().counter.get<{ reviews: Review[] }>("/api/reviews");
            return reviews.filter(({ order }) => order === id);
        };
        expect(await told()).toMatchObject([{ rating: 4, text: "Crisp, and quick" }]);

        await page.reload();
        await expect(form).toContainText("4 stars");
        const second = await secondPhone(browser, page);
        await expect(rate(second)).toContainText("Crisp, and quick");
        await rate(second).getByRole("button", { name: "Change it" }).tap();
        await rate(second).getByRole("button", { name: "5 stars" }).tap();
        await rate(second).getByRole("button", { name: "Send" }).tap();
        await expect(rate(second)).toContainText("5 stars");
        expect(await told()).toMatchObject([{ rating: 5, text: "Crisp, and quick" }]);
        await second.context().close();

        // As its page says, the people of the stall read it.
        const office = await browser.newPage();
        await office.goto(`${market().counter.url}/office#reviews`);
        const review = office.locator(".reviews li", { hasText: "Crisp, and quick" });
        await expect(review.getByRole("img", { name: "5 stars" })).toBeVisible();
        await expect(review).toContainText(/Order \w+, day 1/);
        await review.getByRole("button", { name: "Hide" }).click();
        await office.getByRole("button", { name: "It tells of a person" }).click();
        await expect(review).toContainText("Hidden, and not counted: It tells of a person");
        await office.close();
        await page.context().close();
    });

    test("the receipt says what it was and how it was paid, without a network too", async ({
        browser,
    }) => {
        const page = await come(browser, market().lan);
        await eat(page, market());
        await page.getByRole("button", { name: "Receipt", exact: true }).tap();
        await expect(page.getByRole("heading", { name: "Receipt" })).toBeVisible();
        const main = page.locator("main");
        await expect(main.locator(".bought li", { hasText: "Pad thai" })).toContainText(
            "large, medium",
        );
        await expect(main.locator(".sums")).toContainText(/Total.*Includes .*% tax.*Paid in cash/s);
        await expect(main).toContainText(/Receipt number A-1-\d+/);
        await page.context().setOffline(true);
        await page.getByRole("button", { name: "To the order" }).tap();
        await page.getByRole("button", { name: "Receipt", exact: true }).tap();
        await expect(main.locator(".sums")).toContainText("Paid in cash");
        await page.context().close();
    });

    test("the same again is in the cart with its options; what sold out is named", async ({
        browser,
    }) => {
        const page = await come(browser, market().lan);
        await eat(page, market());
        await market().setAvailable(11, false);
        await page.getByRole("button", { name: "Back to the menu" }).tap();
        await expect(page.locator(".row", { hasText: "Edamame" })).toContainText("Sold out", {
            timeout: 60_000,
        });
        await page
            .getByRole("navigation", { name: "Your orders" })
            .getByRole("button", { name: "Collected" })
            .first()
            .tap();
        await page.getByRole("button", { name: "Order this again" }).tap();
        await expect(page.getByText("Not in it this time: Edamame.")).toBeVisible();
        await expect(page.locator(".lines li")).toHaveCount(1);
        await expect(page.locator(".lines li")).toContainText("large, medium");
        await expect(
            page.getByRole("button", { name: "Order · pay at the counter" }),
        ).toBeEnabled();
        await market().setAvailable(11, true);
        await page.context().close();
    });
}
