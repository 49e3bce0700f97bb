// Friends who put one order together from their own phones. Part of order.spec.ts, whose nodes it
// shares.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Market } from "./guests";
import { come, said } from "./phones";
import { test } from "./test";

/** Begins an order with others; @return the link that lets them in. */
export async function orderTogether(page: Page, name: string): Promise<string> {
    await page.getByRole("button", { name: "With friends" }).tap();
    const sheet = page.getByRole("dialog", { name: "Order together" });
    await sheet.getByLabel("Your name").fill(name);
    await sheet.getByRole("button", { name: "Begin" }).tap();
    await expect(sheet.locator(".qr path")).toHaveAttribute("d", /^M0 0\.5h7M/);
    return sheet.getByLabel("The link").inputValue();
}

export async function joinBy(browser: Browser, link: string, name: string): Promise<Page> {
    const page = await come(browser, link);
    const sheet = page.getByRole("dialog", { name: "Order together" });
    await sheet.getByLabel("Your name").fill(name);
    await sheet.getByRole("button", { name: "Join" }).tap();
    await expect(sheet).toHaveCount(0);
    return page;
}

const closeSheet = (page: Page): Promise<void> =>
    page.getByRole("dialog").getByRole("button", { name: "Back to the menu" }).tap();
/** A finger that hits nothing, as words that came or went moved what was there, taps once more. */
export const review = (page: Page): Promise<void> =>
    expect(async () => {
        const lines = page.locator(".lines");
        if (!(await lines.isVisible())) {
            await page.getByRole("button", { name: /Review/ }).tap({ timeout: 10_000 });
        }
        await expect(lines).toBeVisible({ timeout: 10_000 });
    }).toPass({ timeout: 60_000 });
export const line = (page: Page, text: string) => page.locator(".lines li", { hasText: text });

export function testTogether(market: () => Market): void {
    test("friends at a table put one order together, and everyone follows it", async ({
        browser,
    }) => {
        const ana = await come(browser, market().lan);
        await ana.getByRole("button", { name: "Add Edamame" }).tap();
        const link = await orderTogether(ana, "Ana");
        await closeSheet(ana);

        const ben = await joinBy(browser, link, "Ben");
        expect(ben.url()).not.toContain("join"); // the secret does not stay in the address
        await expect(ben.getByRole("button", { name: "Ben, Ana" })).toBeVisible();
        await ben.getByRole("button", { name: "Add Spring rolls" }).tap();
        await expect(ana.getByText("Ben added Spring rolls.")).toBeVisible();

        await review(ana);
        await expect(line(ana, "Spring rolls")).toContainText("Ben");
        await line(ana, "Spring rolls").getByRole("button", { name: "One more" }).tap();
        await review(ben);
        await expect(line(ben, "Spring rolls").locator("output")).toHaveText("2");

        // A reload keeps it, and so does a second device, by the same link.
        await ben.reload();
        await expect(line(ben, "Edamame")).toContainText("Ana");
        const tablet = await joinBy(browser, link, "Ben");
        await expect(tablet.getByRole("button", { name: "3 items Review" })).toBeVisible();

        await expect(ana.getByRole("button", { name: /^Order/ })).toBeEnabled();
        await expect(ben.getByRole("button", { name: /^Order/ })).toBeEnabled();
        // At once: who is later may have been led to the order already.
        const tap = (page: Page): Promise<void> =>
            page.evaluate(() => document.querySelector<HTMLElement>(".ways button")?.click());
        await Promise.all([tap(ana), tap(ben)]);
        const numbers = await Promise.all(
            [ana, ben, tablet].map(async (page) => {
                await expect(said(page)).toBeVisible();
                return page.locator(".big-number .number").textContent();
            }),
        );
        expect(new Set(numbers).size).toBe(1);
        const order = await market().order(numbers[0] ?? "");
        await market().deed(`/api/orders/${order?.id}/accept`);
        for (const page of [ana, ben, tablet]) {
            await expect(said(page)).toHaveText("The kitchen has taken it.");
            await expect(page.locator(".bought li", { hasText: "Spring rolls" })).toContainText(
                "Ben",
            );
            await page.context().close();
        }
    });

    test("what another changed meanwhile is not ordered unseen, and is said in words", async ({
        browser,
    }) => {
        const ana = await come(browser, market().lan);
        await ana.getByRole("button", { name: "Add Edamame" }).tap();
        const ben = await joinBy(browser, await orderTogether(ana, "Ana"), "Ben");
        await closeSheet(ana);
        await review(ana);
        await expect(ana.getByRole("button", { name: /^Order/ })).toBeEnabled();
        await ana.context().setOffline(true);
        await ben.getByRole("button", { name: "Add Spring rolls" }).tap();
        await expect(ben.getByRole("button", { name: "2 items Review" })).toBeVisible();
        await ana.getByRole("button", { name: "One more" }).first().tap();
        await expect(ana.getByText("not sent yet").or(line(ana, "Edamame"))).toBeVisible();
        await ana.context().setOffline(false);
        // Both changes are in it: neither undid the other.
        await expect(line(ana, "Spring rolls")).toBeVisible();
        await expect(line(ben, "Edamame").or(ben.getByText("3 items"))).toBeVisible();
        await review(ben);
        for (const name of ["Edamame", "Edamame", "Spring rolls"]) {
            await line(ben, name).getByRole("button", { name: "One fewer" }).tap();
        }
        await expect(ana.getByText("Everything was taken out of the order.")).toBeVisible();
        await ana.context().close();
        await ben.context().close();
    });

    test("a group orders the rest of what has just sold out", async ({ browser }) => {
        const ana = await come(browser, market().lan);
        await ana.getByRole("button", { name: "Add Edamame" }).tap();
        const ben = await joinBy(browser, await orderTogether(ana, "Ana"), "Ben");
        await ben.getByRole("button", { name: "Add Spring rolls" }).tap();
        await expect(ben.getByRole("button", { name: "2 items Review" })).toBeVisible();
        await market().setAvailable(11, false);
        await review(ben);
        await expect(ben.getByText("What is sold out will be left out.")).toBeVisible();
        await ben.getByRole("button", { name: /^Order/ }).tap();
        await expect(ben.locator(".bought li")).toHaveText([/Spring rolls Ben/, /^Total/]);
        await market().setAvailable(11, true);
        await ana.context().close();
        await ben.context().close();
    });

    test("a table's code opens the table's cart until it is revoked", async ({ browser }) => {
        const { counter, lan } = market();
        const code = (await counter.command("table", "code", "7")).trim();
        const ana = await joinBy(browser, `${lan}/#table=${code}`, "Ana");
        await ana.getByRole("button", { name: "Add Edamame" }).tap();
        const ben = await joinBy(browser, `${lan}/#table=${code}`, "Ben");
        await expect(ben.getByRole("button", { name: "1 item Review" })).toBeVisible();
        await counter.command("table", "revoke", "7");
        const late = await come(browser, `${lan}/#table=${code}`);
        const sheet = late.getByRole("dialog", { name: "Order together" });
        await sheet.getByLabel("Your name").fill("Eva");
        await sheet.getByRole("button", { name: "Join" }).tap();
        await expect(sheet.getByRole("alert")).toHaveText(/code is not valid any more/);
        for (const page of [ana, ben, late]) {
            await page.context().close();
        }
    });

    test("a link that opens nothing says so", async ({ browser }) => {
        const page = await come(browser, `${market().lan}/#join=${"0".repeat(48)}`);
        const sheet = page.getByRole("dialog", { name: "Order together" });
        await sheet.getByLabel("Your name").fill("Eva");
        await sheet.getByRole("button", { name: "Join" }).tap();
        await expect(sheet.getByRole("alert")).toContainText("This link opens no order any more.");
        await page.context().close();
    });
}
