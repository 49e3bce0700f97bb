// Eight hours of a customer's page that nobody closes, played in minutes: at a real gateway, with
// the page's own clock played.
import { until } from "../../demo/wait.mjs";
import { holdings, openPage, phone } from "./browser.mjs";
import { playClock, playSeconds } from "./clock.mjs";
import { aimsOf, hours, judge } from "./held.mjs";

const minutes = hours * 60;
const warmMinutes = 32; // all is there again by then, as at the end
const minute = 60; // seconds

export const aims = aimsOf("order");

/** A customer has ordered, to pay at the counter, and looks at it. The order's id. */
async function order(page) {
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.getByRole("button", { name: "1 item Review" }).tap();
    const pay = page.getByRole("button", { name: "Pay at the counter" });
    await until("the price", 60, async () => {
        await page.evaluate(playSeconds, 1); // whoever asks again does so by the played clock
        return pay.isEnabled();
    });
    await pay.tap();
    await page.locator(".said").first().waitFor();
    return page.evaluate(() => location.hash.slice(1));
}

/** Looks at the menu and a dish of it, and again at the order. */
async function look(page, id) {
    await page.evaluate(() => {
        location.hash = "";
    });
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    await page.evaluate(playSeconds, 1);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).tap();
    await page.evaluate(playSeconds, 1);
    await page.evaluate((to) => {
        location.hash = to;
    }, id);
    await page.locator(".said").first().waitFor();
}

/** Something is sold out, or there again; now and then the order is done, or called back. */
async function serve({ client }, { id, items }, at) {
    const { number } = items[(at >> 2) % items.length];
    await client.send("PATCH", `/api/menu/${number}`, { available: at % 4 !== 0 });
    if (at % 10 === 0) {
        await client.post(`/api/orders/${id}/${at % 20 === 0 ? "done" : "recall"}`, {});
    }
}

async function playGuest({ page, tools }, stall, of, { from, upTo, say }) {
    for (let at = from; at < upTo; at += 2) {
        await serve(stall, of, at);
        await page.evaluate(playSeconds, 2 * minute);
        if (at % 10 === 0) {
            await look(page, of.id);
        }
        if (at > 0 && at % 60 === 0) {
            say(`  ${at / 60} h of the customers' page`);
        }
    }
    return holdings(tools);
}

export async function measure({ browser, stall, put, say }) {
    const guest = await openPage(browser, { size: phone, begin: [[playClock, Date.now()]] });
    const refusals = [];
    guest.page.on("response", (response) => {
        if (response.status() >= 400) {
            refusals.push(`${response.status()} ${new URL(response.url()).pathname}`);
        }
    });
    await guest.page.goto(`${stall.gateway.url}/order`);
    await guest.page.locator(".row").first().waitFor();
    await guest.page.evaluate(playSeconds, 5); // what is loaded after the first look
    const id = await order(guest.page);
    const due = await until("the order to be at the counter", 30, async () => {
        const known = await stall.counter.get(`/api/orders/${id}`);
        return -known.due;
    });
    await stall.client.post(`/api/orders/${id}/pay`, { method: "cash", amount: due });
    await stall.client.post(`/api/orders/${id}/accept`, {});
    const { items } = await stall.counter.get("/api/menu");
    const of = { id, items: items.slice(-5) }; // nothing is changed too often for its history
    const before = await playGuest(guest, stall, of, { from: 0, upTo: warmMinutes, say });
    const after = await playGuest(guest, stall, of, { from: warmMinutes, upTo: minutes, say });
    judge("order", put, before, after);
    if (refusals.length > 0) {
        say(`  ${refusals.length} requests of the customers' page were refused: ${refusals[0]}`);
    }
    await guest.context.close();
}
