// The browser that is measured: Debian's own, as the tests of the screens have it.
import { createRequire } from "node:module";
import { heldByScripts, takeSnapshot } from "./snapshot.mjs";

const { chromium } = createRequire(new URL("../../../web/package.json", import.meta.url))(
    "@playwright/test",
);

export const phone = { width: 360, height: 740 };
export const tablet = { width: 1280, height: 800 };

/** @param args more of them */
export function openBrowser(args = []) {
    return chromium.launch({
        executablePath: "/usr/bin/chromium-headless-shell",
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            ...args,
        ],
    });
}

/** A page that is a device of its own, and a session of the DevTools protocol with it.
 * @param begin functions that run in it before its own scripts, each with one argument */
export async function openPage(browser, { size = tablet, begin = [] } = {}) {
    const context = await browser.newContext({
        viewport: size,
        locale: "en-GB",
        timezoneId: "UTC",
        hasTouch: size === phone,
    });
    const page = await context.newPage();
    for (const [script, argument] of begin) {
        await page.addInitScript(script, argument);
    }
    return { page, tools: await context.newCDPSession(page), context };
}

/** DevTools' "Slow 3G": 400 kbit/s, and 2 s until an answer begins, which is what five round
 * trips of 400 ms to a server come to. */
export const slow3g = {
    offline: false,
    latency: 2000,
    downloadThroughput: 400_000 / 8,
    uploadThroughput: 400_000 / 8,
};

/** What the page holds once nothing is left to be collected: {heap, held, detached, listeners}. The
 * heap and what of it scripts made are in bytes; detached nodes are those that a script still holds
 * and no document has. */
export async function holdings(tools) {
    await tools.send("HeapProfiler.enable");
    await tools.send("DOM.enable");
    for (let times = 0; times < 3; times++) {
        await tools.send("HeapProfiler.collectGarbage");
    }
    const { usedSize: heap } = await tools.send("Runtime.getHeapUsage");
    const { jsEventListeners: listeners } = await tools.send("Memory.getDOMCounters");
    const { detachedNodes } = await tools.send("DOM.getDetachedDomNodes");
    const sizeOf = ({ children = [] }) => children.reduce((sum, node) => sum + sizeOf(node), 1);
    const detached = detachedNodes.reduce((sum, { treeNode }) => sum + sizeOf(treeNode), 0);
    await tools.send("DOM.disable"); // which keeps an image of the document
    const held = heldByScripts(await takeSnapshot(tools));
    await tools.send("HeapProfiler.disable");
    return { heap, held, detached, listeners };
}
