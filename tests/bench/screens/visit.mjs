// A customer's first visit on a bad network, and the next one without any.
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../../demo/wait.mjs";
import { openPage, phone, slow3g } from "./browser.mjs";

const slowdown = 4; // a cheap phone's processor
const askEvery = 200; // ms; answering is work for the page, too

export const aims = {
    "first visit, Slow 3G, 4x CPU: largest paint, ms": { most: 2800 },
    "the same: the menu is there, ms": { most: 3500 },
    "first visit, no throttling: largest paint, ms": undefined,
    "next visit, offline: the menu is there, ms": { most: 500 },
};

/** In the page: when the first dish was painted, and the largest thing so far. */
function watchPaints() {
    window.paints = { largest: Number.NaN, menu: Number.NaN };
    new PerformanceObserver((list) => {
        window.paints.largest = list.getEntries().at(-1).startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    const look = () => {
        if (!document.querySelector(".row")) {
            requestAnimationFrame(look);
            return;
        }
        // The frame that has it is shown when the one after it begins.
        requestAnimationFrame(() => {
            window.paints.menu = performance.now();
        });
    };
    look();
}

/** Asks by the protocol alone: what Playwright puts into a page that it asks took the slowed
 * processor a tenth of a second and more, in the middle of what is measured. */
function paintsOf(tools) {
    const expression = "JSON.stringify(window.paints ?? {})";
    return until("the menu to be painted", 60, async () => {
        await pause(askEvery);
        const { result } = await tools.send("Runtime.evaluate", { expression });
        const paints = JSON.parse(result.value);
        return paints.menu > 0 && paints.largest > 0 ? paints : null;
    });
}

async function visit(browser, url, { isSlow }) {
    const { page, tools, context } = await openPage(browser, {
        size: phone,
        begin: [[watchPaints]],
    });
    if (isSlow) {
        await tools.send("Network.enable");
        await tools.send("Network.emulateNetworkConditions", slow3g);
        await tools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    }
    await page.goto(url, { waitUntil: "commit" });
    const paints = await paintsOf(tools);
    return { page, tools, paints, context };
}

async function visitAgain({ page, tools, context }) {
    await page.evaluate(async () => {
        const { active } = await navigator.serviceWorker.ready;
        while (active.state === "activating") {
            await new Promise((done) => active.addEventListener("statechange", done));
        }
    });
    await context.setOffline(true);
    await page.reload({ waitUntil: "commit" });
    return paintsOf(tools);
}

export async function measure({ browser, stall, rounds, put }) {
    const url = `${stall.gateway.url}/order`;
    for (let round = 0; round < rounds; round++) {
        const slow = await visit(browser, url, { isSlow: true });
        put("first visit, Slow 3G, 4x CPU: largest paint, ms", slow.paints.largest);
        put("the same: the menu is there, ms", slow.paints.menu);
        await slow.context.close();
        const quick = await visit(browser, url, { isSlow: false });
        put("first visit, no throttling: largest paint, ms", quick.paints.largest);
        const again = await visitAgain(quick);
        put("next visit, offline: the menu is there, ms", again.menu);
        await quick.context.close();
    }
}
