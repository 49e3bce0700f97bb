// A bill that is paid in several parts, and the slips of a card terminal: what the cashier sees,
// what the node is told, and what the receipt and the order keep of it.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Order } from "../../web/src/base/protocol";
import { startStall } from "./mesh";
import { lookAt, shots, tablet } from "./pages";
import { test } from "./test";

async function startNode() {
    const { startFakeNode } = await import("../../web/test/fake-node.mjs");
    return startFakeNode();
}

type Node = Awaited<ReturnType<typeof startNode>>;

let node: Node;

test.beforeEach(async () => {
    node = await startNode();
});
test.afterEach(() => node.kill());

async function openCounter(browser: Browser, url = node.url): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${url}/counter`);
    return page;
}

const sheet = (page: Page) => page.getByRole("dialog");
const press = (page: Page, name: string | RegExp) =>
    sheet(page).getByRole("button", { name }).click();
const tap = (page: Page, item: string) =>
    page.getByRole("button", { name: new RegExp(`^${item}`) }).click();

async function payInParts(page: Page): Promise<void> {
    await page.getByRole("button", { name: /^Pay/ }).click();
    await press(page, "In parts");
}

/** On the keys of the screen, in minor units. */
async function type(page: Page, digits: string): Promise<void> {
    for (const digit of digits) {
        await sheet(page).getByRole("button", { name: digit, exact: true }).click();
    }
}

const left = (page: Page) => sheet(page).locator(".pay-total strong");
const order = (): Order => [...node.orders.values()][0] as Order;
const paid = () => order().payments.map(({ method, amount }) => ({ method, amount }));

/** Whatever is pressed at a till on a tablet. */
async function expectLarge(page: Page): Promise<void> {
    const pressed = await sheet(page).locator("button:visible, input:visible").all();
    for (const one of pressed) {
        const box = await one.boundingBox();
        expect(box?.height, await one.innerHTML()).toBeGreaterThanOrEqual(63.5);
    }
}

test("ten in cash, the rest by card: the till says what is left, the receipt lists both", async ({
    browser,
}) => {
    const page = await openCounter(browser);
    await tap(page, "Cheeseburger"); // 9.50
    await tap(page, "Onion rings"); // 4.20
    await payInParts(page);
    await expect(left(page)).toHaveText("€13.70");
    await type(page, "1000");
    await expect(sheet(page)).toContainText("Left after it€3.70");
    await expectLarge(page);
    await lookAt(page, `${shots}/counter-parts`, false);
    await press(page, /^Cash €10.00/);

    await expect(left(page)).toHaveText("€3.70");
    await expect(sheet(page)).toContainText("Paid, cash€10.00");
    expect(order()).toMatchObject({ paid: 1000, due: -370 });
    await sheet(page).getByLabel(/slip/).fill("004711");
    await press(page, /^Card €3.70/);
    await expect(sheet(page)).toContainText("All is paid€13.70");
    await expect(sheet(page)).toContainText("Paid, card, slip 004711€3.70");
    expect(order()).toMatchObject({ paid: 1370, due: 0 });
    expect(order().payments[1]).toMatchObject({ method: "card-external", reference: "004711" });
    await press(page, "Done");

    await expect(page.locator(".placed-sum:visible")).toHaveText("Paid €13.70 in parts");
    await page.getByRole("button", { name: "Receipt" }).click();
    await expect(sheet(page)).toContainText("cash€10.00");
    await expect(sheet(page)).toContainText("card, slip 004711€3.70");
});

test("a table of three pays equal parts, and each guest gets his change", async ({ browser }) => {
    const page = await openCounter(browser);
    await tap(page, "Cheeseburger"); // 9.50
    await payInParts(page);
    await press(page, "One more guest");
    await press(page, "One more guest");
    await expect(sheet(page)).toContainText("3 guests, €3.17 each");
    await type(page, "300");
    await expect(sheet(page)).toContainText("Too little for a part of€3.17");
    await expect(sheet(page).getByRole("button", { name: /^Cash/ })).toBeDisabled();
    await type(page, "0"); // 30.00 now
    await press(page, /^Cash €3.17/);
    await expect(sheet(page).locator(".placed-change")).toContainText("Change€26.83");
    await expect(sheet(page)).toContainText("2 guests, €3.17 each");
    await expectLarge(page);
    await lookAt(page, `${shots}/counter-parts-guests`, false);
    await press(page, /^Card €3.17/);
    await expect(left(page)).toHaveText("€3.16");
    await expect(sheet(page).locator(".placed-change")).toHaveCount(0);
    await type(page, "500");
    await press(page, /^Cash €3.16/);
    await expect(sheet(page)).toContainText("All is paid€9.50");
    await expect(sheet(page).locator(".placed-change")).toContainText("Change€1.84");
    expect(paid()).toEqual([
        { method: "cash", amount: 317 },
        { method: "card-external", amount: 317 },
        { method: "cash", amount: 316 },
    ]);
    expect(order().payments.map(({ tendered }) => tendered)).toEqual([3000, 0, 500]);
});

test("whoever leaves the bill half paid finds its rest, and a part goes back", async ({
    browser,
}) => {
    const page = await openCounter(browser);
    await tap(page, "Onion rings"); // 4.20
    await payInParts(page);
    await type(page, "200");
    await press(page, /^Cash €2.00/);
    await expect(left(page)).toHaveText("€2.20");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Collect €2.20" }).first().click();
    await expect(left(page)).toHaveText("€2.20");
    await press(page, /^Card €2.20/);
    await press(page, "Done");

    await page.getByRole("button", { name: "Orders", exact: true }).click();
    await tap(page, "A1");
    await press(page, "Give back €2.20, card");
    await expect(sheet(page)).toHaveAccessibleName("Give back €2.20: why?");
    await press(page, "Paid another way");
    await expect(sheet(page)).toContainText("Refunded, card€2.20");
    await expect(sheet(page).getByRole("button", { name: /^Give back/ })).toHaveCount(1);
    expect(order()).toMatchObject({ refunded: 220, due: -220 });
    await press(page, "Pay €2.20");
    await press(page, /^Exact/);
    await expect.poll(() => order().due).toBe(0);
    await expect(sheet(page)).toContainText("Paid, cashGive back€2.20");
});

test("the next part waits until the node has the one before", async ({ browser }) => {
    const page = await openCounter(browser);
    await tap(page, "Onion rings");
    await payInParts(page);
    await type(page, "100");
    const { port } = node as unknown as { port: number };
    await node.kill();
    await press(page, /^Cash €1.00/);
    await expect(sheet(page)).toContainText("This part is kept on this screen.");
    await expect(sheet(page).getByRole("button", { name: /^(Cash|Card)/ })).toHaveCount(0);
    await node.start(port);
    await expect(left(page)).toHaveText("€3.20");
    expect(paid()).toEqual([{ method: "cash", amount: 100 }]);
});

test("a slip's number goes with a card that pays all, and nobody has to say one", async ({
    browser,
}) => {
    const page = await openCounter(browser);
    for (const slip of ["", "ABC 12"]) {
        await tap(page, "Onion rings");
        await page.getByRole("button", { name: /^Pay/ }).click();
        await sheet(page).getByLabel(/slip/).fill(slip);
        await press(page, "Card terminal");
        await expect(page.locator(".placed-number:visible")).toBeVisible();
        await page.getByRole("button", { name: "Next order" }).click();
    }
    const slips = [...node.orders.values()].map(({ payments }) => payments[0].reference);
    expect(slips).toEqual(["", "ABC 12"]);
});

test("a real node takes the parts, keeps the slip, and its books have it", async ({ browser }) => {
    const stall = await startStall({ alone: true });
    try {
        const page = await openCounter(browser, stall.counter.url);
        await tap(page, "Edamame"); // 4.20
        await payInParts(page);
        await sheet(page).getByLabel(/slip/).fill("004711");
        await type(page, "120");
        await press(page, /^Card €1.20/);
        await expect(left(page)).toHaveText("€3.00");
        await type(page, "500");
        await press(page, /^Cash €3.00/);
        await expect(sheet(page)).toContainText("All is paid€4.20");
        await expect(sheet(page).locator(".placed-change")).toContainText("Change€2.00");
        const { orders } = await stall.counter.get<{ orders: Order[] }>("/api/orders");
        expect(orders[0]).toMatchObject({
            paid: 420,
            due: 0,
            payments: [
                { method: "card-external", amount: 120, reference: "004711" },
                { method: "cash", amount: 300, tendered: 500, reference: "" },
            ],
        });
        const books = await stall.counter.command("export", "--what", "payments");
        expect(books).toContain("004711");
    } finally {
        await stall.close({ keep: false });
    }
});
