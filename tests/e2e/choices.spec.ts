// One choice is out: a cook taps it, whoever sells sees it struck out, against a fake node.
import { expect } from "@playwright/test";
import { node, playWithFakeNode, screen } from "./fake";
import { violations } from "./pages";
import { test } from "./test";

playWithFakeNode();

test("a cook takes one choice off all dishes, and the counter does not offer it", async ({
    browser,
}) => {
    const kitchen = await screen(browser, "/kitchen");
    const counter = await screen(browser, "/counter");
    await kitchen.getByRole("button", { name: "Sold out" }).click();
    const choices = kitchen.getByRole("region", { name: "Single choices" });
    await choices.getByRole("button", { name: /^Chili/ }).click();
    await expect(choices.getByRole("button", { name: /^Chili/ })).toContainText(
        "Tap to bring back",
    );
    const written = node.writes.filter(({ path }) => /\/choice$/.test(path));
    expect(written.map(({ body }) => body)).toEqual(
        Array(3).fill({ group: "Sauce", choice: "Chili", available: false }),
    );
    expect(await violations(kitchen)).toEqual([]);

    await counter.getByRole("button", { name: /^Chicken wrap/ }).click();
    const sheet = counter.getByRole("dialog");
    const chili = sheet.getByRole("button", { name: /Chili/ });
    await expect(chili).toBeDisabled();
    await expect(chili).toContainText("Sold out");
    await expect(chili.locator("s")).toHaveText("Chili");
    expect(await violations(counter)).toEqual([]);
    await sheet.getByRole("button", { name: /Tahini/ }).click();
    await choices.getByRole("button", { name: /^Tahini/ }).click();
    await expect(sheet.getByRole("button", { name: "Choose Sauce" })).toBeDisabled();
    await choices.getByRole("button", { name: /^Garlic yoghurt/ }).click();
    await counter.keyboard.press("Escape");
    const wrap = counter.getByRole("button", { name: /^Chicken wrap/ });
    await expect(wrap).toBeDisabled();
    await expect(wrap).toContainText("Sold out");
    const dish = kitchen.getByRole("button", { name: /^Chicken wrap/ });
    await expect(dish).toBeDisabled();
    await expect(dish).toContainText("no Sauce left");
    await choices.getByRole("button", { name: /^Chili/ }).click();
    await expect(wrap).toBeEnabled();
});

test("what was put into the order is marked when its choice is out", async ({ browser }) => {
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^Fries/ }).click();
    await counter.getByRole("dialog").getByRole("button", { name: /Large/ }).click();
    await counter.getByRole("dialog").getByRole("button", { name: /^Add/ }).click();
    await expect(counter.getByRole("button", { name: /^Pay/ })).toBeEnabled();
    node.answer("/api/menu/10/choice", { group: "Size", choice: "Large", available: false });
    await expect(counter.getByText("Sold out meanwhile")).toBeVisible();
    await expect(counter.getByRole("button", { name: /^Pay/ })).toBeDisabled();
});
