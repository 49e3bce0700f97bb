// Cooks and those who hand over, in each language, against a fake node; from right to left nothing
// is cut off, too small or unnamed.
import { type Browser, expect, type Page } from "@playwright/test";
import { node, playWithFakeNode, ticket } from "./fake";
import { lookAt, shots, tablet } from "./pages";
import { test } from "./test";
import { type Language, type Said, wordsOf } from "./words";

playWithFakeNode();

/** @param place a folder of web/src */
const staffWordsOf = (place: string, language: Language): Said =>
    wordsOf(language, [`${place}/words`]);

const homes: Record<Language, string> = { en: "en-GB", es: "es-ES", ar: "ar-EG" };

/** A device whose browser asks for that language. */
async function screenIn(browser: Browser, language: Language, path: string): Promise<Page> {
    const context = await browser.newContext({
        viewport: tablet,
        reducedMotion: "reduce",
        locale: homes[language],
    });
    const page = await context.newPage();
    await page.goto(node.url + path);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await expect(page.locator("html")).toHaveAttribute("dir", language === "ar" ? "rtl" : "ltr");
    const { text } = staffWordsOf("base", language);
    await expect(page.getByRole("status").first()).toHaveText(text("live"));
    return page;
}

function order() {
    const lines = [1, 2].map((item) => ({ item, quantity: item }));
    return node.place({ channel: "counter", mode: "take-away", name: "Ana", lines });
}

for (const language of ["en", "es", "ar"] as const) {
    test(`an order is cooked, called and handed over in ${language}`, async ({ browser }) => {
        const base = staffWordsOf("base", language);
        const cook = staffWordsOf("kitchen", language);
        const hand = staffWordsOf("pickup", language);
        const kitchen = await screenIn(browser, language, "/kitchen");
        const wall = await screenIn(browser, language, "/pickup");
        const staff = await screenIn(browser, language, "/pickup?staff");
        const a1 = { number: "A1" };

        const { id } = order();
        const first = ticket(kitchen, "A1");
        await expect(first).toContainText(base.text("takeAway"));
        await first.getByRole("button", { name: cook.text("accept") }).click();
        const preparing = wall.getByRole("region", { name: base.text("preparing") });
        await expect(preparing).toContainText("A1");
        node.do("lines", id, { lines: [{ item: 20, quantity: 1 }] });
        await expect(first).toContainText(cook.text("newsAdded"));
        await first.getByRole("button", { name: cook.text("acceptAdded") }).click();
        await first.getByRole("button", { name: cook.text("bump") }).click();
        await expect(kitchen.locator(".toast")).toContainText(cook.text("isReady", a1));

        const ready = wall.getByRole("region", { name: base.text("phase_ready") });
        await expect(ready).toContainText("A1");
        await staff.getByLabel(hand.text("numberOrCode")).fill("9");
        await staff.keyboard.press("Enter");
        await expect(staff.locator(".find output")).toHaveText(
            hand.text("numberNotHere", { number: "9" }),
        );
        await staff.getByLabel(hand.text("numberOrCode")).fill("1");
        await staff.keyboard.press("Enter");
        const sheet = staff.getByRole("dialog", { name: hand.text("handOver", a1) });
        await sheet.getByRole("button", { name: base.text("close") }).waitFor();
        await sheet.locator(".stepper button").first().click();
        await expect(
            sheet.getByRole("button", { name: hand.counted("handOverSome", 3) }),
        ).toBeVisible();
        await sheet.locator(".stepper button").nth(1).click();
        await sheet.getByRole("button", { name: hand.text("handOverAll") }).click();
        await expect(staff.locator(".toast")).toContainText(hand.text("wasHandedOver", a1));
        await expect(ready).not.toContainText("A1");

        order();
        const second = ticket(kitchen, "A2");
        await second.getByRole("button", { name: cook.text("refuse") }).click();
        const why = kitchen.getByRole("dialog", { name: cook.text("refuseWhy", { number: "A2" }) });
        await why.getByRole("button", { name: cook.text("whyBusy") }).click();
        await expect(second).toHaveCount(0);
        for (const page of [kitchen, wall, staff]) {
            await page.context().close();
        }
    });
}

test("a language is chosen at the screen and kept, and needs no node", async ({ browser }) => {
    const kitchen = await screenIn(browser, "es", "/kitchen");
    const spanish = staffWordsOf("kitchen", "es");
    const arabic = staffWordsOf("kitchen", "ar");
    await expect(kitchen.getByText(spanish.text("noNew"))).toBeVisible();
    const choice = kitchen.getByLabel(staffWordsOf("base", "es").text("language"));
    await choice.waitFor();
    await kitchen.waitForLoadState("networkidle"); // the other languages' words
    await kitchen.context().setOffline(true);
    await choice.selectOption("ar");
    await expect(kitchen.locator("html")).toHaveAttribute("dir", "rtl");
    await expect(kitchen.getByRole("heading", { name: arabic.text("kitchen") })).toBeVisible();
    await kitchen.context().setOffline(false);
    await kitchen.reload();
    await expect(kitchen.getByText(arabic.text("noNew"))).toBeVisible();
    await kitchen.context().close();
});

test("from right to left", async ({ browser }) => {
    const { fakeDay } = await import("../../web/test/fake-day.mjs");
    const day = fakeDay(node);
    const kitchen = await screenIn(browser, "ar", "/kitchen");
    await expect(kitchen.locator(".ticket")).toHaveCount(8);
    await lookAt(kitchen, `${shots}/kitchen-arabic`, false);
    const cook = staffWordsOf("kitchen", "ar");
    await kitchen
        .getByRole("button", { name: cook.text("refuse") })
        .first()
        .click();
    await lookAt(kitchen, `${shots}/kitchen-refuse-arabic`, false);
    await kitchen.context().close();

    const wall = await screenIn(browser, "ar", "/pickup");
    await expect(wall.locator(".numbers.ready li")).toHaveCount(2);
    await lookAt(wall, `${shots}/pickup-arabic`, false);
    await wall.context().close();

    const staff = await screenIn(browser, "ar", "/pickup?staff");
    await expect(staff.locator(".staff-rows li").first()).toBeVisible();
    await lookAt(staff, `${shots}/pickup-staff-arabic`, false);
    await staff.getByRole("button", { name: new RegExp(`^${day.ready.number}`) }).click();
    await expect(staff.getByRole("dialog")).toBeVisible();
    await lookAt(staff, `${shots}/pickup-hand-over-arabic`, false);
    await staff.context().close();
});
