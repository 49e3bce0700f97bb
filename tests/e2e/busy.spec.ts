// A station that has more to make than it gets done: what customers read. Real nodes.
import { expect, type Page } from "@playwright/test";
import type { Menu } from "../../web/src/base/protocol";
import { type Market, openMarket } from "./guests";
import { expectNoSidewaysScroll } from "./pages";
import { come } from "./phones";
import { test } from "./test";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket();
});

test.afterAll(() => market?.close());

/** @return its number; of the station that makes it one comes every five minutes */
async function throttleEdamame(): Promise<number> {
    const { items } = await market.counter.get<Menu>("/api/menu");
    const edamame = items.find(({ name }) => name === "Edamame");
    expect(edamame?.station).toBeTruthy();
    const key = Date.now().toString(16).padStart(32, "0");
    const body = { name: edamame?.station, throttle: 1 };
    const { status } = await market.counter.request("POST", "/api/stations", { key, body });
    expect(status).toBe(201);
    return edamame?.number ?? 0;
}

const sell = (item: number, quantity: number): Promise<void> =>
    market.deed("/api/orders", { channel: "counter", mode: "eat-in", lines: [{ item, quantity }] });

/** Another mode asks for the price again; the node looks at its stations every two seconds. */
async function readInTheEnd(page: Page, text: string): Promise<void> {
    let turn = 0;
    await expect(async () => {
        const mode = turn++ % 2 === 0 ? "Take away" : "Eat here";
        await page.getByRole("button", { name: mode }).tap();
        await expect(page.getByText(text)).toBeVisible({ timeout: 3_000 });
    }).toPass();
}

test("a customer reads how long a busy kitchen takes, and when it takes no more", async ({
    browser,
}) => {
    const item = await throttleEdamame();
    await sell(item, 3);
    const page = await come(browser, `${market.gateway.url}/order`);
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.getByRole("button", { name: "1 item Review" }).tap();
    await readInTheEnd(page, "The kitchen is busy: about 20 to 30 minutes.");
    await expectNoSidewaysScroll(page);
    await expect(page.getByRole("button", { name: /^Pay by card/ })).toBeEnabled();
    await sell(item, 4);
    await readInTheEnd(page, "The kitchen has too much to make just now.");
    await expect(page.getByRole("button", { name: "Pay by card" })).toBeDisabled();
    await page.context().close();
});
