// Eight hours of a busy night at kitchen and counter, played in minutes: a fake node whose clock is
// played, and the pages' with it.
import { startFakeNode } from "../../../web/test/fake-node.mjs";
import { holdings, openPage } from "./browser.mjs";
import { playClock } from "./clock.mjs";
import { aimsOf, hours, judge } from "./held.mjs";

const minutes = hours * 60;
const warmMinutes = 30;
const minute = 60; // seconds
const begin = Date.UTC(2026, 7, 14, 16);

export const aims = { ...aimsOf("kitchen"), ...aimsOf("counter") };

/** What happens to an order: so many seconds after it was placed. */
const course = [
    [15, "accept"],
    [40, "start"],
    [240, "done"],
    [330, "hand-over"],
];
const everySeconds = 30; // an order

/** A fake node with the clock of a night. */
class Night {
    seconds = 0;
    #open = []; // {id, at, fate}
    #count = 0;

    async start() {
        this.node = await startFakeNode({ now: () => begin + this.seconds * 1000, beatsEvery: 0 });
        return this;
    }

    #place() {
        const item = 1 + (this.#count % this.node.menu.length);
        const lines = [
            { item, quantity: 1 + (this.#count % 3) },
            { item: 19, quantity: 1, note: this.#count % 5 === 0 ? "no ice" : "" },
        ];
        const payment = this.#count % 4 === 0 ? {} : { payment: { method: "cash" } };
        const { id } = this.node.place({ channel: "counter", mode: "eat-in", lines, ...payment });
        this.#open.push({ id, at: this.seconds, isCancelled: this.#count % 20 === 7 });
        this.#count += 1;
    }

    /** A board shows it no more. */
    #end(id) {
        const { node } = this;
        const cursor = node.cursor();
        for (const socket of node.sockets) {
            const frame = { type: "delta", orders: [], removed: [id], items: [], records: [] };
            node.send(socket, { ...frame, cursor });
        }
        node.orders.delete(id);
    }

    #goOn() {
        for (const { id, at, isCancelled } of this.#open) {
            const [, verb] = course.find(([after]) => at + after === this.seconds) ?? [];
            if (verb === "done" && isCancelled) {
                this.node.do("cancel", id, { reason: "Customer left" });
            } else if (verb && this.node.orders.get(id)?.phase !== "cancelled") {
                this.node.do(verb, id, {});
            }
        }
        const over = this.#open.filter(({ at }) => at + 340 <= this.seconds);
        this.#open = this.#open.filter(({ at }) => at + 340 > this.seconds);
        for (const { id } of over) {
            this.#end(id);
        }
    }

    /** @param isQuiet nobody orders any more */
    second(isQuiet) {
        this.seconds += 1;
        if (!isQuiet && this.seconds % everySeconds === 0) {
            this.#place();
        }
        this.#goOn();
        if (!isQuiet && this.seconds % 600 === 0) {
            const number = 1 + (this.#count % this.node.menu.length);
            this.node.setItem(number, { available: this.seconds % 1200 === 0 });
        }
        this.node.marks();
    }

    /** Until each page has lived it. */
    async minute(pages, isQuiet) {
        for (let second = 0; second < minute; second++) {
            this.second(isQuiet);
        }
        const { seconds } = this;
        await Promise.all(
            pages.map(({ page }) => page.evaluate((at) => window.night.reached(at), seconds)),
        );
    }

    /** All that was ordered is gone, and half an hour has passed. */
    async rest(pages) {
        for (const item of this.node.menu.filter(({ available }) => !available)) {
            this.node.setItem(item.number, { available: true });
        }
        for (let count = 0; count < 10; count++) {
            await this.minute(pages, true);
        }
        await pages[0].page.keyboard.press("Escape");
    }
}

/** What a cook presses: lists are opened and closed, and what was cancelled is understood. */
async function cook({ page }) {
    for (const key of ["r", "Escape", "m", "Escape", "ArrowRight", "ArrowLeft"]) {
        await page.keyboard.press(key);
    }
    const understood = page.getByRole("button", { name: "Understood" });
    while ((await understood.count()) > 0) {
        await understood.first().click();
    }
}

/** What a cashier presses: an order is looked at, another begun and put away again. */
async function browse({ page }) {
    await page.locator(".order-row").first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
}

/** @param night which has begun, with @pages looking at it */
async function playStall(night, pages, upTo, say) {
    const [kitchen, counter] = pages;
    while (night.seconds < upTo * minute) {
        await night.minute(pages, false);
        const at = night.seconds / minute;
        if (at % 10 === 0) {
            await cook(kitchen);
            await browse(counter);
        }
        if (at % 60 === 0) {
            say(`  ${at / 60} h of kitchen and counter`);
        }
    }
    await cook(kitchen);
    await night.rest(pages);
    await cook(kitchen);
    await night.minute(pages, true);
    return Promise.all(pages.map(({ tools }) => holdings(tools)));
}

export async function measure({ browser, put, say }) {
    const night = await new Night().start();
    const open = async (path) => {
        const one = await openPage(browser, { begin: [[playClock, begin]] });
        await one.page.goto(night.node.url + path);
        await one.page.getByRole("status").first().waitFor();
        return one;
    };
    try {
        const pages = [await open("/kitchen"), await open("/counter")];
        const before = await playStall(night, pages, warmMinutes, say);
        const after = await playStall(night, pages, minutes, say);
        for (const [at, screen] of ["kitchen", "counter"].entries()) {
            judge(screen, put, before[at], after[at]);
        }
        await Promise.all(pages.map(({ context }) => context.close()));
    } finally {
        await night.node.kill();
    }
}
