// From a finger at the counter until the ticket is on the kitchen's screen: two real devices, each
// with its own page.
import { openPage } from "./browser.mjs";
import { quantile } from "./figures.mjs";

const orders = 100;

export const aims = {
    "tap at the counter until shown in the kitchen, p50, ms": { most: 50 },
    "the same, p99, ms": { most: 100 },
};

/** In the counter's page: when something was pressed last, in ms since 1970. */
function watchTaps() {
    const keep = (event) => {
        window.tappedAt = performance.timeOrigin + event.timeStamp;
    };
    addEventListener("click", keep, { capture: true });
}

/** In the kitchen's page: when each ticket was painted first. */
function watchTickets() {
    window.shown = {};
    new MutationObserver(() => {
        const fresh = [...document.querySelectorAll("[data-order]")]
            .map(({ dataset }) => dataset.order)
            .filter((number) => !(number in window.shown));
        for (const number of fresh) {
            window.shown[number] = Number.NaN;
        }
        // What changed now is painted before the frame after the next begins.
        requestAnimationFrame(() =>
            requestAnimationFrame(() => {
                for (const number of fresh) {
                    window.shown[number] = performance.timeOrigin + performance.now();
                }
            }),
        );
    }).observe(document, { childList: true, subtree: true });
}

/** Sells one thing; when "Exact" was pressed, and the order's number. */
async function sell(page) {
    await page.locator(".grid button:not([disabled])").first().click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("button", { name: /^Exact/ }).click();
    const tappedAt = await page.evaluate(() => window.tappedAt);
    const number = await page.locator(".placed-number:visible strong").textContent();
    await page.getByRole("button", { name: "Next order" }).click();
    return { tappedAt, number };
}

export async function measure({ browser, stall, put }) {
    const { page: kitchen, context: hers } = await openPage(browser, { begin: [[watchTickets]] });
    const { page: counter, context: his } = await openPage(browser, { begin: [[watchTaps]] });
    await kitchen.goto(`${stall.kitchen.url}/kitchen`);
    await counter.goto(`${stall.counter.url}/counter`);
    const took = [];
    for (let count = 0; count < orders; count++) {
        const { tappedAt, number } = await sell(counter);
        const shown = await kitchen.waitForFunction((which) => window.shown[which], number);
        took.push((await shown.jsonValue()) - tappedAt);
        await shown.dispose();
    }
    put("tap at the counter until shown in the kitchen, p50, ms", quantile(took, 0.5));
    put("the same, p99, ms", quantile(took, 0.99));
    await his.close();
    await hers.close();
}
