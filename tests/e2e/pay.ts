// How a customer orders for €21.80, and pays by card.
import { expect, type FrameLocator, type Page } from "@playwright/test";

/** The provider's form, in its frame. */
export const payForm = (page: Page): FrameLocator =>
    page.frameLocator('iframe[title="Secure payment input frame"]');

/** Puts things into the cart and looks at the price. */
export async function fillCart(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.locator(".row-text", { hasText: "Pad thai" }).tap();
    const sheet = page.getByRole("dialog");
    await expect(
        sheet.getByRole("button", { name: "Still to choose: Size, Spice" }),
    ).toBeDisabled();
    await sheet.getByRole("button", { name: "large" }).tap();
    await sheet.getByRole("button", { name: "medium" }).tap();
    await sheet.getByRole("button", { name: /^Add ·/ }).tap();
    await page.getByRole("button", { name: "3 items Review" }).tap();
    await expect(page.locator(".total")).toContainText("€21.80");
}

/** Fills in the form and pays. */
export async function typeCard(page: Page, number: string, price = "€21.80"): Promise<void> {
    const frame = payForm(page);
    await frame.getByLabel("Card number").fill(number);
    await frame.getByLabel("Expiration date").fill("12 / 34");
    await frame.getByLabel("Security code").fill("123");
    await page.getByRole("button", { name: `Pay ${price}` }).tap();
}
