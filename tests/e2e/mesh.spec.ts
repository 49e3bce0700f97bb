// The screens on three real nodes: one order crosses while several browsers watch, and goes on
// crossing when the kitchen is killed and when it is cut off.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Session } from "../../web/src/base/protocol";
import { type Device, type Stall, startStall } from "./mesh";
import { tablet, violations } from "./pages";
import { test } from "./test";

const started: Stall[] = [];

async function start(options?: { alone: boolean }): Promise<Stall> {
    const stall = await startStall(options);
    started.push(stall);
    return stall;
}

test.afterEach(async () => {
    for (const stall of started.splice(0)) {
        await stall.close({ keep: false });
    }
});

/** A browser of its own on that device. */
async function watch(
    browser: Browser,
    device: Device,
    path: string,
    state: string | RegExp = "Live",
): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(device.url + path);
    await expect(status(page)).toHaveText(state);
    return page;
}

const status = (page: Page) => page.getByRole("status").first();
const ticket = (page: Page, number: string) => page.locator(`[data-order="${number}"]`);
const tick = (page: Page, name: string) => page.locator(`[data-tick="${name}"]:visible`);
const alarm = (page: Page) => page.locator("[data-alert=unseen]");

/** The pop-up's setting: how long the counter waits before it says that an order is not seen. */
async function escalateAfter(device: Device, seconds: number): Promise<void> {
    const answer = await fetch(`${device.url}/api/popup`, {
        method: "PATCH",
        headers: { "Content-Type": "application/json", "Idempotency-Key": "00".repeat(16) },
        body: JSON.stringify({ escalate_after_s: seconds }),
    });
    expect(answer.status).toBe(200);
}

/** Sells one of the first thing that needs no choice; resolves to the order's number. */
async function sell(page: Page): Promise<string> {
    const plain = page.locator(".item:not(:disabled)", { hasNotText: "Options" });
    await plain.first().click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("button", { name: /^Exact/ }).click();
    const number = page.locator(".placed-number:visible strong");
    await expect(number).toBeVisible();
    const text = (await number.textContent()) ?? "";
    await page.getByRole("button", { name: "Next order" }).click();
    return text;
}

async function openOrder(page: Page, number: string): Promise<void> {
    await page.locator(".order-row", { hasText: number }).first().click();
    await expect(page.getByRole("dialog")).toBeVisible();
}

async function phaseOf(device: Device, number: string): Promise<string | undefined> {
    const open = await device.get("/api/orders");
    const settled = await device.get("/api/orders?settled=1");
    const orders = [...open.orders, ...settled.orders];
    return orders.find((order) => order.number === number)?.phase;
}

test("an order crosses while the kitchen is killed and returns", async ({ browser }) => {
    const stall = await start();
    await escalateAfter(stall.counter, 5);
    const counter = await watch(browser, stall.counter, "/counter");
    const kitchen = await watch(browser, stall.kitchen, "/kitchen");
    const board = await watch(browser, stall.pickup, "/pickup");
    const staff = await watch(browser, stall.pickup, "/pickup?staff");
    const second = await watch(browser, stall.pickup, "/counter");

    const first = await sell(counter);
    await expect(ticket(kitchen, first)).toBeVisible();
    await openOrder(counter, first);
    await expect(tick(counter, "copies")).toHaveText("On 2 devices");
    await expect(tick(counter, "seen")).toHaveText("Seen by kitchen");
    await openOrder(second, first);
    await expect(tick(second, "seen")).toHaveText("Seen by kitchen");

    await stall.kitchen.kill();
    await expect(status(kitchen)).toHaveText("No node");
    await expect(status(counter)).toHaveText("Kitchen not heard");
    await ticket(kitchen, first).getByRole("button", { name: "Accept" }).click();
    await expect(ticket(kitchen, first)).toContainText("Queued (1)");

    await counter.getByRole("button", { name: "Close" }).click();
    const other = await sell(counter);
    await openOrder(counter, other);
    await expect(tick(counter, "copies")).toHaveText("On 2 devices");
    await expect(tick(counter, "seen")).toHaveText("Seen by kitchen: waiting");
    await expect(alarm(counter)).toContainText(`The kitchen has not seen ${other}`, {
        timeout: 60_000,
    });

    await stall.kitchen.start();
    await stall.linked(stall.devices);
    await expect(status(kitchen)).toHaveText("Live");
    await expect(ticket(kitchen, other)).toBeVisible();
    await expect(tick(counter, "seen")).toHaveText("Seen by kitchen");
    await expect(alarm(counter)).toHaveCount(0);
    await expect(kitchen.locator(".column-prep")).toContainText(first);

    await ticket(kitchen, other).getByRole("button", { name: "Accept" }).click();
    await expect(tick(counter, "accepted")).toHaveText("Accepted");
    for (const number of [first, other]) {
        const cooking = kitchen.locator(".column-prep").locator(`[data-order="${number}"]`);
        await cooking.getByRole("button", { name: "Bump" }).click();
        await expect(board.locator(".numbers.ready li", { hasText: number })).toBeVisible();
    }
    await staff.getByRole("button", { name: new RegExp(`^${first}`) }).click();
    await staff.getByRole("button", { name: "Hand over everything" }).click();
    await expect(board.locator(".numbers.ready li")).toHaveText([other]);
    await expect(kitchen.locator(".ticket")).toHaveCount(1);

    for (const device of stall.devices) {
        await expect.poll(() => phaseOf(device, first)).toBe("completed");
        await expect.poll(() => phaseOf(device, other)).toBe("ready");
    }
});

test("a name is shown at the kitchen, and gone when it is erased", async ({ browser }) => {
    const stall = await start();
    const kitchen = await watch(browser, stall.kitchen, "/kitchen");
    await stall.counter.command("order", "add", "11", "--name", "Zebedee");
    const named = kitchen.locator(".ticket", { hasText: "Zebedee" });
    await expect(named).toBeVisible();
    const number = (await named.getAttribute("data-order")) ?? "";
    await stall.counter.command("erase", number, "--reason", "asked for", "--yes");
    await expect(kitchen.getByText("Zebedee")).toHaveCount(0);
    await expect(ticket(kitchen, number)).toBeVisible();
});

test("a kitchen without a browser sees nothing", async ({ browser }) => {
    const stall = await start();
    await escalateAfter(stall.counter, 5);
    const counter = await watch(browser, stall.counter, "/counter");
    const number = await sell(counter);
    await openOrder(counter, number);
    await expect(tick(counter, "copies")).toHaveText("On 2 devices");
    await expect(alarm(counter)).toContainText(`The kitchen has not seen ${number}`, {
        timeout: 60_000,
    });
    await watch(browser, stall.kitchen, "/kitchen");
    await expect(tick(counter, "seen")).toHaveText("Seen by kitchen");
    await expect(alarm(counter)).toHaveCount(0);
});

test("both sides of a cut say so, go on, and agree when it heals", async ({ browser }) => {
    const stall = await start();
    const counter = await watch(browser, stall.counter, "/counter");
    const kitchen = await watch(browser, stall.kitchen, "/kitchen");
    const before = await sell(counter);
    await expect(ticket(kitchen, before)).toBeVisible();

    stall.cut(stall.kitchen, stall.others(stall.kitchen), "silent");
    await expect(status(counter)).toHaveText("Kitchen not heard");
    await expect(status(kitchen)).toHaveText(/not heard/);
    await ticket(kitchen, before).getByRole("button", { name: "Accept" }).click();
    await expect(kitchen.locator(".column-prep")).toContainText(before);
    const during = await sell(counter);

    stall.heal(stall.kitchen, stall.others(stall.kitchen));
    await expect(ticket(kitchen, during)).toBeVisible({ timeout: 60_000 });
    await expect(counter.locator(".order-row", { hasText: before })).toContainText("Accepted");
    await expect(status(counter)).toHaveText("Live");
    await expect(status(kitchen)).toHaveText("Live");
});

test("the office shows who hears whom, also of a device that it hears by a third one", async ({
    browser,
}) => {
    const stall = await start();
    const office = await watch(browser, stall.counter, "/office#mesh");
    const part = office.getByRole("region", { name: "Who hears whom" }).first();
    const kitchen = part.getByRole("row", { name: /^kitchen/i });
    await expect(kitchen.getByText("Yes")).toHaveCount(2);
    stall.cut(stall.kitchen, [stall.counter], "silent");
    await expect(status(office)).toHaveText("Kitchen not heard");
    await expect(part.getByRole("status")).toHaveText(/and kitchen do not hear each other/i);
    await expect(kitchen.getByText("Yes")).toHaveCount(1);
    stall.heal(stall.kitchen, [stall.counter]);
    await expect(part.getByRole("status")).toHaveText("", { timeout: 60_000 });
    await expect(status(office)).toHaveText("Live");
});

test("the real menu and the real policies leave nothing for axe", async ({ browser }) => {
    const stall = await start();
    const counter = await watch(browser, stall.counter, "/counter");
    expect(await counter.locator(".item").count()).toBeGreaterThanOrEqual(37);
    await sell(counter);
    expect(await violations(counter)).toEqual([]);
    const kitchen = await watch(browser, stall.kitchen, "/kitchen");
    expect(await violations(kitchen)).toEqual([]);
    const board = await watch(browser, stall.pickup, "/pickup");
    expect(await violations(board)).toEqual([]);
});

test("a sold-out item is sold out everywhere", async ({ browser }) => {
    const stall = await start();
    const counter = await watch(browser, stall.counter, "/counter");
    const kitchen = await watch(browser, stall.kitchen, "/kitchen");
    const item = counter.locator(".item:not(:disabled)").first();
    const name = (await item.locator(".item-name").textContent()) ?? "";
    await kitchen.getByRole("button", { name: "Sold out" }).click();
    await kitchen.getByRole("dialog").getByRole("button", { name, exact: true }).click();
    const gone = counter.locator(".item", { has: counter.getByText(name, { exact: true }) });
    await expect(gone).toBeDisabled();
    await expect(gone).toContainText("Sold out");
});

test("a manager decides about what a stolen device sold", async ({ browser }) => {
    const stall = await start();
    const { counter, kitchen, pickup } = stall;
    const isCounter = async (): Promise<boolean> =>
        (await pickup.get<Session>("/api/session")).role === "counter";
    await counter.command("device", "role", "pickup", "counter");
    await expect.poll(isCounter).toBe(true);

    // Who revokes it does not have what it sold last; the kitchen does.
    stall.cut(counter, stall.others(counter), "refuse");
    const stolen = await watch(browser, pickup, "/counter", /not heard/);
    const sale = await sell(stolen);
    const fake = await sell(stolen);
    await expect.poll(() => phaseOf(kitchen, fake)).toBe("placed");
    await counter.command("device", "revoke", "pickup", "--yes");
    stall.heal(counter, [kitchen]);

    const page = await watch(browser, kitchen, "/counter", /./);
    await page.getByRole("button", { name: "Decide 2" }).click();
    const row = (number: string) => page.locator(".voided", { hasText: number });
    await expect(row(sale)).toContainText("Taken on pickup");
    await expect(page.getByText("Only a manager's device can decide")).toBeVisible();
    await expect(page.getByRole("button", { name: "Take over" })).toHaveCount(0);

    await counter.command("device", "role", "kitchen", "manager");
    await row(sale).getByRole("button", { name: "Take over" }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Take over" }).click();
    await expect(row(sale)).toHaveCount(0);
    await row(fake).getByRole("button", { name: "Drop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Nobody paid" }).click();
    await expect(page.getByText("Nothing is left to decide")).toBeVisible();
    await expect.poll(() => phaseOf(counter, sale)).toBe("placed");
    expect(await phaseOf(counter, fake)).toBeUndefined();
});

test("one device alone can run the stall", async ({ browser }) => {
    const stall = await start({ alone: true });
    const unheard = /not heard yet/; // the two that were invited and never ran
    const counter = await watch(browser, stall.counter, "/counter", unheard);
    const kitchen = await watch(browser, stall.counter, "/kitchen", unheard);
    const staff = await watch(browser, stall.counter, "/pickup?staff", unheard);
    const number = await sell(counter);
    await openOrder(counter, number);
    await expect(tick(counter, "seen")).toHaveText("Seen by kitchen");
    const alone = "On 1 of 2 devices, no other device is linked: waiting";
    await expect(tick(counter, "copies")).toHaveText(alone);

    await ticket(kitchen, number).getByRole("button", { name: "Accept" }).click();
    await kitchen.locator(".column-prep").getByRole("button", { name: "Bump" }).click();
    await kitchen.getByRole("button", { name: "Undo" }).click();
    await kitchen.locator(".column-prep").getByRole("button", { name: "Bump" }).click();
    // Opened before the staff's screen has heard that it is ready, perhaps: the sheet follows.
    await staff.getByRole("button", { name: new RegExp(`^${number}`) }).click();
    await staff.getByRole("button", { name: "Hand over everything" }).click();
    await expect(counter.getByRole("dialog")).toContainText("Handed over");
    await staff.getByRole("button", { name: "Handed over", exact: true }).click();
    await staff.getByRole("dialog").getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => phaseOf(stall.counter, number)).toBe("ready");
    await kitchen.getByRole("button", { name: "Recall" }).first().click();
    await kitchen.getByRole("dialog").getByRole("button", { name: "Recall" }).click();
    await expect(kitchen.locator(".column-prep")).toContainText(number);
});
