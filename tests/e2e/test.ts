// The tests' own `test`: whatever a node answers to a page, or sends to it, is looked at, and must
// be as the API's description says. published.spec.ts sees that every file of tests begins here.
import {
    type Browser,
    type BrowserContext,
    test as base,
    expect,
    type Page,
} from "@playwright/test";
import { answerFaults, frameFaults, isOfApi } from "../lib/published.cjs";

interface Watch {
    /** What was not as published. */
    faults: string[];
    /** How many answers, and frames, were looked at. */
    answers: number;
    frames: number;
    /** Bodies that are still being read. */
    reading: Set<Promise<void>>;
}

function watchPage(page: Page, watch: Watch): void {
    page.on("websocket", (socket) => {
        const whose = socket.url().includes("view=customer") ? "customer" : "screen";
        socket.on("framereceived", ({ payload }) => {
            watch.frames += 1;
            const faults = frameFaults(whose, payload.toString());
            watch.faults.push(...faults.map((fault) => `${socket.url()}: ${fault}`));
        });
    });
}

function watchContext(context: BrowserContext, watch: Watch): void {
    context.on("page", (page) => watchPage(page, watch));
    context.on("response", (response) => {
        const { pathname } = new URL(response.url());
        if (!isOfApi(pathname) || response.fromServiceWorker()) {
            return;
        }
        const read = async () => {
            const method = response.request().method();
            const type = (response.headers()["content-type"] ?? "").split(";")[0] ?? "";
            const text = await response.text().catch(() => null);
            if (text === null) {
                return; // its page was closed or went elsewhere before it could be read
            }
            watch.answers += 1;
            const answer = { method, path: pathname, status: response.status(), type, body: text };
            for (const fault of answerFaults(answer)) {
                watch.faults.push(`${method} ${pathname}, ${answer.status}: ${fault}`);
            }
        };
        const reading = read().finally(() => watch.reading.delete(reading));
        watch.reading.add(reading);
    });
}

/** Every page of the browser is watched, whoever opens it. */
function watchBrowser(browser: Browser, watch: Watch): void {
    const make = browser.newContext.bind(browser);
    browser.newContext = async (options) => {
        const context = await make(options);
        watchContext(context, watch);
        return context;
    };
}

export const test = base.extend<{ asPublished: undefined }, { watch: Watch }>({
    watch: [
        async ({ browser }, use) => {
            const watch: Watch = { faults: [], answers: 0, frames: 0, reading: new Set() };
            watchBrowser(browser, watch);
            await use(watch);
            await Promise.all(browser.contexts().map((context) => context.close()));
            await Promise.all(watch.reading);
            expect(watch.faults).toEqual([]);
        },
        { scope: "worker", auto: true },
    ],
    // A body that its page never reads never comes, so nothing is waited for here: what is looked
    // at after a test is the next one's, and the last one's is judged when all pages are closed.
    asPublished: [
        async ({ watch }, use) => {
            await use(undefined);
            expect(watch.faults.splice(0)).toEqual([]);
        },
        { auto: true },
    ],
});
