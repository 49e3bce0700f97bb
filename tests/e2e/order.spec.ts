// Customers with their phones: at a gateway that takes cards, and on the stall's own network. Real
// nodes, a practice Stripe, the page as it is served.
import { type Browser, expect, type Page } from "@playwright/test";
import { eat, testAfter } from "./after";
import { testCodes } from "./codes";
import { type Market, openMarket } from "./guests";
import {
    expectNoSidewaysScroll,
    phone,
    smallTargets,
    type Theme,
    tablet,
    violations,
    wear,
} from "./pages";
import { fillCart, payForm, typeCard } from "./pay";
import { come, numberOf, said } from "./phones";
import { test } from "./test";
import { joinBy, orderTogether, testTogether } from "./together";

const shots = `${__dirname}/../../docs/screens`;
const firstVisitBytes = 20 * 1024;

let market: Market;

test.beforeAll(async () => {
    market = await openMarket();
});

test.afterAll(() => market?.close());

/** What is loaded after the first look, to the last file. */
async function restCame(page: Page): Promise<void> {
    await page.waitForFunction(() =>
        performance.getEntriesByType("resource").some(({ name }) => name.includes("/order.card-")),
    );
}

test("the first visit is one document, with the menu in it, below 20 KB", async ({ browser }) => {
    const page = await browser.newPage();
    const answer = await page.goto(`${market.gateway.url}/order`);
    await expect(page.locator(".row").first()).toBeVisible();
    const sizes = await answer?.request().sizes();
    expect(answer?.headers()["content-encoding"]).toBe("gzip");
    expect((sizes?.responseBodySize ?? 0) + (sizes?.responseHeadersSize ?? 0)).toBeLessThan(
        firstVisitBytes,
    );
    await restCame(page);
    const early = await page.evaluate(() => {
        const [painted] = performance.getEntriesByName("first-contentful-paint");
        const loaded = performance.getEntriesByType("resource");
        return loaded
            .filter(({ startTime }) => startTime < (painted?.startTime ?? Number.POSITIVE_INFINITY))
            .map(({ name }) => new URL(name).pathname);
    });
    expect(early.filter((path) => path !== "/icon.svg")).toEqual([]);
    await page.close();
});

test("a network that is lost after the first look takes nothing away but the price", async ({
    browser,
}) => {
    const page = await come(browser, `${market.gateway.url}/order`);
    await restCame(page);
    await page.context().setOffline(true);
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: "large" }).tap();
    await sheet.getByRole("button", { name: "medium" }).tap();
    await sheet.getByRole("button", { name: /^Add ·/ }).tap();
    await page.getByRole("button", { name: "1 item Review" }).tap();
    await expect(page.getByRole("alert")).toContainText("No answer.");
    await page.getByRole("button", { name: "With friends" }).tap();
    await expect(page.getByRole("dialog", { name: "Order together" })).toBeVisible();
    await page.context().setOffline(false);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).tap();
    await page.getByRole("button", { name: "Try again" }).tap();
    await expect(page.locator(".total")).toContainText("Total");
    await page.context().close();
});

test("a phone orders, is declined once, pays, and the money follows the kitchen", async ({
    browser,
}) => {
    const { gateway } = market;
    const page = await come(browser, `${gateway.url}/order`);
    await fillCart(page);
    await page.getByRole("button", { name: /^Pay by card/ }).tap();
    await expect(page.getByText("Practice: no real money moves")).toBeVisible();
    const number = await numberOf(page);
    expect(number).toMatch(/^W\d+$/);

    await typeCard(page, "4000 0000 0000 9995");
    await expect(
        page.getByText("It was not paid: Your card has insufficient funds."),
    ).toBeVisible();
    expect((await market.order(number))?.phase).toBe("draft");
    const money = page.locator(".money");
    await expect(money).toContainText(/Your food is kept for you for ([1-5]?\d|60) minutes?\./);

    await typeCard(page, "4242 4242 4242 4242");
    await expect(said(page)).toHaveText("Ordered. The kitchen has not taken it yet.");
    await expect(money).toContainText("€21.80 is reserved on your card");
    await expect(money).toContainText(/that ends by itself in (1?\d|20) minutes?\./);
    expect(market.payment()).toMatchObject({ status: "requires_capture", amount: 2180 });

    await expect.poll(async () => (await market.order(number))?.phase).toBe("placed");
    const { id } = (await market.order(number)) ?? { id: "" };
    await market.deed(`/api/orders/${id}/accept`);
    await expect(said(page)).toHaveText("The kitchen has taken it.");
    await expect(page.locator(".money")).toContainText("€21.80 paid");
    expect(market.payment()).toMatchObject({ status: "succeeded", amount_received: 2180 });

    await page.reload();
    await expect(said(page)).toHaveText("The kitchen has taken it.");
    await market.deed(`/api/orders/${id}/start`);
    await expect(said(page)).toHaveText("It is being made.");
    await market.deed(`/api/orders/${id}/cancel`, { reason: "the pan caught fire" });
    await expect(said(page)).toContainText("This order was cancelled.");
    await expect(said(page)).toContainText("the pan caught fire");
    await expect(page.locator(".money")).toContainText("€21.80 goes back to you");
    const moves = market.practice.account.journal.moves.map(({ move }) => move);
    expect(moves.filter((move) => move === "capture")).toHaveLength(1);
    expect(moves.filter((move) => move === "refund")).toHaveLength(1);
    await page.context().close();
});

test("the counter sees what a bank holds for an order, and when that ends", async ({ browser }) => {
    const page = await come(browser, `${market.gateway.url}/order`);
    await fillCart(page);
    await page.getByRole("button", { name: /^Pay by card/ }).tap();
    await typeCard(page, "4242 4242 4242 4242");
    await expect(said(page)).toContainText("Ordered.");
    const number = await numberOf(page);
    const screen = await browser.newPage({ viewport: tablet });
    await screen.goto(`${market.counter.url}/counter`);
    const row = screen.locator(".order-row", { hasText: number }).first();
    await expect(row).toContainText("Held €21.80");
    await row.click();
    const sheet = screen.getByRole("dialog");
    await expect(sheet).toContainText("Held on a card, not charged");
    await expect(sheet.locator("[data-end]")).toContainText(
        "The hold ends when the kitchen does not take it in time",
    );
    await screen.close();
    const { id } = (await market.order(number)) ?? { id: "" };
    await market.deed(`/api/orders/${id}/refuse`, { reason: "sold out" });
    await page.context().close();
});

test("what the kitchen refuses is never charged", async ({ browser }) => {
    const page = await come(browser, `${market.gateway.url}/order`);
    await fillCart(page);
    await page.getByRole("button", { name: /^Pay by card/ }).tap();
    await typeCard(page, "4242 4242 4242 4242");
    await expect(said(page)).toContainText("Ordered.");
    const number = await numberOf(page);
    await expect.poll(async () => (await market.order(number))?.phase).toBe("placed");
    const { id } = (await market.order(number)) ?? { id: "" };
    await market.deed(`/api/orders/${id}/refuse`, { reason: "sold out" });
    await expect(said(page)).toContainText("the kitchen cannot make it");
    await expect(page.locator(".money")).toContainText("Nothing was charged.");
    await expect.poll(() => market.payment().status).toBe("canceled");
    await page.context().close();
});

test("a phone on the stall's network orders over plain http and pays at the counter", async ({
    browser,
}) => {
    const page = await come(browser, market.lan);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await fillCart(page);
    await page.getByRole("button", { name: "Take away" }).tap();
    await page.getByLabel("A name to call out").fill("Ana");
    await expect(page.getByRole("button", { name: /card/ })).toHaveCount(0);
    await page.getByRole("button", { name: "Order · pay at the counter" }).tap();
    const number = await numberOf(page);
    await expect(page.locator(".money")).toContainText(
        `Say ${number} at the counter and pay €21.80.`,
    );
    await expect(page.locator(".bought li", { hasText: "Edamame" })).toHaveText(/^2×/);
    const { id } = (await market.order(number)) ?? { id: "" };
    await market.deed(`/api/orders/${id}/pay`, { method: "cash", amount: 2180, tendered: 2200 });
    await expect(page.locator(".money")).toContainText("€21.80 paid");
    await market.deed(`/api/orders/${id}/accept`);
    await market.deed(`/api/orders/${id}/start`);
    await market.deed(`/api/orders/${id}/done`);
    await expect(page.locator(".is-ready")).toBeVisible();
    await expect(page.getByRole("img", { name: "Your code for the hand-over" })).toBeVisible();
    await expect(page).toHaveTitle(`✓ Ready · ${number} · Harbour Street Kitchen`);
    await market.deed(`/api/orders/${id}/hand-over`);
    await expect(said(page)).toHaveText("Enjoy it!");
    await page.getByRole("button", { name: "Back to the menu" }).tap();
    await expect(page.getByRole("navigation", { name: "Your orders" })).toContainText(number);
    await page.context().close();
});

test("a node that does not answer is said with the age of what is shown", async ({ browser }) => {
    const page = await come(browser, market.lan);
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.getByRole("button", { name: "1 item Review" }).tap();
    await page.getByRole("button", { name: /^Order/ }).tap();
    await expect(page.locator(".age")).toContainText(/As of \d seconds? ago/);
    await page.context().setOffline(true);
    await expect(page.getByText(/No connection since 1\d seconds/)).toBeVisible();
    await page.context().setOffline(false);
    await expect(page.locator(".age")).toBeVisible();
    await page.context().close();
});

test("what sells out changes under the finger, with words", async ({ browser }) => {
    const page = await come(browser, market.lan);
    const row = page.locator(".row", { hasText: "Edamame" });
    await row.locator(".row-add").tap();
    await market.setAvailable(11, false);
    await page.getByRole("button", { name: "1 item Review" }).tap();
    await expect(page.getByText("Sold out: it is not in the total.")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Order/ })).toBeDisabled();
    await page.getByRole("button", { name: "Back to the menu" }).tap();
    await expect(page.getByText("Edamame has just sold out.")).toBeVisible({ timeout: 60_000 });
    await expect(row).toContainText("Sold out");
    await expect(row.locator(".row-add")).toHaveCount(0);
    await market.setAvailable(11, true);
    await expect(row.locator(".row-add")).toBeVisible({ timeout: 60_000 });
    await page.context().close();
});

test("a choice that is out is struck out, and what was put in with it is named", async ({
    browser,
}) => {
    const page = await come(browser, market.lan);
    const say = (available: boolean) =>
        market.deed("/api/menu/30/choice", { group: "Spice", choice: "medium", available });
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "large" }).tap();
    await dialog.getByRole("button", { name: "medium" }).tap();
    await dialog.getByRole("button", { name: /^Add/ }).tap();
    await say(false);
    await page.getByRole("button", { name: "1 item Review" }).tap();
    await expect(page.getByText("medium: sold out. It is not in the total.")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Order/ })).toBeDisabled();
    await page.getByRole("button", { name: "Back to the menu" }).tap();
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    const medium = dialog.getByRole("button", { name: "medium" });
    await expect(medium).toContainText("Sold out", { timeout: 60_000 });
    await expect(medium).toBeDisabled();
    expect(await violations(page)).toEqual([]);
    await say(true);
    await expect(medium).toBeEnabled({ timeout: 60_000 });
    await page.context().close();
});

test("search and filter show what fits, and say what they hide", async ({ browser }) => {
    const page = await come(browser, market.lan);
    await page.getByRole("searchbox").fill("curry");
    await expect(page.locator(".row").first()).toContainText(/curry/i);
    await page.getByRole("searchbox").fill("xyz");
    await expect(page.getByText("Nothing here fits “xyz”.")).toBeVisible();
    await page.getByRole("searchbox").fill("");
    const all = await page.locator(".row").count();
    await page.getByRole("button", { name: "Filter", exact: true }).tap();
    await page.getByRole("dialog").getByRole("button", { name: "vegan" }).tap();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).tap();
    const shown = await page.locator(".row").count();
    expect(shown).toBeGreaterThan(0);
    await expect(page.getByText(`${all - shown} items are hidden by your filter.`)).toBeVisible();
    await page.reload();
    await expect(page.locator(".row")).toHaveCount(shown);
    await page.getByRole("button", { name: "Filter (1)" }).tap();
    await page.getByRole("dialog").getByRole("button", { name: "peanuts" }).tap();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).tap();
    await expect(page.locator(".row", { hasText: /Contains .*peanuts/ })).toHaveCount(0);
    await page.getByRole("button", { name: "Show all" }).tap();
    await expect(page.locator(".row")).toHaveCount(all);
    await expect(page.locator(".row", { hasText: /Contains .*peanuts/ })).not.toHaveCount(0);
    await page.context().close();
});

test("only the page where customers pay may load the provider's script", async ({ request }) => {
    const policyAt = async (url: string): Promise<string> =>
        (await request.get(url)).headers()["content-security-policy"] ?? "";
    const { gateway, counter, practice } = market;
    expect(await policyAt(`${gateway.url}/order`)).toContain(`frame-src ${practice.url};`);
    for (const url of [`${gateway.url}/`, `${counter.url}/order`, `${gateway.url}/kitchen`]) {
        expect(await policyAt(url)).not.toContain(practice.url);
    }
    expect(await policyAt(`${gateway.url}/order`)).not.toContain("unsafe");
});

testTogether(() => market);
testCodes(() => market);
testAfter(() => market);

// --- how it looks ---

const light: Theme = "light";
const dark: Theme = "dark";

interface Scene {
    name: string;
    at: "lan" | "gateway";
    /** Something of it wears the theme that was there when it was made. */
    isDressedOnce?: boolean;
    prepare(page: Page): Promise<void>;
}

async function placeAtCounter(page: Page): Promise<string> {
    await fillCart(page);
    await page.getByRole("button", { name: /^Order/ }).tap();
    await expect(said(page)).toBeVisible();
    const number = await numberOf(page);
    return (await market.order(number))?.id ?? "";
}

const scenes: Scene[] = [
    {
        name: "order",
        at: "gateway",
        async prepare(page) {
            await market.setAvailable(11, true);
            await page.getByRole("button", { name: "Add Spring rolls" }).tap();
            await page.getByRole("button", { name: "Add Spring rolls" }).tap();
        },
    },
    {
        name: "order-options",
        at: "gateway",
        async prepare(page) {
            await page.locator(".row-text", { hasText: "Pad thai" }).tap();
            await page.getByRole("dialog").getByRole("button", { name: "large" }).tap();
            await page.getByRole("dialog").getByRole("button", { name: "medium" }).tap();
        },
    },
    { name: "order-review", at: "gateway", prepare: fillCart },
    {
        name: "order-together",
        at: "lan",
        async prepare(page) {
            await page.getByRole("button", { name: "Add Edamame" }).tap();
            const link = await orderTogether(page, "Ana");
            const ben = await joinBy(page.context().browser() as Browser, link, "Ben");
            await ben.getByRole("button", { name: "Add Spring rolls" }).tap();
            await expect(page.getByText("Ben added Spring rolls.")).toBeAttached();
            await ben.context().close();
        },
    },
    {
        name: "order-pay",
        at: "gateway",
        isDressedOnce: true,
        async prepare(page) {
            await fillCart(page);
            await page.getByRole("button", { name: /^Pay by card/ }).tap();
            await expect(payForm(page).getByLabel("Card number")).toBeVisible();
            await expect(page.getByRole("button", { name: "Pay €21.80" })).toBeEnabled();
        },
    },
    {
        name: "order-track",
        at: "lan",
        async prepare(page) {
            const id = await placeAtCounter(page);
            await market.deed(`/api/orders/${id}/accept`);
            await market.deed(`/api/orders/${id}/start`);
            await expect(said(page)).toHaveText("It is being made.");
            await expect(page.locator(".code path")).toHaveAttribute("d", /^M0/);
        },
    },
    {
        name: "order-ready",
        at: "lan",
        async prepare(page) {
            const id = await placeAtCounter(page);
            for (const deed of ["accept", "start", "done"]) {
                await market.deed(`/api/orders/${id}/${deed}`);
            }
            await expect(page.locator(".is-ready")).toBeVisible();
            await expect(page.locator(".code path")).toHaveAttribute("d", /^M0/);
        },
    },
    {
        name: "order-rate",
        at: "lan",
        async prepare(page) {
            await eat(page, market);
            await page.getByRole("button", { name: "4 stars" }).tap();
        },
    },
    {
        name: "order-receipt",
        at: "lan",
        async prepare(page) {
            await eat(page, market);
            await page.getByRole("button", { name: "Receipt", exact: true }).tap();
            await expect(page.locator(".sums")).toContainText("Paid in cash");
        },
    },
];

async function lookIn(page: Page, themes: Theme[], where: string): Promise<void> {
    for (const [device, size] of Object.entries({ phone, tablet })) {
        await page.setViewportSize(size);
        for (const theme of themes) {
            await wear(page, theme);
            expect(await violations(page)).toEqual([]);
            if (process.env["TRESTLE_PICTURES"]) {
                await page.screenshot({ path: `${shots}/${where}-${device}-${theme}.png` });
            }
        }
        expect(await smallTargets(page, 44)).toEqual([]);
        await expectNoSidewaysScroll(page);
    }
}

// One order is looked at on both sizes and in both themes, but where a frame is dressed once.
for (const { name, at, prepare, isDressedOnce } of scenes) {
    for (const themes of isDressedOnce ? [[light], [dark]] : [[light, dark]]) {
        test(`${name} on a phone and a tablet, ${themes.join(" and ")}`, async ({ browser }) => {
            const url = at === "lan" ? market.lan : `${market.gateway.url}/order`;
            const page = await come(browser, url, { theme: themes[0] as Theme });
            await prepare(page);
            await lookIn(page, themes, name);
            await page.context().close();
        });
    }
}
