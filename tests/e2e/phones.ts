// Customers' phones, and what is read on them.
import { type Browser, expect, type Page } from "@playwright/test";
import { phone, type Theme } from "./pages";

export interface Look {
    theme?: Theme;
    size?: typeof phone;
    locale?: string;
}

/** A phone of its own. */
export async function come(
    browser: Browser,
    url: string,
    { theme = "light", size = phone, locale = "en-GB" }: Look = {},
): Promise<Page> {
    const context = await browser.newContext({
        viewport: size,
        colorScheme: theme,
        locale,
        reducedMotion: "reduce",
        hasTouch: true,
    });
    const page = await context.newPage();
    await page.goto(url);
    await expect(page.locator(".row").first()).toBeVisible();
    return page;
}

export const numberOf = async (page: Page): Promise<string> =>
    (await page.locator(".big-number .number").textContent()) ?? "";
export const said = (page: Page) => page.locator(".said");

/** What is left of a phone that died: what it had stored, and where it was. */
export interface Dead {
    url: string;
    stored: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>;
}

/** Its battery is empty. */
export async function die(page: Page): Promise<Dead> {
    const dead = { url: page.url(), stored: await page.context().storageState() };
    await page.context().close();
    return dead;
}

/** The phone is on again. */
export async function revive(browser: Browser, { url, stored }: Dead): Promise<Page> {
    const context = await browser.newContext({
        viewport: phone,
        reducedMotion: "reduce",
        hasTouch: true,
        storageState: stored,
    });
    const page = await context.newPage();
    await page.goto(url);
    return page;
}
