// A fake node, and screens that look at it.
import { type Browser, expect, type Page } from "@playwright/test";
import { tablet } from "./pages";
import { test } from "./test";

async function startNode() {
    const { startFakeNode } = await import("../../web/test/fake-node.mjs");
    return startFakeNode();
}

/** That of the test that is played. */
export let node: Awaited<ReturnType<typeof startNode>>;

/** Each test of the file that asks for it has one of its own. */
export function playWithFakeNode(): void {
    test.beforeEach(async () => {
        node = await startNode();
    });
    test.afterEach(async () => {
        await node.kill();
    });
}

/** Each screen is a device of its own: no storage is shared. */
export async function screen(browser: Browser, path: string): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(node.url + path);
    await expect(page.getByRole("status").first()).toHaveText("Live");
    return page;
}

export const ticket = (page: Page, number: string) => page.locator(`[data-order="${number}"]`);
export const tick = (page: Page, name: string) => page.locator(`[data-tick="${name}"]:visible`);

/** Two lines, exact cash. */
export async function sell(page: Page): Promise<void> {
    await page.getByRole("button", { name: /^Water/ }).click();
    await page.getByRole("button", { name: /^Onion rings/ }).click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("button", { name: /^Exact/ }).click();
    await expect(page.locator(".placed-number:visible")).toBeVisible();
}
