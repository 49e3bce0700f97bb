// What people do on the screens, against a fake node: one order from the till to the guest, and the
// ways in which a day goes wrong.
import { type Browser, expect, type Page } from "@playwright/test";
import { tablet } from "./pages";
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

test.afterEach(async () => {
    await node.kill();
});

/** Each screen is a device of its own: no storage is shared. */
async function screen(browser: Browser, path: string): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(node.url + path);
    await expect(page.getByRole("status").first()).toHaveText("Live");
    return page;
}

const ticket = (page: Page, number: string) => page.locator(`[data-order="${number}"]`);
const tick = (page: Page, name: string) => page.locator(`[data-tick="${name}"]:visible`);

/** Two lines, exact cash. */
async function sell(page: Page): Promise<void> {
    await page.getByRole("button", { name: /^Water/ }).click();
    await page.getByRole("button", { name: /^Onion rings/ }).click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("button", { name: /^Exact/ }).click();
    await expect(page.locator(".placed-number:visible")).toBeVisible();
}

test("a cash order of two items takes at most six taps", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    await counter.evaluate(() => {
        addEventListener("click", () => {
            document.body.dataset["taps"] = String(Number(document.body.dataset["taps"] ?? 0) + 1);
        });
    });
    await sell(counter);
    await expect(counter.locator(".placed-number:visible")).toContainText("A1");
    const taps = await counter.evaluate(() => Number(document.body.dataset["taps"]));
    expect(taps).toBeLessThanOrEqual(6);
    expect([...node.orders.values()][0]).toMatchObject({ total: 620, paid: 620, due: 0 });
});

test("an order goes from the till to the guest, and every screen shows it", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    const kitchen = await screen(browser, "/kitchen");
    const board = await screen(browser, "/pickup");
    const staff = await screen(browser, "/pickup?staff");

    await sell(counter);
    await expect(tick(counter, "copies")).toHaveText("On 2 devices");
    await expect(tick(counter, "seen")).toHaveText("Seen by kitchen");
    await ticket(kitchen, "A1").getByRole("button", { name: "Accept" }).click();
    await expect(board.locator(".numbers.preparing li")).toHaveText("A1");
    await expect(tick(counter, "accepted")).toHaveText("Accepted");
    await expect(kitchen.locator(".column-prep .ticket")).toHaveCount(1);

    await ticket(kitchen, "A1").getByRole("button", { name: /Water/ }).click();
    await expect(kitchen.getByRole("button", { name: /Water.*Done/ })).toBeVisible();
    await ticket(kitchen, "A1").getByRole("button", { name: "Bump" }).click();
    await expect(board.locator(".numbers.ready li")).toHaveText("A1");

    await kitchen.getByRole("button", { name: "Undo" }).click();
    await expect(board.locator(".numbers.ready li")).toHaveCount(0);
    const lines = [...node.orders.values()][0]?.lines;
    expect(lines?.map((line: { progress: string }) => line.progress)).toEqual(["done", "waiting"]);
    await ticket(kitchen, "A1").getByRole("button", { name: "Bump" }).click();

    await staff.getByRole("button", { name: /^A1/ }).click();
    await staff.getByRole("button", { name: "Hand over everything" }).click();
    await expect(board.locator(".numbers.ready li")).toHaveCount(0);
    await expect(kitchen.locator(".ticket")).toHaveCount(0);
    await counter.getByRole("button", { name: "Orders", exact: true }).click();
    await expect(counter.locator(".order-row")).toContainText("Handed over");

    await staff.getByRole("button", { name: "Undo" }).click();
    await expect(board.locator(".numbers.ready li")).toHaveText("A1");
});

test("handing over by units keeps the rest", async ({ browser }) => {
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 20, quantity: 3 }],
    });
    node.do("done", id);
    const staff = await screen(browser, "/pickup?staff");
    await staff.getByRole("button", { name: /^A1/ }).click();
    await staff.getByRole("button", { name: "One less Coffee" }).click();
    await staff.getByRole("button", { name: "Hand over 2" }).click();
    await expect.poll(() => node.orders.get(id)?.lines[0]?.handed).toBe(2);
    await staff.getByRole("button", { name: /^A1/ }).click();
    await expect(staff.getByText("2 already handed over")).toBeVisible();
});

test("whoever stands at the till is told when the kitchen has not seen an order", async ({
    browser,
}) => {
    const counter = await screen(browser, "/counter");
    await counter.clock.install();
    await sell(counter);
    await expect(counter.getByRole("alert")).toHaveCount(0);
    for (let second = 0; second < node.session.escalate_after_s; second += 1) {
        node.marks();
        await counter.clock.runFor(1_000);
    }
    await expect(counter.getByRole("alert")).toContainText(
        "The kitchen has not seen A1: call out or print.",
    );
    await screen(browser, "/kitchen");
    await expect(tick(counter, "seen")).toHaveText("Seen by kitchen");
    await counter.clock.runFor(1_000);
    await expect(counter.getByRole("alert")).toHaveCount(0);
});

test("an order taken without a node is kept, and placed once when it is back", async ({
    browser,
}) => {
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^Water/ }).click();
    await node.kill();
    await expect(counter.getByRole("status").first()).toHaveText("No node");
    await counter.getByRole("button", { name: /^Pay/ }).click();
    await counter.getByRole("button", { name: /^Exact/ }).click();
    await expect(counter.locator(".placed-wait:visible")).toContainText("Not sent yet");
    await counter.locator("summary").click();
    await expect(counter.locator(".connection-detail")).toContainText("Queued (1)");

    // Even the page may go: a reload has to find the order again.
    await node.start();
    await counter.reload();
    await expect(counter.getByRole("status").first()).toHaveText("Live");
    await expect(counter.locator(".order-row")).toHaveCount(1);
    expect(node.orders.size).toBe(1);
    const keys = new Set(node.writes.map(({ key }) => key));
    expect(keys.size).toBe(1);
});

test("a node that is busy gets the same action again", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    let answers = 0;
    node.isBusy = () => {
        answers += 1;
        return answers <= 2;
    };
    await sell(counter);
    expect(node.writes).toHaveLength(3);
    expect(new Set(node.writes.map(({ key }) => key)).size).toBe(1);
    expect(node.orders.size).toBe(1);
});

test("two taps take an item off every menu, and one brings it back", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    const kitchen = await screen(browser, "/kitchen");
    await kitchen.getByRole("button", { name: "Sold out" }).click();
    await kitchen.getByRole("button", { name: "Brownie" }).click();
    const brownie = counter.getByRole("button", { name: /^Brownie/ });
    await expect(brownie).toContainText("Sold out");
    await expect(brownie).toBeDisabled();
    await kitchen.getByRole("button", { name: /^Brownie/ }).click();
    await expect(brownie).toBeEnabled();
});

test("what the count has sold out is sold only after a person said so", async ({ browser }) => {
    node.setStock(14, "strict", { here: 0, all: 0, oversold: 0 });
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^Brownie/ }).click();
    await counter.getByRole("button", { name: "Do not sell it" }).click();
    await expect(counter.locator(".cart-lines")).toHaveCount(0);
    await counter.getByRole("button", { name: /^Brownie/ }).click();
    await counter.getByRole("button", { name: "Sell all the same" }).click();
    await counter.getByRole("button", { name: /^Pay/ }).click();
    await counter.getByRole("button", { name: /^Exact/ }).click();
    await expect(counter.locator(".placed-number:visible")).toContainText("A1");
    expect(node.writes.at(-1)?.body).toMatchObject({ forced: true });
});

test("what is sold within the count is not forced, and the kitchen may still take it off", async ({
    browser,
}) => {
    node.setStock(14, "strict", { here: 2, all: 5, oversold: 0 });
    const counter = await screen(browser, "/counter");
    const kitchen = await screen(browser, "/kitchen");
    const brownie = counter.getByRole("button", { name: /^Brownie/ });
    await expect(brownie).toContainText("2 left here, 5 in all");
    await brownie.click();
    await counter.getByRole("button", { name: /^Pay/ }).click();
    await counter.getByRole("button", { name: /^Exact/ }).click();
    await expect(counter.locator(".placed-number:visible")).toContainText("A1");
    expect(node.writes.at(-1)?.body).not.toHaveProperty("forced");
    await kitchen.getByRole("button", { name: "Sold out" }).click();
    await kitchen.getByRole("button", { name: /^Brownie/ }).click();
    await expect(brownie).toBeDisabled();
});

test("a paid order has one receipt, shown and sent to a printer", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    await sell(counter);
    for (const _ of [1, 2]) {
        await counter.getByRole("button", { name: "Receipt" }).click();
        await expect(counter.getByRole("dialog")).toContainText("Receipt A-1-1");
        await counter.getByRole("button", { name: "Close" }).click();
    }
    await counter.getByRole("button", { name: "Receipt" }).click();
    await counter.getByRole("button", { name: "Print: Receipts" }).click();
    await expect.poll(() => node.writes.at(-1)?.path).toMatch(/print$/);
    expect(node.writes.at(-1)?.body).toEqual({ what: "receipt", printer: 1 });
});

test("what was sold out meanwhile cannot be paid for", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^Brownie/ }).click();
    node.answer("/api/menu/14", { available: false });
    await expect(counter.getByText("Sold out meanwhile")).toBeVisible();
    await expect(counter.getByRole("button", { name: /^Pay/ })).toBeDisabled();
});

test("a cook who is at it sees that the order was cancelled", async ({ browser }) => {
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 1, quantity: 1 }],
    });
    node.do("accept", id);
    const kitchen = await screen(browser, "/kitchen");
    await expect(ticket(kitchen, "A1")).toBeVisible();
    node.do("cancel", id, { reason: "Customer left" });
    await expect(ticket(kitchen, "A1")).toContainText("Cancelled. Stop. Customer left");
    await ticket(kitchen, "A1").getByRole("button", { name: "Understood" }).click();
    await expect(ticket(kitchen, "A1")).toHaveCount(0);
});

test("additions and changes after the start are decided by the cook", async ({ browser }) => {
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 1, quantity: 1 }],
    });
    node.do("accept", id);
    node.do("start", id, { lines: [1] });
    const kitchen = await screen(browser, "/kitchen");
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^A1/ }).click();
    await counter.getByRole("button", { name: "One more Cheeseburger" }).click();
    await expect(ticket(kitchen, "A1")).toContainText("The counter wants 2 instead of 1.");
    await ticket(kitchen, "A1").getByRole("button", { name: "Make it 2" }).click();
    await expect(ticket(kitchen, "A1")).toContainText("2×");

    await counter.getByRole("button", { name: "Add a line" }).click();
    await counter.getByRole("button", { name: /^Coffee/ }).click();
    await counter.getByRole("button", { name: "Add 1 to A1" }).click();
    await expect(ticket(kitchen, "A1")).toContainText("+NEW");
    await ticket(kitchen, "A1").getByRole("button", { name: "Accept added" }).click();
    await expect(ticket(kitchen, "A1").getByRole("button", { name: "Accept added" })).toHaveCount(
        0,
    );
});

test("the till can take back: void, discount, pay, cancel, refund", async ({ browser }) => {
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [
            { item: 20, quantity: 1 },
            { item: 19, quantity: 1 },
        ],
    });
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^A1/ }).click();
    await counter.getByRole("button", { name: "Void Water" }).click();
    await counter.getByRole("button", { name: "Wrong item" }).click();
    await counter.getByRole("button", { name: "−50 %" }).click();
    await counter.getByRole("button", { name: "Voucher" }).click();
    await counter.getByRole("button", { name: "Pay €1.40" }).click();
    await counter.getByRole("button", { name: /^Exact/ }).click();
    await expect.poll(() => node.orders.get(id)?.due).toBe(0);
    await counter.getByRole("button", { name: "Cancel order" }).click();
    await counter.getByRole("button", { name: "Customer left" }).click();
    await counter.getByRole("button", { name: "Give back €1.40", exact: true }).click();
    await counter.getByRole("button", { name: "Not good" }).click();
    await expect.poll(() => node.orders.get(id)?.refunded).toBe(140);
    expect(node.orders.get(id)).toMatchObject({ phase: "cancelled", due: 0 });
});

test("a till works from the keyboard alone", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    await counter.keyboard.press("/");
    await counter.keyboard.type("cof");
    await counter.keyboard.press("Tab");
    await counter.keyboard.press("Enter");
    await counter.keyboard.press("Enter");
    await counter.keyboard.press("p");
    await counter.keyboard.type("1000");
    await counter.keyboard.press("Enter");
    await expect(counter.locator(".placed-change:visible")).toContainText("€4.40");
    await counter.keyboard.press("n");
    await counter.keyboard.press("?");
    await expect(counter.getByRole("dialog")).toContainText("Search the menu");
});

test("a kitchen works from the keyboard alone", async ({ browser }) => {
    const kitchen = await screen(browser, "/kitchen");
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 1, quantity: 1 }],
    });
    const phase = () => node.orders.get(id)?.phase;
    await expect(ticket(kitchen, "A1")).toBeVisible();
    await kitchen.keyboard.press("1");
    await expect.poll(phase).toBe("accepted");
    await expect(kitchen.locator(".column-prep .ticket")).toHaveCount(1);
    await kitchen.keyboard.press("ArrowRight");
    await kitchen.keyboard.press("Enter");
    await expect.poll(phase).toBe("ready");
    await kitchen.keyboard.press("u");
    await expect.poll(phase).toBe("accepted");
});

test("a station's board says what it hides", async ({ browser }) => {
    node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 1, quantity: 1 }] });
    node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 20, quantity: 1 }] });
    const kitchen = await screen(browser, "/kitchen?station=bar");
    await expect(kitchen.locator(".ticket")).toHaveCount(1);
    await kitchen.getByText("1 ticket hidden by the station filter. Show all.").click();
    await expect(kitchen.locator(".ticket")).toHaveCount(2);
});

test("the sound warning goes with the first tap of the shift", async ({ browser }) => {
    const kitchen = await screen(browser, "/kitchen");
    await kitchen.getByRole("button", { name: "Start shift (muted)" }).click();
    await expect(kitchen.getByText("Sound on")).toBeVisible();
});

test("the choice of light or dark is kept", async ({ browser }) => {
    const kitchen = await screen(browser, "/kitchen");
    await expect(kitchen.locator("html")).toHaveAttribute("data-theme", "dark");
    await kitchen.getByRole("button", { name: "Light or dark" }).click();
    await kitchen.reload();
    await expect(kitchen.locator("html")).toHaveAttribute("data-theme", "light");
});

test("screens work over plain http, where a browser offers less", async ({ browser }) => {
    node.url = node.url.replace("127.0.0.1", "stall.example");
    const counter = await screen(browser, "/counter");
    expect(await counter.evaluate(() => isSecureContext)).toBe(false);
    await sell(counter);
    await expect(counter.locator(".placed-number:visible")).toContainText("A1");
});
