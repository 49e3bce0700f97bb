// An owner gives an item options in the office, and a customer orders with one of them. A real
// counter, a real gateway, the screens as they are served.
import { type Browser, expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { tablet } from "./pages";
import { come } from "./phones";
import { test } from "./test";

let market: Market;
test.beforeAll(async () => {
    market = await openMarket();
});
test.afterAll(() => market?.close());

async function edamameAt(browser: Browser): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${market.counter.url}/office#menu`);
    await page.getByRole("button", { name: /Edamame/ }).click();
    return page;
}

/** The texts of the fields called @label, in their order. */
const texts = (page: Page, label: string): Promise<string[]> =>
    page
        .getByLabel(label, { exact: true })
        .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));

test("an owner adds a group with two choices, and a customer pays for the one he took", async ({
    browser,
}) => {
    const page = await edamameAt(browser);
    await page.getByRole("button", { name: "Add a group" }).click();
    await page.getByLabel("What is chosen").fill("Salt");
    await page.getByLabel("Choice", { exact: true }).first().fill("sea salt");
    await page.getByLabel("Choice", { exact: true }).last().fill("truffle salt");
    await page.getByLabel("± EUR").last().fill("0,80");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.context().close();

    await expect(async () => {
        const guest = await come(browser, `${market.gateway.url}/order`);
        try {
            await guest.locator(".row-text", { hasText: "Edamame" }).tap();
            const sheet = guest.getByRole("dialog");
            await sheet.getByRole("button", { name: "truffle salt" }).tap({ timeout: 5_000 });
            await sheet.getByRole("button", { name: /^Add ·/ }).tap();
            await guest.getByRole("button", { name: "1 item Review" }).tap();
            await expect(guest.locator(".total")).toContainText("€5.00");
        } finally {
            await guest.context().close();
        }
    }).toPass();
});

test("options are put in order from the keyboard, and one that was removed comes back", async ({
    browser,
}) => {
    const page = await edamameAt(browser);
    await page.getByRole("button", { name: "Add a group" }).click();
    const group = page.getByRole("group", { name: /^group \d$/ });
    await group.getByLabel("What is chosen").fill("Dip");
    const dip = page.getByRole("group", { name: "Dip" });
    await dip.getByRole("button", { name: "Add a choice" }).click();
    for (const [at, name] of ["soy", "chilli", "lime"].entries()) {
        await dip.getByLabel("Choice", { exact: true }).nth(at).fill(name);
    }
    const before = await texts(page, "Choice");
    const others = before.slice(0, -3);
    await page.getByRole("button", { name: "Move lime up" }).press("Enter");
    await page.keyboard.press("Enter"); // the focus went along
    expect(await texts(page, "Choice")).toEqual([...others, "lime", "soy", "chilli"]);
    await expect(page.getByRole("button", { name: "Move lime down" })).toBeFocused();
    await expect(page.getByText("lime is now 1 of 3.")).toBeVisible();

    await page.getByRole("button", { name: "Remove soy" }).click();
    await expect(page.getByText("soy was removed.")).toBeVisible();
    expect(await texts(page, "Choice")).toEqual([...others, "lime", "chilli"]);
    await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();
    await page.keyboard.press("Enter");
    expect(await texts(page, "Choice")).toEqual([...others, "lime", "soy", "chilli"]);

    await page.getByRole("button", { name: "Remove Dip" }).click();
    await expect(dip).toHaveCount(0);
    await page.getByRole("button", { name: "Undo" }).click();
    expect(await texts(page, "Choice")).toEqual([...others, "lime", "soy", "chilli"]);
    await page.context().close();
});

test("what does not fit is told at its field, and so is what the node refuses", async ({
    browser,
}) => {
    const page = await edamameAt(browser);
    await page.getByRole("button", { name: "Add a group" }).click();
    const group = page.getByRole("group", { name: /^group \d$/ });
    await group.getByLabel("At most").fill("3");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const name = group.getByLabel("What is chosen");
    await expect(name).toBeFocused();
    await expect(name).toHaveAccessibleDescription("Give it a name, so that people know it.");
    await expect(group.getByLabel("At most")).toHaveAccessibleDescription(
        "At most: write a whole number from 1 to 2.",
    );
    await name.fill("Dip");
    await expect(page.getByLabel("What is chosen").last()).not.toHaveAttribute(
        "aria-invalid",
        "true",
    );

    const dip = page.getByRole("group", { name: "Dip" });
    await dip.getByLabel("At most").fill("1");
    await dip.getByLabel("Choice", { exact: true }).first().fill("soy");
    await dip.getByLabel("Choice", { exact: true }).last().fill("lime");
    await page.route("**/api/menu/*", (route) =>
        route.fulfill({
            status: 422,
            contentType: "application/problem+json",
            json: {
                type: "about:blank",
                title: "Not as described",
                status: 422,
                code: "malformed",
                detail: "/groups/0/choices/0/price: too large",
            },
        }),
    );
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByLabel("± EUR").first()).toHaveAccessibleDescription(/too large/);
    await expect(page.getByLabel("± EUR").first()).toBeFocused();
    await page.context().close();
});
