// What a queue asks of a till: twelve of a thing, a cart parked for the next guest and taken up
// again, also after a reload, and the order whose number a guest says.
import { type Browser, expect, type Page } from "@playwright/test";
import { lookAt, phone, shots, tablet } from "./pages";
import { test } from "./test";

async function startNode() {
    const { startFakeNode } = await import("../../web/test/fake-node.mjs");
    return startFakeNode();
}

let node: Awaited<ReturnType<typeof startNode>>;

test.beforeEach(async () => {
    node = await startNode();
});
test.afterEach(() => node.kill());

async function openCounter(browser: Browser, viewport = tablet): Promise<Page> {
    const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${node.url}/counter`);
    await expect(page.getByRole("status").first()).toHaveText("Live");
    return page;
}

const sheet = (page: Page) => page.getByRole("dialog");
const cart = (page: Page) => page.getByRole("region", { name: "Order" });
const tap = (page: Page, item: string) =>
    page.getByRole("button", { name: new RegExp(`^${item}`) }).click();
const press = (page: Page, name: string) =>
    sheet(page).getByRole("button", { name, exact: true }).click();

/** Whatever is pressed here in a hurry. */
async function expectLarge(page: Page): Promise<void> {
    for (const one of await sheet(page).locator("button:visible, input:visible").all()) {
        const box = await one.boundingBox();
        expect(box?.height, await one.innerHTML()).toBeGreaterThanOrEqual(63.5);
    }
}

async function parkAs(page: Page, label: string): Promise<void> {
    await page.getByRole("button", { name: "Park", exact: true }).click();
    await sheet(page).getByLabel("Name or number").fill(label);
    await press(page, "Park it");
}

test("twelve drinks are five taps, and none takes the line out", async ({ browser }) => {
    const page = await openCounter(browser);
    await tap(page, "Water");
    await page.getByRole("button", { name: "1 Water, type how many" }).click();
    await press(page, "1");
    await press(page, "2");
    await expectLarge(page);
    await press(page, "Make it 12");
    await expect(cart(page)).toContainText("€24.00");
    await page.getByRole("button", { name: "12 Water, type how many" }).click();
    await page.keyboard.type("30");
    await page.keyboard.press("Enter");
    await expect(cart(page)).toContainText("€60.00");
    await page.getByRole("button", { name: "30 Water, type how many" }).click();
    await press(page, "0");
    await press(page, "Take it out");
    await expect(cart(page)).toContainText("Tap the menu");
});

test("a cart and those parked are there after a reload, and none is an order", async ({
    browser,
}) => {
    const page = await openCounter(browser);
    await tap(page, "Onion rings");
    await page.getByRole("button", { name: "Park", exact: true }).click();
    await expect(sheet(page).getByLabel("Name or number")).toHaveValue("1");
    await expect(sheet(page)).toContainText("It is no order");
    await expectLarge(page);
    await press(page, "Park it");
    await tap(page, "Water");
    await page.getByPlaceholder("Name (optional)").fill("Ana");
    await page.reload();
    await expect(cart(page)).toContainText("Water");
    await expect(page.getByPlaceholder("Name (optional)")).toHaveValue("Ana");

    await page.getByRole("button", { name: "More", exact: true }).click();
    await sheet(page)
        .getByRole("button", { name: /^Parked carts/ })
        .click();
    await expect(sheet(page)).toContainText("Something is in the cart");
    await expect(sheet(page).getByRole("button", { name: "Take up 1" })).toBeDisabled();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Park", exact: true }).click();
    await expect(sheet(page).getByLabel("Name or number")).toHaveValue("Ana");
    await press(page, "Park it");
    expect(node.orders.size).toBe(0);

    await page.getByRole("button", { name: "Parked carts 2" }).click();
    await expectLarge(page);
    await lookAt(page, `${shots}/counter-parked`, false);
    await press(page, "Drop Ana");
    await expect(sheet(page).locator("li")).toHaveCount(1);
    await press(page, "Take up 1");
    await expect(cart(page)).toContainText("Onion rings");
    await page.getByRole("button", { name: /^Pay/ }).click();
    await sheet(page)
        .getByRole("button", { name: /^Exact/ })
        .click();
    await expect(page.locator(".placed-number:visible")).toBeVisible();
    expect(node.orders.size).toBe(1);
    await page.reload();
    await expect(cart(page)).toContainText("Tap the menu");
    await expect(page.getByRole("button", { name: /^Parked carts/ })).toHaveCount(0);
});

test("what was sold out or costs another sum meanwhile is said when a cart is taken up", async ({
    browser,
}) => {
    const page = await openCounter(browser, phone);
    await tap(page, "Onion rings");
    await tap(page, "Water");
    await page.locator(".cart-bar").click();
    await sheet(page).getByRole("button", { name: "1 Water, type how many" }).click();
    await lookAt(page, `${shots}/counter-quantity`, false);
    await page.setViewportSize(phone);
    await press(page, "Make it 1");
    await parkAs(page, "Table of Ben");
    const number = (name: string): number =>
        node.menu.find((one) => one.name === name)?.number ?? 0;
    node.setItem(number("Onion rings"), { price: 450 });
    node.setItem(number("Water"), { available: false });
    await page.getByRole("button", { name: "Parked carts 1" }).click();
    await press(page, "Take up Table of Ben");
    await page.locator(".cart-bar").click();
    const flags = sheet(page).locator(".flag");
    await expect(flags.first()).toHaveText(/Onion rings costs €4.50 now; it was €4.20./);
    await expect(flags.nth(1)).toHaveText(/Water is sold out./);
    await expect(sheet(page).getByRole("button", { name: /^Pay/ })).toBeDisabled();
    await lookAt(page, `${shots}/counter-taken-up`, false);
});

test("an order is found by the number that the guest says", async ({ browser }) => {
    for (let at = 0; at < 12; at += 1) {
        node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 20, quantity: 1 }] });
    }
    const page = await openCounter(browser);
    await page.getByRole("button", { name: "Orders", exact: true }).click();
    const rows = page.locator(".order-row");
    await expect(rows).toHaveCount(12);
    await page.keyboard.press("/");
    await page.keyboard.type("1");
    await expect(rows).toHaveCount(4); // A1, A10, A11, A12
    await expect(rows.first()).toContainText(/^A1\D/);
    await page.getByLabel("Find an order").fill("12");
    await lookAt(page, `${shots}/counter-found`, false);
    await page.getByLabel("Find an order").press("Enter");
    await expect(sheet(page)).toHaveAccessibleName("Order A12");
    await page.keyboard.press("Escape");
    await page.getByLabel("Find an order").fill("77");
    await expect(page.getByText("No order of today is called that.")).toBeVisible();
});
