// A tablet on the stall where one guest after the other orders, at a gateway that takes cards: as
// the page is served, with the time moved by hand.
import { type Browser, expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { isKept, lookAt, shots, tablet } from "./pages";
import { fillCart } from "./pay";
import { numberOf } from "./phones";
import { test } from "./test";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket();
});

test.afterAll(() => market?.close());

async function stand(browser: Browser, hash = ""): Promise<Page> {
    const context = await browser.newContext({
        viewport: tablet,
        hasTouch: true,
        locale: "en-IE",
        reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.clock.install();
    const keeper = page.waitForResponse(/order\.guest-/); // what goes back to the start
    await page.goto(`${market.gateway.url}/order?kiosk${hash}`);
    await expect(page.locator(".row").first()).toBeVisible();
    await (await keeper).finished();
    await expect(page.locator("html")).toHaveCSS("font-size", "20px");
    return page;
}

const idle = (page: Page) => page.getByRole("dialog", { name: "Are you still there?" });
const bar = (page: Page) => page.getByRole("button", { name: /Review$/ });

test("a guest orders, pays at the counter, and leaves nothing to the next one", async ({
    browser,
}) => {
    const page = await stand(browser);
    await expect(page.getByRole("button", { name: "With friends" })).toHaveCount(0);
    await fillCart(page);
    await page.getByLabel("A name to call out").fill("Kim");
    await expect(page.getByRole("button", { name: /card/i })).toHaveCount(0);
    await page.getByRole("button", { name: "Order · pay at the counter" }).tap();
    const number = await numberOf(page);
    await expect(page.locator(".said")).toHaveText(
        `Say ${number} at the counter and pay €21.80. Then it is made.`,
    );
    await expect(page.getByText(/^Back to the start in \d+ seconds$/)).toBeVisible();
    await expect(page.getByRole("button", { name: /receipt|sound|again|message/i })).toHaveCount(0);
    await lookAt(page, `${shots}/kiosk-placed`, false);
    await page.clock.fastForward(31_000);
    await expect(page.locator(".row").first()).toBeVisible();
    expect(new URL(page.url()).hash).toBe("");
    await expect(page.getByText(number)).toHaveCount(0);
    const kept = await page.evaluate(() => Object.entries({ ...localStorage }));
    expect(kept.filter(([name]) => name.startsWith("trestle.order."))).toEqual([]);
    await fillCart(page);
    await expect(page.getByLabel("A name to call out")).toHaveValue("");
    // The browser's own way back leads to nobody's order.
    await page.goBack();
    await page.goBack();
    await expect(page.locator(".number")).toHaveCount(0);
    await page.context().close();
});

test("who does nothing is asked, and then put away; who answers goes on", async ({ browser }) => {
    const page = await stand(browser);
    await page.clock.fastForward(120_000);
    await expect(idle(page)).toHaveCount(0); // nobody began anything
    await fillCart(page);
    await page.clock.fastForward(46_000);
    await expect(idle(page)).toContainText(/Back to the start in 1?\d seconds/);
    await lookAt(page, `${shots}/kiosk-idle`, false);
    await page.clock.fastForward(5_000);
    await idle(page).getByRole("button", { name: "Go on ordering" }).tap();
    await expect(idle(page)).toHaveCount(0);
    await expect(page.locator(".total")).toContainText("€21.80");

    await page.getByLabel("Language").selectOption("es");
    await expect(page.getByRole("heading", { name: "Tu pedido" })).toBeVisible();
    await page.clock.fastForward(46_000);
    await expect(page.getByRole("dialog", { name: "¿Sigues ahí?" })).toBeVisible();
    await page.clock.fastForward(16_000);
    await expect(bar(page)).toHaveCount(0);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page.locator(".row").first()).toBeVisible();
    expect(new URL(page.url()).search).toBe("?kiosk");
    await page.context().close();
});

test("nothing leads away from it, and targets are large", async ({ browser }) => {
    const page = await stand(browser, "#table=nobodys");
    await expect(page.getByRole("dialog")).toHaveCount(0); // it shares no table's cart
    expect(new URL(page.url()).hash).toBe("");
    await expect(page.locator("a[href]")).toHaveCount(0);
    const heights = await page
        .locator("button:visible")
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(64);
    if (isKept) {
        await page.screenshot({ path: `${shots}/kiosk-tablet-light.png` });
    }
    await page.context().close();
});
