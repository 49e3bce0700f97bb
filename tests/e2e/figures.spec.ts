// The owner's figures and the devices: as they look, what they offer as files, and the report on
// paper.
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import {
    expectNoSidewaysScroll,
    isKept,
    lookInSchemes,
    open,
    phone,
    shots,
    smallTargets,
    type Theme,
    tablet,
} from "./pages";
import { test } from "./test";

/** An owner's device on the third trading day. */
async function startOwner() {
    const { startFakeNode } = await import("../../web/test/fake-node.mjs");
    const node = await startFakeNode({ role: "owner" });
    node.session.day = 3;
    node.session.capabilities = [...node.session.capabilities, "read-reports"];
    return node;
}

type Owner = Awaited<ReturnType<typeof startOwner>>;

async function figuresAt(page: Page, node: Owner): Promise<void> {
    await open(page, `${node.url}/office#figures`, "light");
    await expect(
        page.getByRole("heading", { name: "Harbour Street Kitchen: day 3" }),
    ).toBeVisible();
}

async function meshAt(page: Page, node: Owner): Promise<void> {
    await open(page, `${node.url}/office#mesh`, "light");
    await expect(page.getByText("Every device is heard and has everything")).toBeVisible();
}

async function menuAt(page: Page, node: Owner): Promise<void> {
    node.session.capabilities.push("menu", "stock-issue");
    await open(page, `${node.url}/office#menu`, "light");
    await expect(page.getByRole("heading", { name: "Bowls" })).toBeVisible();
}

async function itemAt(page: Page, node: Owner): Promise<void> {
    await menuAt(page, node);
    await page.getByRole("button", { name: /Cheeseburger/ }).click();
    await expect(page.getByLabel("Price, EUR")).toHaveValue("9.50");
}

/** Its options, in a state that shows what is wrong where. */
async function optionsAt(page: Page, node: Owner): Promise<void> {
    await itemAt(page, node);
    await page.getByLabel("± EUR").first().fill("a bit");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Write an amount, as 2.50 or -0.50; nothing is 0.")).toBeVisible();
    await expect(page.getByLabel("± EUR").first()).toBeFocused();
    await page.getByRole("group", { name: "Options" }).evaluate((one) => one.scrollIntoView());
}

/** A day's customers, twelve of whom said how it was. */
async function reviewsAt(page: Page, node: Owner): Promise<void> {
    const { fakeReviews } = await import("../../web/test/fake-day.mjs");
    node.session.capabilities.push("popup");
    const orders = Array.from({ length: 12 }, (_, at) =>
        node.place(
            { channel: "web", mode: "take-away", lines: [{ item: 1, quantity: 1 }] },
            (12 - at) * 600_000,
        ),
    );
    node.reviews = fakeReviews(orders);
    await open(page, `${node.url}/office#reviews`, "light");
    await expect(page.locator(".reviews li")).toHaveCount(10);
    await expect(page.getByText("Order A12, day 1")).toBeVisible();
}

const scenes = {
    figures: figuresAt,
    mesh: meshAt,
    menu: menuAt,
    item: itemAt,
    options: optionsAt,
    reviews: reviewsAt,
};

for (const [name, show] of Object.entries(scenes)) {
    for (const [size, viewport] of Object.entries({ phone, tablet })) {
        test(`${name} on a ${size}`, async ({ page }) => {
            const node = await startOwner();
            await page.setViewportSize(viewport);
            await show(page, node);
            const pathOf = (theme: Theme) => `${shots}/office-${name}-${size}-${theme}.png`;
            await lookInSchemes(page, pathOf, { fullPage: !["item", "options"].includes(name) });
            expect(await smallTargets(page, 44)).toEqual([]);
            await expectNoSidewaysScroll(page);
            await node.kill();
        });
    }
}

test("days are chosen, compared with as many before, and saved", async ({ page }) => {
    const node = await startOwner();
    await page.setViewportSize(tablet);
    await figuresAt(page, node);
    const sold = page.locator(".figure-main");
    await expect(sold).toContainText(/▲ \d+% on day 2/);
    await page.getByLabel("Trading days").selectOption({ label: "Day 1" });
    await expect(page.getByText("There are not as many days before")).toBeVisible();
    await expect(sold).not.toContainText("%");
    await page.getByLabel("Trading days").selectOption({ label: "The last 3 days" });
    await expect(page.getByRole("region", { name: "By trading day" })).toContainText("Day 2");

    const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("figures-days-1-to-3.csv");
    const text = await readFile(await file.path(), "utf8");
    const { report } = await (await fetch(`${node.url}/api/reports/trade?day=3&days=3`)).json();
    expect(text).toContain(`sum,owed,,,${(report.owed / 100).toFixed(2)}\r\n`);
    await node.kill();
});

test("what customers said is read, a page at a time, and hidden with a reason", async ({
    page,
}) => {
    const node = await startOwner();
    await page.setViewportSize(tablet);
    await reviewsAt(page, node);
    const panel = page.getByRole("region", { name: "Reviews" });
    const mean = panel.locator(".review-sum .figure");
    await expect(mean).toContainText("3.8 of 5 stars");
    await expect(mean).toContainText("11 reviews");

    await panel.getByRole("button", { name: "Older" }).click();
    await expect(panel.locator(".reviews li")).toHaveCount(2);
    await expect(panel.getByText("Order A1, day 1")).toBeVisible();
    await panel.getByRole("button", { name: "Newer" }).click();
    const cold = panel.locator(".reviews li", { hasText: "Fries were cold" }).first();
    await expect(cold.getByRole("img", { name: "2 stars" })).toBeVisible();
    await cold.getByRole("button", { name: "Hide" }).click();
    await page.getByLabel("Something else").fill("Of another day");
    await page.getByRole("dialog").getByRole("button", { name: "Hide" }).click();
    await expect(cold).toContainText("Hidden, and not counted: Of another day");
    await expect(mean).toContainText("10 reviews");
    await cold.getByRole("button", { name: "Show again" }).click();
    await expect(mean).toContainText("11 reviews");

    node.session.capabilities = node.session.capabilities.filter((one: string) => one !== "popup");
    await page.reload();
    await expect(panel.locator(".reviews li")).toHaveCount(10);
    await expect(panel.getByRole("button", { name: "Hide" })).toHaveCount(0);
    await node.kill();
});

test("the report is one sheet of paper, with its charts", async ({ page }) => {
    const node = await startOwner();
    await page.setViewportSize(tablet);
    await figuresAt(page, node);
    for (const format of ["A4", "Letter"]) {
        const paper = (await page.pdf({ format })).toString("latin1");
        expect(paper.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    }
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.setViewportSize({ width: 718, height: 1047 }); // A4 within its margins
    if (isKept) {
        await page.screenshot({ path: `${shots}/office-report-paper.png`, fullPage: true });
    }
    await expect(page.getByRole("button", { name: "Print the report" })).toBeHidden();
    await expect(page.getByRole("link", { name: "Figures" })).toBeHidden();
    await expect(page.locator(".columns svg").first()).toBeVisible();
    await node.kill();
});

test("a device that is lost, a printer without paper and a wrong clock are said", async ({
    page,
}) => {
    const node = await startOwner();
    await page.setViewportSize(phone);
    await meshAt(page, node);
    node.peers = node.peers.map((peer) =>
        peer.name === "kitchen"
            ? { ...peer, state: "lost", linked: false, heard_ms_ago: 47_000, behind: 3 }
            : { ...peer, clock_offset_ms: 185_000 },
    );
    node.printers = [{ number: 1, ready: false, waiting: 2, state: "it is out of paper" }];
    const verdict = page.locator(".verdict");
    await expect(verdict).toHaveText("Look at kitchen, pickup; 1 printer does not print");
    const kitchen = page.locator(".devices li", { hasText: "kitchen" });
    await expect(kitchen).toContainText("Last heard 47 s ago");
    await expect(kitchen).toContainText("lacks 3 of ours");
    await expect(page.getByText("3 min ahead")).toBeVisible();
    const printers = page.getByRole("region", { name: "Printers of this device" });
    await expect(printers).toContainText("It is out of paper");
    await expect(printers).toContainText("2 slips wait");
    await lookInSchemes(page, (theme) => `${shots}/office-mesh-lost-phone-${theme}.png`);
    await node.kill();
});

for (const [size, viewport] of Object.entries({ phone, tablet })) {
    test(`a cut in one direction is seen on a ${size}`, async ({ page }) => {
        const node = await startOwner();
        await page.setViewportSize(viewport);
        node.unheard = ["kitchen>pickup"];
        node.toldPrinters = {
            kitchen: [{ number: 3, ready: false, waiting: 1, state: "it is out of paper" }],
        };
        await open(page, `${node.url}/office#mesh`, "light");
        const part = page.getByRole("region", { name: "Who hears whom" }).first();
        await expect(part.getByRole("status")).toHaveText(
            "pickup hears kitchen, but kitchen does not hear pickup.",
        );
        const kitchen =
            size === "tablet"
                ? part.getByRole("row", { name: /^kitchen/ })
                : part.getByRole("listitem").filter({ hasText: /^kitchen/ });
        await expect(kitchen).toContainText("No");
        const card = page.locator(".devices li", { hasText: "kitchen" });
        await expect(card).toContainText("it is out of paper, 1 slip waits");
        const pathOf = (theme: Theme) => `${shots}/office-mesh-cut-${size}-${theme}.png`;
        await lookInSchemes(page, pathOf, { fullPage: true });
        await expectNoSidewaysScroll(page);
        node.unheard = [];
        node.untold = ["kitchen"];
        await expect(part.getByRole("status")).toHaveText("");
        await expect(kitchen).toContainText("Not told");
        await node.kill();
    });
}

test("an item is changed, marked sold out and added; what was not changed is not written", async ({
    page,
}) => {
    const node = await startOwner();
    await page.setViewportSize(tablet);
    await itemAt(page, node);
    await page.getByLabel("Price, EUR").fill("10,20");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const row = page.getByRole("button", { name: /Cheeseburger/ });
    await expect(row).toContainText("10.20");
    expect(node.writes.at(-1)).toMatchObject({ path: "/api/menu/1", body: { price: 1020 } });

    await row.click();
    await page.getByRole("button", { name: "Mark it sold out" }).click();
    await expect(page.getByRole("button", { name: "Sell it again" })).toBeVisible();
    expect(node.writes.at(-1)).toMatchObject({ body: { available: false } });
    await page.getByRole("button", { name: "Close" }).click();
    await expect(row).toContainText("sold out");

    await page.getByRole("button", { name: "Add an item" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Soup");
    await page.getByRole("button", { name: "Add it" }).click();
    await expect(page.getByRole("alert")).toHaveText("Price: write an amount, as 10.90");
    await page.getByLabel("Price, EUR").fill("4.5");
    await page.getByLabel("celery").check();
    await page.getByRole("button", { name: "Add a group" }).click();
    await page.getByLabel("What is chosen").fill("Size");
    await page.getByLabel("Choice", { exact: true }).first().fill("cup");
    await page.getByLabel("Choice", { exact: true }).last().fill("bowl");
    await page.getByLabel("± EUR").last().fill("+1.50");
    await page.getByRole("button", { name: "Add it" }).click();
    await expect(page.getByRole("button", { name: /Soup/ })).toContainText("4.50");
    const choices = [
        { name: "cup", price: 0 },
        { name: "bowl", price: 150 },
    ];
    expect(node.writes.at(-1)).toMatchObject({
        path: "/api/menu",
        body: { price: 450, allergens: ["celery"], groups: [{ name: "Size", choices }] },
    });
    await node.kill();
});

test("the menu goes into a file and comes back changed", async ({ page }) => {
    const node = await startOwner();
    await page.setViewportSize(tablet);
    await menuAt(page, node);
    for (const kind of ["CSV", "JSON"]) {
        const [file] = await Promise.all([
            page.waitForEvent("download"),
            page.getByRole("button", { name: `Save as ${kind}` }).click(),
        ]);
        const text = await readFile(await file.path(), "utf8");
        const give = (buffer: string) =>
            page.getByLabel(/^Read a file/).setInputFiles({
                name: `menu.${kind.toLowerCase()}`,
                mimeType: "text/plain",
                buffer: Buffer.from(buffer),
            });
        await give(text);
        await expect(page.getByText(/0 new, 0 changed/)).toBeVisible();
        await expect(page.getByRole("button", { name: /^Take over/ })).toBeHidden();
        await give(
            text.replace(/Grain bowl/, `Grain bowl, ${kind}`).replace("Grain bowl, CSV", '"$&"'),
        );
        await expect(page.getByText(/0 new, 1 changed/)).toBeVisible();
        await page.getByRole("button", { name: "Take over 1 item" }).click();
        await expect(page.getByText("1 item was taken over.")).toBeVisible();
        await expect(page.getByRole("button", { name: /Grain bowl/ })).toContainText(kind);
        node.setItem(8, { name: "Grain bowl" });
        await page.reload();
    }
    await page.getByLabel(/^Read a file/).setInputFiles({
        name: "menu.csv",
        mimeType: "text/csv",
        buffer: Buffer.from("number,name,price\n1,x,cheap\n"),
    });
    await expect(page.getByRole("alert")).toContainText("line 2: price is not right");
    await node.kill();
});

test("who may not change the menu sees it", async ({ page }) => {
    const node = await startOwner();
    await open(page, `${node.url}/office#menu`, "light");
    await expect(page.getByText("Only who may change the menu can edit it")).toBeVisible();
    await expect(page.getByRole("button", { name: "Add an item" })).toHaveCount(0);
    await expect(page.getByText("Cheeseburger")).toBeVisible();
    await node.kill();
});
