// An owner shows a dish: a photo is chosen in the office, comes to the gateway by the mesh, and
// customers see it. A real counter, a real gateway, the screens as they are served.
import { type Browser, expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { lookAt, phone, shots, tablet } from "./pages";
import { come } from "./phones";
import { test } from "./test";

const firstVisitBytes = 20 * 1024;
const photoBytes = 60 * 1024;

let market: Market;
test.beforeAll(async () => {
    market = await openMarket();
});
test.afterAll(() => market?.close());

/** A large JPEG as a camera makes it, which says where it was taken. */
async function taken(page: Page): Promise<Buffer> {
    const base64 = await page.evaluate(async () => {
        const canvas = Object.assign(document.createElement("canvas"), {
            width: 2400,
            height: 1600,
        });
        const paper = canvas.getContext("2d") as CanvasRenderingContext2D;
        for (let at = 0; at < 4_000; at++) {
            paper.fillStyle = `hsl(${(at * 37) % 90} 60% ${30 + ((at * 13) % 50)}%)`;
            paper.fillRect((at * 997) % 2400, (at * 613) % 1600, 120, 80);
        }
        const url = canvas.toDataURL("image/jpeg", 0.95);
        return url.slice(url.indexOf(",") + 1);
    });
    const jpeg = Buffer.from(base64, "base64");
    const said = Buffer.from("Exif\0\0GPS 52.5200 13.4050 Harbour Street 1");
    const head = Buffer.from([0xff, 0xe1, 0, said.length + 2]);
    return Buffer.concat([jpeg.subarray(0, 2), head, said, jpeg.subarray(2)]);
}

async function edamameAt(browser: Browser): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${market.counter.url}/office#menu`);
    await page.getByRole("button", { name: /Edamame/ }).click();
    return page;
}

const chosen = (page: Page) => page.getByLabel(/^Choose (a|another) photo/);

test("a photo is made small, says no more where it was taken, and customers see it", async ({
    browser,
}) => {
    const page = await edamameAt(browser);
    const buffer = await taken(page);
    expect(buffer.length).toBeGreaterThan(photoBytes);
    await chosen(page).setInputFiles({ name: "dish.jpg", mimeType: "image/jpeg", buffer });
    const photo = page.getByRole("img", { name: "Photo of Edamame" });
    await expect(photo).toHaveJSProperty("complete", true);
    await expect(photo).toHaveJSProperty("naturalWidth", 640);
    const path = (await photo.getAttribute("src")) ?? "";
    const answer = await page.request.get(`${market.counter.url}${path}`);
    expect(answer.headers()).toMatchObject({
        "content-type": "image/webp",
        "x-content-type-options": "nosniff",
        "cache-control": "public, max-age=31536000, immutable",
    });
    const served = await answer.body();
    expect(served.length).toBeLessThanOrEqual(photoBytes);
    expect(served.includes("Exif") || served.includes("Harbour Street")).toBe(false);
    await lookAt(page, `${shots}/office-photo`, false);

    const guest = await come(browser, `${market.gateway.url}/order`);
    const row = guest.locator(".row", { hasText: "Edamame" });
    const seen = row.locator("img");
    await expect(seen).toHaveAttribute("src", path);
    await expect(seen).toHaveAttribute("loading", "lazy");
    await expect(seen).toHaveJSProperty("naturalWidth", 640);
    await lookAt(guest, `${shots}/order-photo`, false);
    await guest.setViewportSize(phone);

    await page.getByRole("button", { name: "Remove the photo" }).click();
    await expect(page.getByText("Guests will see none any more.")).toBeVisible();
    await page.getByRole("button", { name: "Keep it" }).click();
    await expect(photo).toBeVisible();
    await page.getByRole("button", { name: "Remove the photo" }).click();
    await page.getByRole("button", { name: "Remove the photo" }).click();
    await expect(photo).toHaveCount(0);
    await expect
        .poll(async () => (await guest.request.get(`${market.gateway.url}${path}`)).status())
        .toBe(404);
    await guest.reload();
    await expect(row).toBeVisible();
    await expect(seen).toHaveCount(0);
    await guest.context().close();
    await page.context().close();
});

test("what is no picture is told, and nothing is sent", async ({ browser }) => {
    const page = await edamameAt(browser);
    const posts: string[] = [];
    page.on("request", (request) => {
        if (request.method() === "POST") posts.push(request.url());
    });
    for (const [name, mimeType, text] of [
        ["page.html", "text/html", "<!doctype html><script>alert(1)</script>"],
        ["drawing.jpg", "image/jpeg", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ] as const) {
        await chosen(page).setInputFiles({ name, mimeType, buffer: Buffer.from(text) });
        await expect(page.getByRole("alert")).toHaveText(/^This browser cannot read that/);
    }
    expect(posts.filter((url) => url.includes("/photo"))).toEqual([]);
    await page.context().close();
});

test("with a photo of each item the first visit stays below 20 KB, and no row moves", async ({
    browser,
}) => {
    const { items } = (await (await fetch(`${market.counter.url}/api/menu`)).json()) as {
        items: { number: number }[];
    };
    for (const { number } of items) {
        await expect(async () => {
            const body = Buffer.from(`\x89PNG\r\n\x1a\n a photo of ${number}`, "latin1");
            const key = Date.now().toString(16).padStart(32, "0");
            const { status } = await fetch(`${market.counter.url}/api/menu/${number}/photo`, {
                method: "POST",
                headers: { "Idempotency-Key": key, "Content-Type": "image/png" },
                body,
            });
            expect(status).toBe(200);
        }).toPass();
    }
    await expect
        .poll(async () => {
            const page = await fetch(`${market.gateway.url}/api/order-page`);
            const { items: seen } = (await page.json()) as { items: { photo?: string }[] };
            return seen.filter(({ photo }) => photo !== undefined).length;
        })
        .toBe(items.length);
    const context = await browser.newContext({ viewport: phone });
    const page = await context.newPage();
    await page.addInitScript(() => {
        const moved = { by: 0 };
        Object.assign(window, { moved });
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
                moved.by += (entry as unknown as { value: number }).value;
            }
        }).observe({ type: "layout-shift", buffered: true });
    });
    const answer = await page.goto(`${market.gateway.url}/order`);
    const sizes = await answer?.request().sizes();
    expect((sizes?.responseBodySize ?? 0) + (sizes?.responseHeadersSize ?? 0)).toBeLessThan(
        firstVisitBytes,
    );
    // None of these can be drawn: their boxes stay.
    await expect(page.locator(".photo img[hidden]").first()).toBeAttached();
    expect(await page.locator(".photo").count()).toBe(items.length);
    const moved = await page.evaluate(
        () => (window as unknown as { moved: { by: number } }).moved.by,
    );
    expect(moved).toBeLessThan(0.01);
    await context.close();
});
