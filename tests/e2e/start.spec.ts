// From an empty pop-up to its first order in the browser, with a second device that comes in; what
// an owner does to devices; and the page at /join. Real nodes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path, { resolve } from "node:path";
import { type Browser, expect, type Page } from "@playwright/test";
import type { DeviceList } from "../../web/src/base/protocol";
import type { Node } from "./guests";
import { lookAt, shots, tablet } from "./pages";
import { test } from "./test";

const root = resolve(__dirname, "../..");
const build = process.env["TRESTLE_BUILD"] ?? resolve(root, "build/release");

let folder = "";
let counter: Node;
let kitchen: Node;
test.beforeAll(async () => {
    const { Device } = await import("../demo/device.mjs");
    folder = await mkdtemp(path.join(tmpdir(), "trestle-start-"));
    const device = (name: string): Node =>
        new Device({
            ...{ program: path.join(build, "trestle"), web: path.join(root, "web/dist") },
            ...{ folder, name, role: name, lane: "" },
        }) as Node;
    counter = device("counter");
    kitchen = device("kitchen");
    await counter.command("init", "--name", "Unnamed", "--lane", "A");
    await counter.start();
});
test.afterAll(async () => {
    for (const node of [kitchen, counter]) {
        if (node?.isRunning) {
            await node.kill();
        }
    }
    await rm(folder, { recursive: true, force: true });
});

async function at(browser: Browser, where: string): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(counter.url + where);
    return page;
}

const pictures = (page: Page, name: string, fullPage = true) =>
    lookAt(page, `${shots}/${name}`, fullPage);

test("an empty pop-up comes to its first order, and a second device into it", async ({
    browser,
}) => {
    const page = await at(browser, "/office");
    await expect(page).toHaveURL(/#start$/); // nothing is on the menu
    const here = page.locator("[aria-current=step]");
    await here.getByLabel("Name, as guests read it").fill("Quay Kitchen");
    await pictures(page, "office-start");
    await here.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("banner")).toContainText("Quay Kitchen");
    await expect(here.getByRole("heading")).toContainText("A stall");
    await here.getByLabel("Name").fill("Noodles");
    await here.getByRole("button", { name: "Add a stall" }).click();
    await here.getByRole("button", { name: "Next" }).click();

    await page.reload(); // it goes on where it was
    await expect(here.getByRole("heading")).toContainText("Yourself, with a PIN");
    await here.getByLabel("Name").fill("Ana");
    await here.getByLabel("Role").selectOption("owner");
    await here.getByLabel(/^PIN/).fill("2580");
    await here.getByRole("button", { name: "Add a person" }).click();
    await here.getByRole("button", { name: "Next" }).click();

    await here.getByLabel("What it is called").fill("Ramen");
    await here.getByRole("button", { name: "Put it on the menu" }).click();
    await expect(here.getByRole("alert")).toHaveText("Price, EUR: write an amount, as 2.50.");
    await here.getByLabel("Price, EUR").fill("11.50");
    await here.getByRole("button", { name: "Put it on the menu" }).click();
    await expect(here.getByText("1 item so far")).toBeVisible();
    await here
        .getByLabel("Or read a whole menu from a file")
        .setInputFiles(path.join(root, "docs/examples/menu.csv"));
    await expect(here.getByText(/^[3-9]\d items so far$/)).toBeVisible();
    await here.getByRole("button", { name: "Next" }).click();
    await here.getByRole("button", { name: "Skip" }).click(); // no printer

    await here.getByLabel("What people call it").fill("Wok side");
    await here.getByRole("button", { name: "Show a code" }).click();
    await expect(here.getByText(/^Good for [45]:\d\d$/)).toBeVisible();
    await expect(here.getByRole("img", { name: /QR code/ })).toBeVisible();
    await expect(here.getByText(/^Only this machine reaches tcp:\/\/127\./)).toBeVisible();
    await here.getByText("Or by a command").click();
    const command = (await here.locator("code").first().textContent()) ?? "";
    const invitation = command.split(" ")[2] ?? "";
    expect(invitation).toMatch(/^trestle1:/);
    await kitchen.command("join", invitation);
    kitchen.peers = [`${counter.id}@tcp://127.0.0.1:${counter.meshPort}`];
    await kitchen.start();
    await expect(here.getByText("Wok side is in.", { exact: false })).toBeVisible();
    await pictures(page, "office-start-device");
    await here.getByRole("button", { name: "Next" }).click();

    await expect(here.getByText(/^Waiting for the first order/)).toBeVisible();
    const [till] = await Promise.all([
        page.context().waitForEvent("page"),
        here.getByRole("link", { name: "Open the counter" }).click(),
    ]);
    await till.getByRole("button", { name: /^Ramen €/ }).click();
    await till.getByRole("button", { name: /^Pay/ }).click();
    await till.getByRole("button", { name: /^Exact/ }).click();
    await expect(page.getByText("7 of 7 steps")).toBeVisible();
    await page.getByRole("button", { name: "To the office" }).click();
    await expect(page.getByRole("heading", { name: "Day 1 is open." })).toBeVisible();
    await page.context().close();
});

test("a device is renamed, given a role, and revoked after what follows was said", async ({
    browser,
}) => {
    const page = await at(browser, "/office#mesh");
    const other = async () => {
        const { devices } = await counter.get<DeviceList>("/api/devices");
        return devices.find(({ own }) => !own);
    };
    await page.getByRole("button", { name: "Change Wok side" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name of the device").fill("");
    await sheet.getByRole("button", { name: "Rename" }).click();
    await expect(sheet.getByRole("alert")).toHaveText(/^Give it a name/);
    await sheet.getByLabel("Name of the device").fill("Wok");
    await sheet.getByRole("button", { name: "Rename" }).click();
    await expect.poll(async () => (await other())?.name).toBe("Wok");
    await sheet.getByLabel("What it is").selectOption("pickup");
    await sheet.getByRole("button", { name: "Give it this role" }).click();
    await expect.poll(async () => (await other())?.role).toBe("pickup");
    await pictures(page, "office-device", false);
    await sheet.getByRole("button", { name: "It is stolen or lost" }).click();
    await expect(sheet.getByText(/cannot be taken back/)).toBeVisible();
    await pictures(page, "office-revoke", false);
    await sheet.getByRole("button", { name: "Back" }).click();
    expect((await other())?.revoked).toBe(false);
    await sheet.getByRole("button", { name: "It is stolen or lost" }).click();
    await sheet.getByRole("button", { name: "Revoke Wok for ever" }).click();
    await expect(sheet).toHaveCount(0);
    await expect.poll(async () => (await other())?.revoked).toBe(true);
    await expect(page.getByText("Revoked: nobody talks to it")).toBeVisible();
    await page.context().close();
});

test("/join says what is done at both ends", async ({ browser }) => {
    const page = await at(browser, "/join");
    const here = page.getByRole("region", { name: "One that belongs to the pop-up already" });
    await here.getByLabel("What it will be").selectOption("pickup");
    await here.getByLabel("Letter of its order numbers").fill("a");
    await expect(here.getByRole("alert")).toHaveText(/^Letter: A is taken by /);
    await expect(here.getByRole("button", { name: "Show a code" })).toBeDisabled();
    await here.getByLabel("Letter of its order numbers").fill("c");
    await expect(here.getByRole("button", { name: "Show a code" })).toBeEnabled();
    await expect(page.getByText(/^trestle join INVITATION --listen/)).toBeVisible();
    await pictures(page, "join");
    await page.getByLabel("Language").selectOption("ar");
    await expect(
        page.getByRole("heading", { name: "على أي جهاز هذه الصفحة مفتوحة؟" }),
    ).toBeVisible();
    await pictures(page, "join-arabic");
    await page.context().close();
});
