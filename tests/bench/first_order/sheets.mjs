// Posters and tables' cards, as /codes prints them: to PDF, by Debian's Chromium.
import { Trouble } from "../../demo/words.mjs";

const TABLES = 12; // two sheets of six
const ADDRESS = "https://order.example.org";
const PATIENCE_MS = 120_000; // of a machine that has much else to do

/** How many pages there are in that file. */
async function printed(page) {
    const file = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    return file.match(/\/Type \/Page\b/g)?.length ?? 0;
}

function expectSheets(what, count, wanted) {
    if (count !== wanted) throw new Trouble(`${what}: ${count} sheets instead of ${wanted}`);
}

/** The wall's poster, and cards for the tables. */
export async function printSheets(browser, url) {
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${url}/codes`);
    await page.getByLabel("Public address").fill(ADDRESS);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The address is saved.").waitFor();
    await page.getByRole("article", { name: "Poster" }).getByRole("img").first().waitFor();
    expectSheets("the poster", await printed(page), 1);
    await page.getByRole("button", { name: "Tables" }).click();
    await page.getByLabel("From table").fill("1");
    await page.getByLabel("to table").fill(`${TABLES}`);
    await page.getByRole("button", { name: "Make cards" }).click();
    await page
        .locator(".card")
        .nth(TABLES - 1)
        .waitFor();
    expectSheets("the tables' cards", await printed(page), 2);
    await page.context().close();
}
