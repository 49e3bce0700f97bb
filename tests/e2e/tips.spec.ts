// Tips: a customer chooses one and pays by card, a cashier keeps the change, and the books have
// both beside the sales. Real nodes, a practice Stripe.
import { expect } from "@playwright/test";
import type { Report } from "../../web/src/base/protocol";
import { type Market, openMarket } from "./guests";
import { phone, tablet, violations } from "./pages";
import { fillCart, payForm } from "./pay";
import { come, numberOf, said } from "./phones";
import { test } from "./test";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket();
});

test.afterAll(() => market?.close());

/** What customers are asked for. */
async function offer(tips: string): Promise<void> {
    const key = Date.now().toString(16).padStart(32, "0");
    const asked = { key, body: { tips } };
    const { status } = await market.counter.request("PATCH", "/api/popup", asked);
    expect(status).toBe(200);
    await expect
        .poll(async () => (await market.gateway.get<{ tips?: string }>("/api/order-page")).tips)
        .toBe(tips === "" ? undefined : tips);
}

const report = (): Promise<Report> => market.counter.get<Report>("/api/reports/day");

test("nobody is asked for a tip before the owner wants it", async ({ browser }) => {
    const page = await come(browser, `${market.gateway.url}/order`);
    await fillCart(page);
    await expect(page.getByRole("group", { name: "Tip" })).toHaveCount(0);
    await expect(page.locator(".total")).toContainText("No tip is added.");
    await page.context().close();
});

test("a customer tips a tenth, pays it by card, and finds it on the receipt", async ({
    browser,
}) => {
    await offer("5 10 15");
    const page = await come(browser, `${market.gateway.url}/order`, { size: phone });
    await fillCart(page);
    const tips = page.getByRole("group", { name: "Tip" });
    const share = tips.getByRole("button", { name: "10%" });
    await expect(tips.getByRole("button", { name: "No tip" })).toHaveAttribute(
        "aria-pressed",
        "true",
    );
    await expect(share).toHaveAttribute("aria-pressed", "false");
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/api/quotes", (route) => released.then(() => route.continue()));
    await tips.getByRole("button", { name: "Another amount" }).tap();
    await page.getByLabel("How much you give").fill("21.81");
    release();
    await expect(page.locator(".total")).toBeVisible(); // and what was typed is still there
    await page.getByLabel("How much you give").press("Tab");
    await expect(page.getByRole("alert")).toContainText("and no more");
    await share.tap();
    const total = page.locator(".total");
    await expect(total).toContainText("€2.18");
    await expect(total).toContainText("€23.98");
    await expect(total).not.toContainText("No tip is added.");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Pay by card · €23.98" }).tap();

    const frame = payForm(page);
    await frame.getByLabel("Card number").fill("4242 4242 4242 4242");
    await frame.getByLabel("Expiration date").fill("12 / 34");
    await frame.getByLabel("Security code").fill("123");
    await page.getByRole("button", { name: "Pay €23.98" }).tap();
    await expect(said(page)).toHaveText("Ordered. The kitchen has not taken it yet.");
    const number = await numberOf(page);
    await expect.poll(async () => (await market.order(number))?.phase).toBe("placed");
    const { id } = (await market.order(number)) ?? { id: "" };
    await market.deed(`/api/orders/${id}/accept`);
    await expect(page.locator(".money")).toContainText("€23.98 paid");
    expect(market.payment()).toMatchObject({ status: "succeeded", amount_received: 2398 });
    await expect(page.locator(".bought")).toContainText("Tip€2.18");
    await page.getByRole("button", { name: /^(Bill|Receipt)$/ }).tap();
    await expect(page.locator(".sums")).toContainText("Tip€2.18");
    await page.context().close();
    await expect.poll(report).toMatchObject({ tip: 218, tips: [{ staff: 0, tip: 218 }] });
});

test("a cashier keeps the change, and the day shows it beside the sales", async ({ browser }) => {
    const before = await report();
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${market.counter.url}/counter`);
    await page.getByRole("button", { name: /^Edamame/ }).click(); // 4.20
    await page.getByRole("button", { name: /^Pay/ }).click();
    const till = page.getByRole("dialog", { name: "Pay" });
    const keep = till.getByRole("button", { name: "Change is a tip" });
    await expect(keep).toBeDisabled();
    for (const digit of ["5", "00"]) {
        await till.getByRole("button", { name: digit, exact: true }).click();
    }
    await expect(till).toContainText("Change€0.80");
    await keep.click();
    await expect(till).toContainText("Tip€0.80");
    await till.getByRole("button", { name: "Cash given" }).click();
    await expect(page.locator(".placed-sum:visible")).toHaveText("Paid €5.00, tip €0.80");
    const { owed, tip, paid } = await report();
    expect({ owed, tip, paid }).toEqual({
        owed: before.owed + 420,
        tip: before.tip + 80,
        paid: before.paid + 500,
    });
    await page.goto(`${market.counter.url}/office`);
    const takings = page.getByRole("region", { name: "Takings" });
    await expect(takings).toContainText("€2.98");
    await expect(takings.getByRole("row", { name: /Nobody in particular/ })).toContainText("€2.98");
    await context.close();
});
