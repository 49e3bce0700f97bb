// How a customer pays by card when the bank wants more than a number: its question within the page,
// a wallet, and a page of its own that the customer is sent to and comes back from. What the bank
// said is what the practice Stripe has; what the page says of it is what the node says.
import { readFile } from "node:fs/promises";
import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { fillCart, payForm, typeCard } from "./pay";
import { come, numberOf, said } from "./phones";
import { test } from "./test";
import { joinBy, orderTogether } from "./together";

const asking = "4000 0027 6000 3184"; // its bank asks who pays
const good = "4242 4242 4242 4242";
const placed = "Ordered. The kitchen has not taken it yet.";
const draft = "Not ordered yet: it is to be paid first.";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket({ wallets: false });
});

test.afterEach(() => {
    market.practice.api.cut = "";
    market.practice.faults.clear();
});

test.afterAll(() => market?.close());

const payButton = (page: Page) => page.getByRole("button", { name: "Pay €21.80" });
const money = (page: Page) => page.locator(".money");
const question = (page: Page) => page.frameLocator('iframe[title="Secure 3D Secure frame"]');
const walletFrame = (page: Page) =>
    page.frameLocator('iframe[title="Secure express checkout frame"]');
/** On the bank's own page. */
const answer = (page: Page, name: "Complete" | "Fail") =>
    page.getByRole("button", { name }).click();
const movesOf = (id: string): string[] =>
    market.practice.account.journal.moves
        .filter(({ payment_intent }) => payment_intent === id)
        .map(({ move }) => move);

/** A phone whose order waits for a card; @return the page, at the card's form. */
async function wantToPay(browser: Browser): Promise<Page> {
    const page = await come(browser, `${market.gateway.url}/order`);
    await fillCart(page);
    await page.getByRole("button", { name: /^Pay by card/ }).tap();
    await expect(payButton(page)).toBeEnabled();
    return page;
}

const phaseOf = async (number: string): Promise<string | undefined> =>
    (await market.order(number))?.phase;

/** It is held once, and that is what the stall knows, too. */
async function expectHeld(page: Page): Promise<void> {
    await expect(said(page)).toHaveText(placed);
    await expect(money(page)).toContainText("€21.80 is reserved on your card");
    const number = await numberOf(page);
    await expect.poll(() => phaseOf(number)).toBe("placed");
    const { id, status } = market.payment();
    expect(status).toBe("requires_capture");
    expect(movesOf(id)).toEqual(["hold"]);
}

/** Nothing is held, nothing is ordered, and another card pays the same payment. */
async function payWithAnother(page: Page): Promise<void> {
    const { id } = market.payment();
    expect(movesOf(id)).toEqual([]);
    await expect(payButton(page)).toBeEnabled();
    expect(await phaseOf(await numberOf(page))).toBe("draft");
    await typeCard(page, good);
    await expectHeld(page);
    expect(market.payment().id).toBe(id);
}

// --- asked within the page ---

const kitchenBoard = async (): Promise<string> =>
    JSON.stringify(await market.counter.get<object>("/api/kitchen/board"));

test("a bank that asks is answered within the page, and the kitchen hears of it after", async ({
    browser,
}) => {
    const page = await wantToPay(browser);
    const number = await numberOf(page);
    await typeCard(page, asking);
    await expect(question(page).getByText("Your bank wants to know")).toBeVisible();
    await expect.poll(() => phaseOf(number)).toBe("draft");
    expect(await kitchenBoard()).not.toContain(`"${number}"`);
    const screen = await browser.newPage();
    await screen.goto(`${market.counter.url}/counter`);
    const row = screen.locator(".order-row", { hasText: number }).first();
    await expect(row).toContainText("Not paid yet");
    await expect(row).not.toContainText("Held");
    const at = page.url();
    await question(page).getByRole("button", { name: "Complete" }).click();
    await expectHeld(page);
    expect(page.url()).toBe(at);
    await expect.poll(kitchenBoard).toContain(`"${number}"`);
    await expect(row).toContainText("Held €21.80");
    await screen.close();
    await page.context().close();
});

test("a bank that was answered wrongly lets another card pay", async ({ browser }) => {
    const page = await wantToPay(browser);
    await typeCard(page, asking);
    await question(page).getByRole("button", { name: "Fail" }).click();
    await expect(page.getByText("It was not paid: We are unable to authenticate")).toBeVisible();
    await payWithAnother(page);
    await page.context().close();
});

test("a question that was closed is as good as not answered: another card pays", async ({
    browser,
}) => {
    const page = await wantToPay(browser);
    await typeCard(page, asking);
    await expect(question(page).getByRole("button", { name: "Complete" })).toBeVisible();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await expect(page.getByText("It was not paid: We are unable to authenticate")).toBeVisible();
    expect(market.payment().status).toBe("requires_payment_method");
    await payWithAnother(page);
    await page.context().close();
});

test("a page that is loaded anew while the bank asks says so, and takes another card", async ({
    browser,
}) => {
    const page = await wantToPay(browser);
    await typeCard(page, asking);
    await expect(question(page).getByRole("button", { name: "Complete" })).toBeVisible();
    await page.reload();
    await expect(page.getByText("Your bank’s question was not answered.")).toBeVisible();
    expect(market.payment().status).toBe("requires_action");
    await payWithAnother(page);
    await page.context().close();
});

// --- a wallet ---

test("a wallet is offered once the domain is registered; cancelled, declined, it pays", async ({
    browser,
}) => {
    const { gateway, practice } = market;
    const without = await wantToPay(browser);
    await expect(payForm(without).getByLabel("Card number")).toBeVisible();
    const none = without.locator('iframe[title="Secure express checkout frame"]');
    await expect(none).toHaveAttribute("hidden"); // the script has said that there is none
    await expect(without.locator("#card > :first-child")).toHaveAttribute("hidden");
    await without.context().close();

    // As docs/gateway.md says, 6.
    const registered = await fetch(`${practice.url}/v1/payment_method_domains`, {
        method: "POST",
        headers: { Authorization: "Bearer sk_test_e2e" },
        body: new URLSearchParams({ domain_name: new URL(gateway.url).hostname }),
    });
    expect(registered.status).toBe(200);

    const page = await wantToPay(browser);
    const wallet = walletFrame(page);
    await wallet.getByRole("button", { name: "Practice wallet" }).click();
    await wallet.getByRole("button", { name: "Cancel" }).click();
    await expect(payButton(page)).toBeEnabled();
    const { id, status } = market.payment();
    expect(status).toBe("requires_payment_method");
    expect(await phaseOf(await numberOf(page))).toBe("draft");

    await wallet.getByRole("button", { name: "Practice wallet" }).click();
    await wallet.getByRole("combobox").selectOption({ label: "one with too little on it" });
    await wallet.getByRole("button", { name: "Approve" }).click();
    await expect(page.getByText("It was not paid: Your card has insufficient")).toBeVisible();
    expect(movesOf(id)).toEqual([]);

    await wallet.getByRole("button", { name: "Practice wallet" }).click();
    await wallet.getByRole("combobox").selectOption({ label: "a good one" });
    await wallet.getByRole("button", { name: "Approve" }).click();
    await expectHeld(page);
    expect(market.payment().id).toBe(id);
    await page.context().close();
});

// --- sent to the bank's own page ---

/** The phone is at the bank's own page. */
async function goToBank(page: Page): Promise<void> {
    market.practice.faults.add({ kind: "bank_page" });
    await typeCard(page, asking);
    await page.waitForURL(/\/practice\/bank\//);
    await expect(page.getByText("Your bank wants to know that it is you")).toBeVisible();
}

interface Left {
    page: Page;
    number: string;
    /** The order's page. */
    at: string;
}

async function leaveForBank(browser: Browser): Promise<Left> {
    const page = await wantToPay(browser);
    const number = await numberOf(page);
    const at = page.url();
    await goToBank(page);
    return { page, number, at };
}

/** Whatever the browser asks our node for. */
function watchRequests(page: Page): string[] {
    const asked: string[] = [];
    page.on("request", (request) => {
        if (request.url().startsWith(market.gateway.url) && !request.isNavigationRequest()) {
            asked.push(`${request.url()} ${JSON.stringify(request.headers())}`);
        }
    });
    return asked;
}

/** Everything that this browser keeps of our page. */
const keptIn = (page: Page): Promise<string> =>
    page.evaluate(async () => {
        const found = [location.href, JSON.stringify(history.state), JSON.stringify(localStorage)];
        for (const name of await caches.keys()) {
            const requests = await (await caches.open(name)).keys();
            found.push(...requests.map(({ url }) => url));
        }
        return found.join("\n");
    });

test("a bank with a page of its own sends the customer back to an order that is placed", async ({
    browser,
}) => {
    const page = await wantToPay(browser);
    const at = page.url();
    const asked = watchRequests(page);
    await goToBank(page);
    const { client_secret: secret, next_action: next } = market.payment();
    expect(next?.redirect_to_url?.return_url).toBe(at);
    const [returned] = await Promise.all([
        page.waitForRequest((request) => request.url().includes("redirect_status=succeeded")),
        answer(page, "Complete"),
    ]);
    expect(returned.url()).toContain(secret); // it comes as the provider has it
    await expectHeld(page);
    expect(page.url()).toBe(at);
    expect(await keptIn(page)).not.toContain(secret);
    expect(asked.filter((request) => request.includes(secret))).toEqual([]);
    expect(await readFile(market.gateway.log, "utf8")).not.toContain(secret);
    await page.context().close();
});

test("a bank that said no sends the customer back to pay with another card", async ({
    browser,
}) => {
    const { page, at } = await leaveForBank(browser);
    await answer(page, "Fail");
    await expect(page.getByText("It was not paid. Try again, or with another card.")).toBeVisible();
    expect(page.url()).toBe(at);
    await payWithAnother(page);
    await page.context().close();
});

test("who leaves the bank's page by the way back can pay with another card", async ({
    browser,
}) => {
    const { page, at } = await leaveForBank(browser);
    await page.goBack();
    await expect(page.getByText("Your bank’s question was not answered.")).toBeVisible();
    expect(page.url()).toBe(at);
    await payWithAnother(page);
    await page.context().close();
});

test("a bank that thinks is waited for: nobody pays twice, and what it says is shown", async ({
    browser,
}) => {
    const { account, faults } = market.practice;
    const undecided = "Your bank has not decided yet.";
    for (const declines of [false, true]) {
        const { page } = await leaveForBank(browser);
        faults.add({ kind: "slow_bank", seconds: 3600, declines });
        await answer(page, "Complete");
        await expect(page.getByText(undecided)).toBeVisible();
        await expect(payButton(page)).toHaveCount(0);
        await expect(payForm(page).getByLabel("Card number")).toHaveCount(0);
        await page.reload();
        await expect(page.getByText(undecided)).toBeVisible();
        await account.clock.advance(3600);
        if (declines) {
            await expect(page.getByText("It was not paid. Try again")).toBeVisible();
            await payWithAnother(page);
        } else {
            await expectHeld(page);
        }
        await page.context().close();
    }
});

test("an address that says more than the node does is not believed, and is cleaned", async ({
    browser,
}) => {
    const page = await wantToPay(browser);
    const at = new URL(page.url());
    const { id } = market.payment();
    const claim = `payment_intent=${id}&payment_intent_client_secret=${id}_secret_x`;
    await page.goto(`${at.origin}${at.pathname}?table=4&${claim}&redirect_status=succeeded`);
    await expect(said(page)).toHaveText(draft); // the newest order, though the address lost it
    expect(page.url()).toBe(`${at.origin}${at.pathname}?table=4${at.hash}`);
    await payWithAnother(page);
    await page.goto(`${at.origin}${at.pathname}?${claim}&redirect_status=failed${at.hash}`);
    await expect(said(page)).toHaveText(placed);
    await page.context().close();
});

test("a customer who is back while the stall has no line is not asked to pay again", async ({
    browser,
}) => {
    const { page } = await leaveForBank(browser);
    market.practice.api.cut = "gateway";
    await answer(page, "Complete");
    await expect(page.getByText("The stall cannot hear yet what your bank said.")).toBeVisible();
    await expect(said(page)).toHaveText(draft);
    market.practice.api.cut = "";
    await expectHeld(page);
    await page.context().close();
});

/** The tab is gone; the phone is not. */
async function openAgain(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${market.gateway.url}/order`);
    return page;
}

test("a tab that was killed at the bank loses nothing: the order is on the phone", async ({
    browser,
}) => {
    const { page, number } = await leaveForBank(browser);
    const context = page.context();
    const bank = page.url();
    await page.close();
    const again = await openAgain(context);
    await again.getByRole("navigation", { name: "Your orders" }).getByText(number).tap();
    await expect(again.getByText("Your bank’s question was not answered.")).toBeVisible();
    const app = await context.newPage(); // the bank's, which the phone still has
    await app.goto(bank);
    await answer(app, "Complete");
    await expectHeld(again);
    await expect(said(app)).toHaveText(placed);
    await context.close();
});

test("of two phones with one order each can pay what the other left at the bank", async ({
    browser,
}) => {
    const ana = await come(browser, `${market.gateway.url}/order`);
    await fillCart(ana);
    await ana.getByRole("button", { name: "Back to the menu" }).tap();
    const link = await orderTogether(ana, "Ana");
    await ana.getByRole("dialog").getByRole("button", { name: "Back to the menu" }).tap();
    const ben = await joinBy(browser, link, "Ben");
    await ana.getByRole("button", { name: /Review/ }).tap();
    await ana.getByRole("button", { name: /^Pay by card/ }).tap();
    await expect(payButton(ana)).toBeEnabled();
    await goToBank(ana);
    const { id } = market.payment();
    await expect(said(ben)).toHaveText(draft);
    await ana.context().close(); // the battery
    await ben.getByRole("button", { name: "Pay by card instead" }).tap();
    await expect(ben.getByText("Your bank’s question was not answered.")).toBeVisible();
    await payWithAnother(ben);
    expect(market.payment().id).toBe(id);
    await ben.context().close();
});

test("another browser than the one that ordered says where to look", async ({ browser }) => {
    const { page, at } = await leaveForBank(browser);
    const other = await come(browser, `${market.gateway.url}/order`);
    await other.goto(page.url());
    await answer(other, "Complete");
    await expect(other.getByText("Go back to the browser that you ordered with")).toBeVisible();
    expect(other.url()).toBe(at);
    await other.context().close();
    await page.goto(at);
    await expectHeld(page);
    await page.context().close();
});

test("who comes back to an order that ended is told so, and can order it again", async ({
    browser,
}) => {
    const { page, number } = await leaveForBank(browser);
    const { id } = market.payment();
    const order = (await market.order(number))?.id ?? "";
    await market.deed(`/api/orders/${order}/cancel`, { reason: "we are closing" });
    await expect.poll(() => market.payment().status).toBe("canceled");
    await answer(page, "Complete");
    await expect(said(page)).toContainText("This order was cancelled.");
    await expect(said(page)).toContainText("we are closing");
    await expect(money(page)).toContainText("Nothing was charged.");
    await expect(payButton(page)).toHaveCount(0);
    expect(movesOf(id)).toEqual([]);
    await page.getByRole("button", { name: "Order this again" }).tap();
    await expect(page.locator(".total")).toContainText("€21.80");
    await page.context().close();
});
