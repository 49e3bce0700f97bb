// The customers' page without a network: what its service worker keeps, and what it does not.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { come, numberOf, said } from "./phones";
import { test } from "./test";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket();
});

test.afterAll(() => market?.close());

/** The worker has everything. */
async function workerCame(page: Page): Promise<void> {
    await page.evaluate(async () => {
        const { active } = await navigator.serviceWorker.ready;
        while (active?.state === "activating") {
            await new Promise((done) => active.addEventListener("statechange", done));
        }
    });
}

/** Every address that is kept, and everything that was said at it. */
async function keptBy(page: Page): Promise<{ names: string[]; paths: string[]; text: string }> {
    return page.evaluate(async () => {
        const names = await caches.keys();
        const paths: string[] = [];
        let text = "";
        for (const name of names) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
                paths.push(new URL(request.url).pathname);
                text += await (await cache.match(request))?.text();
            }
        }
        return { names, paths, text };
    });
}

async function orderEdamame(page: Page): Promise<string> {
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.getByRole("button", { name: "1 item Review" }).tap();
    await page.getByRole("button", { name: "Pay at the counter" }).tap();
    await expect(said(page)).toBeVisible();
    return numberOf(page);
}

test("on the second visit it opens without a network, and says how old it is", async ({
    browser,
}) => {
    const page = await come(browser, `${market.gateway.url}/order`);
    await workerCame(page);
    const number = await orderEdamame(page);
    await page.reload();
    await expect(said(page)).toBeVisible();
    const rows = await page.evaluate(() => document.querySelectorAll(".bought li").length);
    await page.context().setOffline(true);
    await page.reload();
    expect(await numberOf(page)).toBe(number);
    await expect(page.locator(".bought li")).toHaveCount(rows);
    await expect(
        page.getByText(/No connection since .*\. This is as of \d\d:\d\d\./),
    ).toBeVisible();
    await page.getByRole("button", { name: "Back to the menu" }).tap();
    await expect(
        page.getByText(/No connection\. This is the menu as of \d\d:\d\d\./),
    ).toBeVisible();
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    await expect(page.getByRole("dialog", { name: "Pad thai" })).toBeVisible();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).tap();
    await page.context().setOffline(false);
    await expect(page.getByText("This is the menu as of")).toHaveCount(0);

    const { paths, text } = await keptBy(page);
    const isOfPage = (path: string): boolean =>
        /^\/(order|icon\.svg|order\.webmanifest|assets\/order\.[\w-]+\.\w+)$/.test(path);
    expect(paths.filter((path) => !isOfPage(path))).toEqual([]);
    const token = await page.evaluate(() => localStorage.getItem("trestle.order.token"));
    expect(token?.length).toBeGreaterThan(20);
    expect(text).not.toContain(JSON.parse(token ?? ""));
    expect(text).not.toContain(`"number":"${number}"`);
    await page.context().close();
});

test("a phone that has no service worker orders all the same", async ({ browser }) => {
    const page = await come(browser, market.lan);
    expect(await page.evaluate(() => "serviceWorker" in navigator)).toBe(false);
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.context().close();
});

/** The gateway as it is after an update: the same, with other names. */
interface Updated {
    readonly url: string;
    update(): void;
    close(): Promise<unknown>;
}

async function openUpdated({ gateway }: Market): Promise<Updated> {
    const names = /(\/assets\/order\.\w+-)([\w-]{8})\./g;
    let isNew = false;
    const server = http.createServer(async (request, response) => {
        const path = (request.url ?? "").replace(/-new\./, ".");
        const answer = await fetch(gateway.url + path);
        const type = answer.headers.get("content-type") ?? "";
        let body = await answer.text();
        if (isNew && path.startsWith("/order")) {
            body = body
                .replace(names, "$1$2-new.")
                .replace(/version:`\w+`|"version":"\w+"|version:"\w+"/, 'version:"new"')
                .replace("<body", '<body data-build="new"');
        }
        response.writeHead(answer.status, { "Content-Type": type, "Cache-Control": "no-cache" });
        response.end(body);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    return {
        url: `http://127.0.0.1:${port}`,
        update() {
            isNew = true;
        },
        close: () => new Promise((done) => server.close(done)),
    };
}

test("a new version is taken by itself, whole, and what the old one kept goes", async ({
    browser,
}) => {
    const updated = await openUpdated(market);
    const page = await come(browser, `${updated.url}/order`);
    await workerCame(page);
    const before = await keptBy(page);
    expect(before.names).toHaveLength(1);

    updated.update();
    await page.reload();
    await expect(page.locator("[data-build=new] .row").first()).toBeVisible();
    await expect.poll(async () => (await keptBy(page)).names).toEqual(["trestle.order.new"]);
    const { paths } = await keptBy(page);
    const scripts = paths.filter((path) => path.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(2);
    expect(scripts.filter((path) => !path.endsWith("-new.js"))).toEqual([]);

    await page.context().setOffline(true);
    await page.reload();
    await expect(page.locator("[data-build=new] .row").first()).toBeVisible();
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    await expect(page.getByRole("dialog", { name: "Pad thai" })).toBeVisible();
    await page.context().close();
    await updated.close();
});
