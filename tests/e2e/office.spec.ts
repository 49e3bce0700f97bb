// A manager at the counter's tablet in the evening: what the day came to, and whether orders,
// ledger and the practice Stripe say the same. A real counter, a real gateway.
import { readFile } from "node:fs/promises";
import { type Browser, expect, type Page } from "@playwright/test";
import type { Report } from "../../web/src/base/protocol";
import { type Market, openMarket } from "./guests";
import {
    expectNoSidewaysScroll,
    lookInSchemes,
    phone,
    shots,
    smallTargets,
    tablet,
    violations,
} from "./pages";
import { test } from "./test";

/** `npm run pictures` renews what the documentation shows. */

interface Guest {
    items: { number: number; groups: object[] }[];
    device: { request(method: string, path: string, options: object): Promise<Answer> };
    open(): Promise<unknown>;
    place(cart: object): Promise<{ id: string; number: string }>;
}

interface Answer {
    status: number;
    body: { token: string; client_secret: string };
}

/** What only this spec does at the practice Stripe. */
interface Account {
    intents: {
        confirm(id: string, how: object, isPage: boolean): unknown;
        create(what: object): { id: string };
    };
    refunds: { create(what: object): unknown };
}

let market: Market;
test.beforeAll(async () => {
    market = await openMarket();
});
test.afterAll(() => market?.close());

const account = (): Account => market.practice.account as unknown as Account;

/** A guest orders at the gateway and pays by card; the kitchen takes it. */
async function sell(): Promise<{ id: string; number: string }> {
    const { Till } = await import("../demo/till.mjs");
    const { gateway } = market;
    const { body } = await gateway.request<Answer["body"]>("POST", "/api/session/customer", {
        body: {},
    });
    const { token } = body;
    const own = {
        get: async (path: string) => (await gateway.request("GET", path, { token })).body,
        request: (method: string, path: string, given: object) =>
            gateway.request(method, path, { ...given, token }),
    };
    const guest = new Till(own) as unknown as Guest;
    await guest.open();
    const item = guest.items.find(({ groups }) => groups.length === 0)?.number;
    const lines = [{ item, quantity: 2, options: [] }];
    const order = await guest.place({ channel: "phone", mode: "take-away", name: "Kim", lines });
    let secret = "";
    await expect
        .poll(async () => {
            const path = `/api/orders/${order.id}/payment`;
            const { status, body } = await guest.device.request("POST", path, { body: {} });
            secret = body.client_secret;
            return status;
        })
        .toBe(200);
    account().intents.confirm(
        secret.split("_secret_")[0] ?? "",
        { payment_method: "pm_card_visa" },
        true,
    );
    await expect.poll(async () => (await market.order(order.number))?.phase).toBe("placed");
    await market.deed(`/api/orders/${order.id}/accept`);
    await expect.poll(async () => (await market.order(order.number))?.due).toBe(0);
    return order;
}

async function officeAt(browser: Browser, size: typeof phone): Promise<Page> {
    const context = await browser.newContext({ viewport: size, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${market.counter.url}/office`);
    return page;
}

async function compare(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Compare now" }).click();
    await expect(page.locator(".verdict, .flag-bad").first()).toBeVisible();
}

async function picture(page: Page, name: string, fullPage = true): Promise<void> {
    await lookInSchemes(page, (theme) => `${shots}/office-${name}-${theme}.png`, { fullPage });
    expect(await smallTargets(page, 44)).toEqual([]);
    await expectNoSidewaysScroll(page);
}

/** From a difference to the order that it is about. */
async function showOrder(browser: Browser, number: string): Promise<void> {
    const page = await officeAt(browser, tablet);
    await page.getByLabel("Others use the Stripe account, too").check();
    await compare(page);
    await page.getByRole("button", { name: `Show the order ${number}` }).click();
    const sheet = page.getByRole("dialog", { name: `Order ${number}` });
    await expect(sheet.getByRole("row", { name: /^Still to collect/ })).toContainText("1.00");
    await expect(sheet.getByText(/^pi_/)).toBeVisible();
    const { width = 0 } = (await sheet.boundingBox()) ?? {};
    expect(width).toBeLessThan(tablet.width / 2); // a sheet over the page
    await picture(page, "order-tablet", false);
    await page.setViewportSize(phone);
    await picture(page, "order-phone", false);
    await page.context().close();
}

/** What was sold by card and cancelled, as the owner sees it; and who is heard. */
async function showFigures(browser: Browser): Promise<void> {
    const page = await officeAt(browser, tablet);
    const sold = await page.locator(".figure-main strong").textContent();
    await page.getByRole("link", { name: "Figures" }).click();
    await expect(page.getByRole("heading", { name: /: day 1$/ })).toBeVisible();
    await expect(page.locator(".report .figure-main strong")).toHaveText(sold ?? "");
    await expect(page.getByRole("row", { name: /^Card, online/ })).toBeVisible();
    await expect(page.getByRole("row", { name: /^Guests' phones 2 / })).toContainText(sold ?? "");
    await expect(page.getByRole("row", { name: /^Cancelled 1 order/ })).toBeVisible();
    await page.getByRole("link", { name: "Menu" }).click();
    const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    const told = await market.counter.command("menu", "export");
    expect(await readFile(await file.path(), "utf8")).toBe(told);
    await page.getByRole("link", { name: "Devices" }).click();
    const gateway = page.getByRole("listitem").filter({ hasText: "gateway" });
    await expect(gateway).toContainText("Heard now");
    await expect(gateway).toContainText("All of it");
    await page.context().close();
}

test("takings are live, the day matches, and what does not is named with what to do", async ({
    browser,
}) => {
    const kept = await sell();
    const paid = market.payment().id;
    const page = await officeAt(browser, tablet);
    await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
    const orders = page.locator(".figure", { hasText: "Orders" }).locator("strong");
    await expect(orders).toHaveText("1");
    const back = await sell();
    await expect(orders).toHaveText("2"); // without anybody looking again
    await market.deed(`/api/orders/${back.id}/cancel`, { reason: "the pan caught fire" });
    await expect.poll(async () => (await market.order(back.number))?.refunded).toBeGreaterThan(0);

    await compare(page);
    await expect(page.locator(".verdict")).toHaveText("All matches");
    const rows = page.locator(".reconcile .sums tr");
    const last = await rows.last().locator("td").allTextContents();
    expect(new Set(last).size).toBe(1); // orders, ledger, Stripe
    await expect(page.getByText(/by gateway\./)).toBeVisible();
    await picture(page, "matches-tablet");

    const { id } = account().intents.create({
        amount: 990,
        currency: "eur",
        capture_method: "automatic",
        metadata: {},
    });
    account().intents.confirm(id, { payment_method: "pm_card_visa" }, true);
    await compare(page);
    await expect(page.locator(".verdict")).toHaveText("1 thing does not match");
    const difference = page.locator(".differences li");
    await expect(difference).toContainText("9.90 EUR");
    await expect(difference).toContainText("no order asked for it");
    await expect(difference).toContainText("Next: look at the provider's dashboard");
    await expect(difference).toContainText(id);
    await picture(page, "differs-tablet");
    await page.setViewportSize(phone);
    await picture(page, "differs-phone");

    const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^reconciliation-day-1-.*\.csv$/);
    await page.getByLabel("Others use the Stripe account, too").check();
    await compare(page);
    await expect(page.locator(".verdict")).toHaveText("All matches");
    await page.context().close();

    await showFigures(browser);
    account().refunds.create({ payment_intent: paid, amount: 100 });
    await showOrder(browser, kept.number);
});

test("the books are saved as tables: what they add up to is the day's report", async ({ page }) => {
    await sell();
    await page.goto(`${market.counter.url}/office#figures`);
    const books = page.getByRole("region", { name: "The books as tables" });
    const save = async (name: string): Promise<{ file: string; rows: string[][] }> => {
        const [download] = await Promise.all([
            page.waitForEvent("download"),
            books.getByRole("button", { name, exact: true }).click(),
        ]);
        const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
        return { file: download.suggestedFilename(), rows: lines.map((row) => row.split(",")) };
    };
    const sumOf = ([head, ...rows]: string[][], column: string): number =>
        rows.reduce((sum, row) => sum + Number(row[head?.indexOf(column) ?? -1]), 0);
    // The gateway's sale comes over the mesh, and its payment behind it.
    await expect(async () => {
        const day = await market.counter.get<Report>("/api/reports/day");
        const orders = await save("Orders");
        expect(orders.file).toBe("orders-day-1.csv");
        expect(orders.rows.length).toBe(day.orders + 1);
        expect(sumOf(orders.rows, "owed")).toBeCloseTo(day.owed / 100, 2);
        const lines = await save("Order lines");
        expect(sumOf(lines.rows, "payable")).toBeGreaterThanOrEqual(day.owed / 100);
        const payments = (await save("Payments")).rows;
        const paid = payments.filter((row) => row[4] !== "refund");
        expect(sumOf(paid, "amount")).toBeCloseTo(day.paid / 100, 2);
    }).toPass({ timeout: 30_000 });
    expect((await save("Stock")).rows[0]?.slice(0, 3)).toEqual(["item", "name", "policy"]);
    expect((await save("Staff")).file).toBe("staff.csv");
    expect(await violations(page)).toEqual([]);
});

test("a gateway that is away is said to be, with its name", async ({ browser }) => {
    const page = await officeAt(browser, phone);
    await market.gateway.kill();
    await expect
        .poll(async () => {
            await compare(page);
            return page.locator(".flag-bad").first().textContent();
        })
        .toContain("gateway gateway is not linked to this device");
    await picture(page, "away-phone");
    await page.context().close();
});
