// An owner sets a stall up in the browser: people, stalls, stations, printers, taxes, discounts,
// the pop-up and its days. Three real nodes; each has what was saved, and the screen says so.
import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import type { DeviceList } from "../../web/src/base/protocol";
import { type Device, type Stall, startStall } from "./mesh";
import { lookAt, shots, tablet, violations } from "./pages";
import { test } from "./test";

let stall: Stall;
test.beforeAll(async () => {
    stall = await startStall();
});
test.afterAll(() => stall?.close({ keep: false }));

async function officeAt(browser: Browser, part: string, locale = "en-GB"): Promise<Page> {
    const context = await browser.newContext({
        viewport: tablet,
        reducedMotion: "reduce",
        locale,
    });
    const page = await context.newPage();
    await page.goto(`${stall.counter.url}/office#${part}`);
    return page;
}

const pictures = (page: Page, name: string, fullPage = true) =>
    lookAt(page, `${shots}/office-${name}`, fullPage);

const everywhere = "Saved here and on 2 other devices.";

async function expectEverywhere(panel: Locator): Promise<void> {
    await expect(panel.getByText(everywhere, { exact: true })).toBeVisible();
}

async function signIn(device: Device, staff: number, pin: string): Promise<number> {
    const answer = await fetch(`${device.url}/api/session`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ staff, pin }),
    });
    return answer.status;
}

test("a person is made, signs in at another device, and is removed", async ({ browser }) => {
    const page = await officeAt(browser, "staff");
    const panel = page.getByRole("region", { name: "Staff" });
    await expect(panel.getByText("Nobody yet.")).toBeVisible();
    await panel.getByRole("button", { name: "Add a person" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: "Add" }).click();
    await expect(sheet.getByRole("alert")).toHaveText(/^Give it a name/);
    await sheet.getByLabel("Name").fill("Ana Ruiz");
    await sheet.getByRole("button", { name: "Add" }).click();
    await expect(sheet.getByRole("alert")).toHaveText(/^Choose a role/);
    await sheet.getByLabel("Role").selectOption("kitchen");
    await sheet.getByLabel(/^PIN/).fill("12");
    await sheet.getByRole("button", { name: "Add" }).click();
    await expect(sheet.getByRole("alert")).toHaveText("PIN: write 4 to 12 digits.");
    await sheet.getByLabel(/^PIN/).fill("2580");
    await sheet.getByLabel("Green").check();
    await pictures(page, "person", false);
    await sheet.getByLabel(/^PIN/).press("Enter"); // from the keyboard, too
    await expect(sheet).toHaveCount(0);
    await expectEverywhere(panel);
    expect(await signIn(stall.kitchen, 1, "2580")).toBe(201);

    await panel.getByRole("button", { name: "Add a person" }).click();
    await sheet.getByLabel("Name").fill("Bo Lind");
    await sheet.getByLabel("Role").selectOption("manager");
    await sheet.getByLabel(/^PIN/).fill("1357");
    await sheet.getByRole("button", { name: "Add" }).click();
    await expect(panel.getByRole("button", { name: /Bo Lind/ })).toContainText("Manager");
    await expectEverywhere(panel);
    await pictures(page, "staff");

    await panel.getByRole("button", { name: /Ana Ruiz/ }).click();
    await sheet.getByRole("button", { name: "Remove" }).click();
    await expect(sheet.getByText(/cannot sign in any more/)).toBeVisible();
    await sheet.getByRole("button", { name: "Remove" }).click();
    await expect(panel.getByText("1 out of use")).toBeVisible();
    await expectEverywhere(panel);
    expect(await signIn(stall.kitchen, 1, "2580")).toBe(401);
    await page.context().close();
});

/** Adds one record by the names of its fields. */
async function add(page: Page, list: string, button: string, entries: object): Promise<Locator> {
    const panel = page.getByRole("region", { name: list, exact: true });
    await panel.getByRole("button", { name: button }).click();
    const sheet = page.getByRole("dialog");
    for (const [label, value] of Object.entries(entries)) {
        const field = sheet.getByLabel(label);
        const isChoice = await field.evaluate(({ tagName }) => tagName === "SELECT");
        await (isChoice ? field.selectOption({ label: value }) : field.fill(value));
    }
    return panel;
}

test("stalls, stations, printers, taxes and discounts are made and changed", async ({
    browser,
}) => {
    const page = await officeAt(browser, "setup");
    const sheet = page.getByRole("dialog");
    const save = () => sheet.getByRole("button", { name: "Add" }).click();
    const stalls = await add(page, "Stalls", "Add a stall", { Name: "Noodles" });
    await save();
    await expectEverywhere(stalls);
    const printers = await add(page, "Printers", "Add a printer", { Name: "Pass" });
    await save();
    await expect(sheet.getByRole("alert")).toHaveText(/^Say which device drives it/);
    await sheet.getByLabel("Device that drives it").selectOption({ index: 1 });
    await sheet.getByLabel(/^Address/).fill("192.168.1.50:9100");
    await sheet.getByLabel("Letters in a line").fill("7");
    await save();
    await expect(sheet.getByRole("alert")).toHaveText(/from 24 to 96\.$/);
    await sheet.getByLabel("Letters in a line").fill("48");
    await pictures(page, "printer", false);
    await save();
    await expectEverywhere(printers);
    const stations = await add(page, "Stations", "Add a station", {
        Name: "Wok",
        "Place on screens": "3",
    });
    await save();
    await expectEverywhere(stations);
    await add(page, "Taxes", "Add a tax", { Name: "Food", "Eaten in, %": "19" });
    await save();
    const offers = await add(page, "Discounts", "Add a discount", { Name: "Neighbours" });
    await save();
    await expect(sheet.getByRole("alert")).toHaveText(/^Write per cent or an amount/);
    await sheet.getByLabel("Per cent off").fill("10");
    await save();
    await expectEverywhere(offers);

    type Lists = { stations: object[] } & { offers: object[] };
    const told = await stall.kitchen.get<Lists>("/api/stations");
    expect(told.stations).toMatchObject([{ number: 1, name: "Wok", position: 3 }]);
    const { offers: known } = await stall.pickup.get<Lists>("/api/offers");
    expect(known).toMatchObject([{ name: "Neighbours", percent_bp: 1000, amount: 0 }]);

    await stations.getByRole("button", { name: /Wok/ }).click();
    await sheet.getByRole("button", { name: "Take out of use" }).click();
    await expect(stations.getByText("1 out of use")).toBeVisible();
    await page.context().close();
});

test("what two devices changed at once is said, and saving it whole settles it", async ({
    browser,
}) => {
    const page = await officeAt(browser, "today");
    const station = {
        ...{ id: "0".repeat(24), number: 5, name: "Grill", hidden: false, stall: 0 },
        ...{ position: 0, printer: 0, throttle: 20, conflict: true, busy: 0, busy_until: 0 },
    };
    await page.route("**/api/stations", (route) =>
        route.fulfill({ json: { cursor: "1", stations: [station] } }),
    );
    let written: object = {};
    await page.route("**/api/stations/5", (route) => {
        written = route.request().postDataJSON();
        return route.fulfill({ json: { ...station, conflict: false } });
    });
    await page.route("**/api/session", async (route) => {
        const response = await route.fetch();
        return route.fulfill({ response, json: { ...(await response.json()), conflict: true } });
    });
    await page.reload();
    await page.getByRole("link", { name: "Set-up" }).click();
    const popup = page.getByRole("region", { name: "The pop-up" });
    await expect(popup.getByText(/without knowing of each other/)).toBeVisible();
    const panel = page.getByRole("region", { name: "Stations" });
    await expect(panel.getByText("Changed twice at once")).toBeVisible();
    await panel.getByRole("button", { name: /Grill/ }).click();
    const sheet = page.getByRole("dialog");
    await expect(sheet.getByText(/without knowing of each other/)).toBeVisible();
    await sheet.getByRole("button", { name: "Save" }).click();
    await expect(sheet).toHaveCount(0);
    expect(written).toEqual({ name: "Grill", stall: 0, printer: 0, throttle: 20, position: 0 });
    await page.context().close();
});

test("a printer prints a test slip, and one that cannot says so", async ({ browser }) => {
    const { devices } = await stall.counter.get<DeviceList>("/api/devices");
    const owner = `owner=${devices.find(({ own }) => own)?.id}`;
    const add = (...fields: string[]): Promise<string> =>
        stall.counter.command("record", "add", "printer", owner, "width=32", ...fields);
    await add("number=90", "name=Paper", "driver=text");
    await add("number=91", "name=Away", "driver=escpos", "address=127.0.0.1:9");
    const page = await officeAt(browser, "mesh");
    const panel = page.getByRole("region", { name: "Printers of this device" });
    await panel.getByRole("button", { name: "Print a test slip at Printer 90" }).click();
    await expect(panel.getByText(/^Printed\. /)).toBeVisible();
    const away = panel.getByRole("listitem").filter({ hasText: "Printer 91" });
    await away.getByRole("button").click();
    await expect(away.getByText(/^The test slip waits, and comes out once/)).toBeVisible();
    await expect(away.getByText(/^It does not answer: look at its cable/)).toBeVisible();
    await expect(away.getByRole("button")).toBeDisabled();
    expect(await violations(page)).toEqual([]);
    await pictures(page, "printers");
    await page.context().close();
});

test("the pop-up is named, and its day closed and the next one opened", async ({ browser }) => {
    const page = await officeAt(browser, "setup");
    const popup = page.getByRole("region", { name: "The pop-up" });
    await popup.getByLabel("Name, as guests read it").fill("Harbour Nights");
    await popup.getByLabel("Currency").fill("euro");
    await popup.getByRole("button", { name: "Save" }).click();
    await expect(popup.getByRole("alert")).toHaveText(/three letters, as EUR\.$/);
    await popup.getByLabel("Currency").fill("EUR");
    await popup.getByRole("button", { name: "Save" }).click();
    await expectEverywhere(popup);
    await expect(page.getByRole("banner")).toContainText("Harbour Nights");
    await popup.getByRole("button", { name: "Save" }).click();
    await expect(popup.getByText(/Nothing was changed/)).toBeVisible();
    await pictures(page, "setup");

    await page.getByRole("link", { name: "Today" }).click();
    const day = page.getByRole("region", { name: "Trading day" });
    await day.getByRole("button", { name: "Close day 1" }).click();
    const sheet = page.getByRole("dialog");
    await expect(sheet.getByText("Every device's orders are in it.")).toBeVisible();
    await sheet.getByRole("button", { name: "Close day 1" }).click();
    await expect(day.getByRole("heading", { name: /^Day 1 is closed, since / })).toBeVisible();
    await expectEverywhere(day);
    await day.getByRole("button", { name: "Open day 2" }).click();
    await expect(day.getByRole("heading", { name: "Day 2 is open." })).toBeVisible();
    await page.context().close();
});

test("it speaks Spanish and, from the right, Arabic", async ({ browser }) => {
    const page = await officeAt(browser, "staff", "es-ES");
    await expect(page.getByRole("heading", { name: "Personal" })).toBeVisible();
    await page.getByLabel("Idioma").selectOption("ar");
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
    await page.getByRole("button", { name: "أضف شخصًا" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("الاسم").fill("ليلى");
    await sheet.getByRole("button", { name: "إضافة" }).click();
    await expect(sheet.getByRole("alert")).toHaveText(/^اختر دورًا/);
    await sheet.getByLabel("الدور").selectOption("counter");
    await sheet.getByLabel(/^الرمز السري/).fill("4711");
    await pictures(page, "person-arabic", false);
    await sheet.getByRole("button", { name: "إضافة" }).click();
    await expect(page.getByText("حُفظ هنا وعلى جهازين آخرين.")).toBeVisible();
    await page.getByRole("link", { name: "الإعداد" }).click();
    await expect(page.getByRole("heading", { name: "الأكشاك" })).toBeVisible();
    await pictures(page, "setup-arabic");
    await page.reload(); // it is kept
    await expect(page.getByRole("heading", { name: "الأكشاك" })).toBeVisible();
    await page.context().close();
});
