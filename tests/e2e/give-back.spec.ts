// Money goes back to a card that was charged on a phone: at the counter, of some of what was
// ordered, or an amount. What moved is what the practice Stripe's own journal says.
import { type Browser, expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { expectNoSidewaysScroll, lookAt, shots, smallTargets, tablet } from "./pages";
import { fillCart, typeCard } from "./pay";
import { come, numberOf, said } from "./phones";
import { test } from "./test";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket();
});

test.afterAll(() => market?.close());

/** Two Edamame and a Pad thai for €21.80, charged as the kitchen took them. */
async function charged(browser: Browser): Promise<{ page: Page; number: string }> {
    const page = await come(browser, `${market.gateway.url}/order`);
    await fillCart(page);
    await page.getByRole("button", { name: /^Pay by card/ }).tap();
    const number = await numberOf(page);
    await typeCard(page, "4242 4242 4242 4242");
    await expect(said(page)).toHaveText("Ordered. The kitchen has not taken it yet.");
    await expect.poll(async () => (await market.order(number))?.phase).toBe("placed");
    const { id } = (await market.order(number)) ?? { id: "" };
    await market.deed(`/api/orders/${id}/accept`);
    await expect(page.locator(".money")).toContainText("€21.80 paid");
    return { page, number };
}

/** The order, at a counter that has heard of the charge. */
async function openOrder(browser: Browser, number: string): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const screen = await context.newPage();
    await screen.goto(`${market.counter.url}/counter`);
    await screen.getByRole("button", { name: "Orders" }).click();
    await screen.locator(".order-row", { hasText: number }).first().click();
    await expect(sheet(screen)).toContainText("Paid, card online€21.80");
    return screen;
}

const sheet = (screen: Page) => screen.getByRole("dialog");
const press = (screen: Page, name: string | RegExp) =>
    sheet(screen).getByRole("button", { name }).click();
const refunds = () =>
    market.practice.account.journal.moves.filter(({ move, payment_intent }) => {
        return move === "refund" && payment_intent === market.payment().id;
    }).length;

test("one of two that were not good goes back to the card, and its guest is told", async ({
    browser,
}) => {
    const { page, number } = await charged(browser);
    const screen = await openOrder(browser, number);
    await press(screen, "Give back to the card");
    await expect(sheet(screen)).toContainText("Left on the card€21.80");
    await expect(sheet(screen).getByRole("button", { name: "Give back €0.00" })).toBeDisabled();
    await press(screen, "One more Edamame");
    expect(await smallTargets(screen, 63.5)).toEqual([]);
    await expectNoSidewaysScroll(screen);
    await lookAt(screen, `${shots}/counter-give-back`, false);
    await press(screen, /^Give back €/);
    await press(screen, "Not good");
    await expect(sheet(screen)).toContainText("Given back to the card: Not good");
    await expect.poll(refunds).toBe(1);
    await expect(page.locator(".money")).toContainText(/€\d\.\d\d goes back to you/);

    await press(screen, "Give back to the card");
    await expect(sheet(screen)).toContainText("1 given back");
    await press(screen, "One more Edamame");
    await press(screen, "One more Edamame"); // there is no third
    await expect(sheet(screen).getByRole("button", { name: "1 Edamame, type" })).toBeVisible();
    await screen.context().close();
    await page.context().close();
});

test("an amount goes back out of goodwill, never more than the card was charged", async ({
    browser,
}) => {
    const { page, number } = await charged(browser);
    const screen = await openOrder(browser, number);
    await press(screen, "Give back to the card");
    await press(screen, "An amount");
    for (const key of ["2", "1", "8", "1"]) {
        await sheet(screen).getByRole("button", { name: key, exact: true }).click();
    }
    await expect(sheet(screen).getByRole("alert")).toContainText("The card was charged €21.80");
    await expect(sheet(screen).getByRole("button", { name: /^Give back €21.81/ })).toBeDisabled();
    await press(screen, "Delete the last digit");
    await lookAt(screen, `${shots}/counter-give-back-amount`, false);
    await press(screen, "Give back €2.18");
    await press(screen, "Waited too long");
    await expect(sheet(screen)).toContainText("Given back to the card: Waited too long€2.18");
    await expect(page.locator(".money")).toContainText("€2.18 goes back to you");
    expect(refunds()).toBe(1);
    await screen.context().close();
    await page.context().close();
});
