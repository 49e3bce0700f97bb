// What people do on the screens, against a fake node: one order from the till to the guest, and the
// ways in which a day goes wrong.
import { expect, type Page } from "@playwright/test";
import { node, playWithFakeNode, screen, sell, tick, ticket } from "./fake";
import { tablet, violations } from "./pages";
import { test } from "./test";

playWithFakeNode();

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

test("an order is found by its number, and whose it is stands before the hand-over", async ({
    browser,
}) => {
    const place = (name: string) =>
        node.place({
            channel: "counter",
            mode: "take-away",
            name,
            lines: [{ item: 20, quantity: 1 }],
        });
    node.do("done", place("Mara").id);
    node.do("accept", place("Piet").id);
    const staff = await screen(browser, "/pickup?staff");
    await staff.getByLabel("Number or code").fill("7");
    await staff.getByRole("button", { name: "Find" }).click();
    await expect(staff.getByText(/^7 is not here/)).toBeVisible();
    await staff.getByLabel("Number or code").fill("1");
    await staff.keyboard.press("Enter");
    await expect(staff.getByRole("dialog")).toContainText("Mara");
    await staff.getByRole("button", { name: "Hand over everything" }).click();
    await staff.getByLabel("Number or code").fill("a2");
    await staff.keyboard.press("Enter");
    await expect(staff.getByRole("dialog")).toContainText("Not ready yet");
    await expect(staff.getByRole("button", { name: "Nothing chosen" })).toBeDisabled();
});

test("a guest's code finds his order, and an order that nobody comes for ends in words", async ({
    browser,
}) => {
    const lines = [{ item: 20, quantity: 1 }];
    const place = (more: object) => {
        const { id } = node.place({ channel: "phone", mode: "take-away", lines, ...more });
        node.do("done", id);
        return id;
    };
    const paid = place({ name: "Mara", payment: { method: "cash" } });
    const unpaid = place({ name: "Piet" });
    const staff = await screen(browser, "/pickup?staff");
    const dialog = staff.getByRole("dialog");

    // A scanner types what it reads, wherever the focus is.
    await staff.keyboard.type(paid);
    await staff.keyboard.press("Enter");
    await expect(dialog).toContainText("Mara");
    await dialog.getByRole("button", { name: "Nobody came" }).click();
    await expect(dialog).toContainText(/was paid, and stays with the stall/);
    await dialog.getByRole("button", { name: "Not collected" }).click();
    await expect.poll(() => node.orders.get(paid)?.phase).toBe("completed");
    expect(node.orders.get(paid)).toMatchObject({ refunded: 0, lines: [{ uncollected: 1 }] });
    await expect(staff.getByRole("button", { name: /^A1/ })).toHaveCount(0);

    // The same code once more: what became of it, and nothing to give out.
    await staff.getByLabel("Number or code").fill(paid);
    await staff.keyboard.press("Enter");
    await expect(staff.getByText("A1 is not to be handed over: Not collected.")).toBeVisible();

    // He comes after all.
    await staff.getByRole("button", { name: "Handed over" }).click();
    await expect(dialog).toContainText("Not collected");
    await dialog.getByRole("button", { name: "Undo" }).click();
    await expect(staff.getByRole("button", { name: /^A1/ })).toBeVisible();

    await staff.getByRole("button", { name: /^A2/ }).click();
    await dialog.getByRole("button", { name: "Nobody came" }).click();
    await expect(dialog).toContainText(/Nothing was paid. The order is cancelled/);
    await dialog.getByRole("button", { name: "Not collected" }).click();
    await expect.poll(() => node.orders.get(unpaid)?.reason).toBe("Not collected");
    await staff
        .getByText("A2 not collected.")
        .locator("..")
        .getByRole("button", { name: "Undo" })
        .click();
    await expect.poll(() => node.orders.get(unpaid)?.phase).toBe("ready");
});

test("a board says numbers aloud and shows names where somebody wants that, and shifts", async ({
    browser,
}) => {
    const board = await screen(browser, "/pickup");
    await board.clock.install();
    await board.addInitScript(() => {
        const spoken: string[] = [];
        Object.assign(window, { spoken });
        speechSynthesis.speak = ({ text }) => void spoken.push(text);
    });
    await board.reload();
    const spoken = () => board.evaluate(() => (window as unknown as { spoken: string[] }).spoken);
    const { id } = node.place({
        channel: "counter",
        mode: "take-away",
        name: "Mara",
        lines: [{ item: 20, quantity: 1 }],
    });
    node.do("accept", id);
    const number = board.locator(".numbers li");
    await expect(number).toHaveText("A1");
    await board.getByRole("button", { name: "Voice off" }).click();
    await board.getByRole("button", { name: "Names off" }).click();
    await expect(number).toHaveText("A1Mara");
    node.do("done", id);
    await expect.poll(spoken).toEqual(["A 1 is ready."]);
    await expect(board.locator("html")).not.toHaveAttribute("data-shift", /./);
    await board.clock.runFor(120_000);
    await expect(board.locator("html")).toHaveAttribute("data-shift", "1");
    await board.reload();
    await expect(board.getByRole("button", { name: "Names on" })).toBeVisible();
    await expect(number).toHaveText("A1Mara");
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
    await counter.getByRole("button", { name: "−50%" }).click();
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

test("a till has the discounts of Set-up, but for those of managers", async ({ browser }) => {
    const offer = (number: number, name: string, more: object) => ({
        id: `${number}`.padStart(24, "0"),
        ...{ number, name, hidden: false, percent_bp: 0, amount: 0 },
        ...{ reason: "", manager: false, conflict: false, ...more },
    });
    node.offers = [
        offer(1, "Neighbours", { percent_bp: 1500, reason: "From next door" }),
        offer(2, "Mug", { amount: 50 }),
        offer(3, "Old", { amount: 10, hidden: true }),
        offer(4, "Boss", { percent_bp: 5000, manager: true }),
    ];
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 20, quantity: 1 }],
    });
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^A1/ }).click();
    const sheet = counter.getByRole("dialog");
    await sheet.getByRole("button", { name: "Mug −€0.50" }).click();
    await counter.getByRole("button", { name: "Mug", exact: true }).click();
    await expect.poll(() => node.orders.get(id)?.total).toBe(230);
    await sheet.getByRole("button", { name: "Neighbours −15%" }).click();
    await counter.getByRole("button", { name: "From next door" }).click();
    await expect
        .poll(() => node.writes.at(-1)?.body)
        .toEqual({
            offer: 1,
            reason: "From next door",
        });
    await expect(sheet.getByRole("button", { name: "−10%" })).toBeVisible();
    await expect(sheet.getByRole("button", { name: /Old|Boss|50%|house/ })).toHaveCount(0);
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

/** A browser that counts who wants its screen lit, and full. */
async function countLit(page: Page): Promise<() => Promise<{ lit: number; full: number }>> {
    await page.addInitScript(() => {
        const counts = { lit: 0, full: 0 };
        const sentinel = Object.assign(new EventTarget(), { release: async () => {} });
        const request = async () => {
            counts.lit += 1;
            return sentinel;
        };
        Object.defineProperty(navigator, "wakeLock", { value: { request } });
        Element.prototype.requestFullscreen = async () => {
            counts.full += 1;
        };
        Object.assign(window, { counts });
    });
    await page.reload();
    return () =>
        page.evaluate(() => ({
            ...(window as unknown as { counts: { lit: number; full: number } }).counts,
        }));
}

test("screens that are to be seen stay lit, and fill the device when asked", async ({
    browser,
}) => {
    const kitchen = await screen(browser, "/kitchen");
    const atKitchen = await countLit(kitchen);
    await expect.poll(atKitchen).toEqual({ lit: 1, full: 0 });
    await kitchen.getByRole("button", { name: /^Start shift/ }).click();
    await expect.poll(atKitchen).toEqual({ lit: 1, full: 1 });
    const board = await screen(browser, "/pickup");
    const atBoard = await countLit(board);
    await board.getByRole("button", { name: "Full screen" }).click();
    await expect.poll(atBoard).toEqual({ lit: 1, full: 1 });
    const counter = await screen(browser, "/counter");
    expect(await (await countLit(counter))()).toEqual({ lit: 0, full: 0 });
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

test("a part of the page that does not come says so, and comes when it can", async ({
    browser,
}) => {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const counter = await context.newPage();
    await counter.route("**/assets/order-sheet-*", (route) => route.abort());
    await counter.goto(`${node.url}/counter`);
    await sell(counter); // the rest goes on
    await counter.getByRole("button", { name: "Orders", exact: true }).click();
    await counter.locator(".order-row").first().click();
    const sheet = counter.getByRole("dialog");
    await expect(sheet.getByRole("alert")).toContainText("This part of the page did not come.");
    expect(await violations(counter)).toEqual([]);
    await counter.unroute("**/assets/order-sheet-*");
    await sheet.getByRole("button", { name: "Try again" }).click();
    await expect(counter.getByRole("dialog", { name: /^Order A/ })).toBeVisible();
});

test("what selling does not need is fetched ahead, and is there when the node is gone", async ({
    browser,
}) => {
    const counter = await screen(browser, "/counter");
    await sell(counter);
    const fetched = () =>
        counter.evaluate(() => {
            const names = performance.getEntriesByType("resource").map(({ name }) => name);
            return names.filter((name) => /(order-sheet|receipt|voided)-[^/]*js$/.test(name))
                .length;
        });
    await expect.poll(fetched).toBe(3);
    await node.kill();
    await counter.getByRole("button", { name: "Orders", exact: true }).click();
    await counter.locator(".order-row").first().click();
    await expect(counter.getByRole("dialog", { name: /^Order A/ })).toBeVisible();
});
