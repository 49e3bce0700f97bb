// Whole stories with several browsers: two counters, the kitchen, the pickup and customers' phones,
// on real nodes with a practice Stripe.
import { expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { tablet } from "./pages";
import { fillCart, payForm, typeCard } from "./pay";
import { come, die, numberOf, revive, said } from "./phones";
import { testRush } from "./rush";
import { test } from "./test";
import { joinBy, line, review } from "./together";
import { type Language, wordsOf } from "./words";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket({ hasSecond: true });
});

test.afterAll(() => market?.close());

const phaseOf = async (number: string): Promise<string | undefined> =>
    (await market.order(number))?.phase;
const idOf = async (number: string): Promise<string> => (await market.order(number))?.id ?? "";
const ticket = (page: Page, number: string) => page.locator(`[data-order="${number}"]`);

test("an empty kitchen board proves that it is live, by the age of each device", async ({
    browser,
}) => {
    const kitchen = await browser.newPage({ viewport: tablet });
    await kitchen.goto(`${market.counter.url}/kitchen`);
    const empty = kitchen.locator(".column-new .empty");
    const heard = (name: string) => empty.getByRole("listitem").filter({ hasText: name });
    await expect(empty).toContainText("No new orders.");
    await expect(heard("Second")).toHaveText(/Second heard [01] s ago/);
    await expect(heard("Gateway")).toHaveText(/Gateway heard [01] s ago/);
    await market.second?.kill();
    await expect(heard("Second")).toHaveText(/Second heard [3-9] s ago/);
    await expect(heard("Gateway")).toHaveText(/Gateway heard [01] s ago/);
    await expect(kitchen.getByRole("status").first()).toHaveText("Second not heard");
    await market.second?.start();
    await expect(heard("Second")).toHaveText(/Second heard [01] s ago/);
    await expect(kitchen.getByRole("status").first()).toHaveText("Live");
    await kitchen.close();
});

test("a phone dies while it pays: it finds its order, is charged once, and is served", async ({
    browser,
}) => {
    const { api, account } = market.practice;
    const before = account.journal.moves.length;
    const page = await come(browser, `${market.gateway.url}/order`);
    await fillCart(page);
    await page.getByRole("button", { name: /^Pay by card/ }).tap();
    const number = await numberOf(page);
    await expect(payForm(page).getByLabel("Card number")).toBeVisible();

    // The bank says yes; that the stall cannot hear it holds the node's answer back.
    api.cut = "gateway";
    await typeCard(page, "4242 4242 4242 4242");
    await expect(page.getByText("Your bank agreed.")).toBeVisible();
    const dead = await die(page);
    expect(await phaseOf(number)).toBe("draft");

    // It is on again before the stall has heard, and nothing is paid a second time.
    const back = await revive(browser, dead);
    expect(await numberOf(back)).toBe(number);
    await expect(said(back)).toHaveText("Not ordered yet: it is to be paid first.");
    await expect(payForm(back).getByLabel("Card number")).toHaveCount(0);
    api.cut = "";
    await expect(said(back)).toHaveText("Ordered. The kitchen has not taken it yet.");
    await expect(back.locator(".money")).toContainText("€21.80 is reserved on your card");

    // A phone that remembers nothing knows no order, and pays none: the number does.
    const other = await revive(browser, { ...dead, stored: { cookies: [], origins: [] } });
    await expect(other.getByText("This order is not known here any more.")).toBeVisible();
    await expect(other.getByRole("button", { name: /Pay/ })).toHaveCount(0);

    await expect.poll(() => phaseOf(number)).toBe("placed");
    const kitchen = await browser.newPage({ viewport: tablet });
    await kitchen.goto(`${market.counter.url}/kitchen`);
    await ticket(kitchen, number).getByRole("button", { name: "Accept" }).click();
    await expect(back.locator(".money")).toContainText("€21.80 paid");
    await ticket(kitchen, number).getByRole("button", { name: "Bump" }).click();
    await expect(back.locator(".is-ready")).toBeVisible();
    const staff = await browser.newPage({ viewport: tablet });
    await staff.goto(`${market.counter.url}/pickup?staff`);
    const mine = staff.getByRole("region", { name: "Ready" }).getByText(number, { exact: true });
    await expect(mine).toBeVisible();
    await staff.getByLabel("Number or code").fill(number);
    await staff.getByRole("button", { name: "Find" }).click();
    await staff.getByRole("button", { name: "Hand over everything" }).click();
    await expect(said(back)).toHaveText("Enjoy it!");
    const moves = account.journal.moves.slice(before);
    expect(moves.map(({ move }) => move)).toEqual(["hold", "capture"]);
    for (const each of [back, other, kitchen, staff]) {
        await each.context().close();
    }
});

test("a table of four: one phone dies, one leaves, two disagree, and it is one order", async ({
    browser,
}) => {
    const code = (await market.counter.command("table", "code", "8")).trim();
    const sit = (name: string) => joinBy(browser, `${market.lan}/#table=${code}`, name);
    const [ana, ben, cleo, dov] = await Promise.all([
        sit("Ana"),
        sit("Ben"),
        sit("Cleo"),
        sit("Dov"),
    ]);
    const add = async (page: Page, name: string): Promise<void> => {
        await page.getByRole("button", { name: `Add ${name}` }).tap();
        await expect(page.getByRole("button", { name: `Add ${name} 1` })).toBeVisible();
    };
    const everyone = [ana, ben, cleo, dov];
    const hold = async (items: string): Promise<void> => {
        for (const page of everyone) {
            await expect(page.getByRole("button", { name: `${items} Review` })).toBeVisible();
        }
    };
    await add(ana, "Edamame");
    await hold("1 item"); // the bar lies over the menu now, and comes under nobody's finger
    await Promise.all([
        add(ben, "Spring rolls"),
        add(cleo, "Chicken satay"),
        add(dov, "Miso soup"),
    ]);
    await add(dov, "Still water");
    await hold("5 items");

    const dead = await die(ben);
    await cleo.getByRole("button", { name: /Cleo/ }).tap();
    await cleo.getByRole("button", { name: "Leave this order" }).tap();
    await expect(cleo.locator(".cart-bar")).toHaveCount(0);

    // Ana's change is on its way while Dov takes the line out.
    let deliver = (): void => undefined;
    const delivered = new Promise<void>((done) => {
        deliver = done;
    });
    await ana.route("**/api/cart/lines/*", async (route) => {
        await delivered;
        await route.continue();
    });
    await review(ana);
    await line(ana, "Still water").getByRole("button", { name: "One more" }).tap();
    await review(dov);
    await line(dov, "Still water").getByRole("button", { name: "One fewer" }).tap();
    await expect(line(dov, "Still water")).toHaveCount(0);
    await expect(dov.locator(".total")).toContainText("€19.40");
    deliver();
    await expect(ana.getByText("Somebody took that out already.")).toBeVisible();
    const names = ["Edamame", "Spring rolls", "Chicken satay", "Miso soup"];
    const wanted = ["Ana", "Ben", "Cleo", "Dov"].map(
        (who, at) => new RegExp(`${names[at]}\\s*${who}`),
    );
    const again = await revive(browser, { ...dead, url: `${market.lan}/#review` });
    for (const page of [ana, again, dov]) {
        await expect(page.locator(".lines li")).toHaveCount(4);
        for (const text of wanted) {
            await expect(page.locator(".lines li").filter({ hasText: text })).toHaveCount(1);
        }
        await expect(page.locator(".total")).toContainText("€19.40");
    }

    await dov.getByRole("button", { name: /^Order/ }).tap();
    await expect(said(dov)).toContainText("Ordered.");
    const number = await numberOf(dov);
    const kitchen = await browser.newPage({ viewport: tablet });
    await kitchen.goto(`${market.counter.url}/kitchen`);
    await expect(ticket(kitchen, number)).toBeVisible();
    await expect(kitchen.locator(".ticket", { hasText: "Table 8" })).toHaveCount(1);
    for (const name of names) {
        await expect(ticket(kitchen, number).getByText(name)).toHaveCount(1);
    }
    expect(await market.order(number)).toMatchObject({ due: -1940, paid: 0 });
    const bought = await dov.locator(".bought li").allTextContents();
    expect(bought).toHaveLength(5); // and the total
    for (const page of [ana, again, dov]) {
        await expect(page.locator(".big-number .number")).toHaveText(number);
        await expect(page.locator(".money")).toContainText(
            `Say ${number} at the counter and pay €19.40.`,
        );
        await expect(page.locator(".bought li")).toHaveText(bought);
    }
    const deed = `/api/orders/${await idOf(number)}`;
    await market.deed(`${deed}/pay`, { method: "cash", amount: 1940 });
    await market.deed(`${deed}/hand-over`);
    for (const page of [ana, again, dov]) {
        await expect(page.locator(".money")).toContainText("€19.40 paid");
        await expect(said(page)).toHaveText("Enjoy it!");
    }
    await expect(cleo.locator(".row").first()).toBeVisible(); // she is at the menu still
    for (const page of [ana, again, cleo, dov, kitchen]) {
        await page.context().close();
    }
});

const languages: readonly [Language, "ltr" | "rtl", Language][] = [
    ["es", "ltr", "ar"],
    ["ar", "rtl", "es"],
];

for (const [index, [language, direction, next]] of languages.entries()) {
    test(`an evening in ${language}, from the scan of a table's code to the meal`, async ({
        browser,
    }) => {
        const table = String(3 + index);
        const { text, counted } = wordsOf(language);
        const code = (await market.counter.command("table", "code", table)).trim();
        const page = await come(browser, `${market.lan}/#table=${code}`, { locale: language });
        await expect(page.locator("html")).toHaveAttribute("dir", direction);
        const sheet = page.getByRole("dialog", { name: text("together") });
        await expect(sheet).toContainText(text("joinTable"));
        await sheet.getByLabel(text("whoLabel")).fill("Ana");
        await sheet.getByRole("button", { name: text("join") }).tap();
        await page.getByRole("button", { name: text("addPlain", { name: "Edamame" }) }).tap();
        const bar = page.locator(".cart-bar");
        await expect(bar).toContainText(counted("cartBar", 1));
        await bar.getByRole("button", { name: text("review") }).tap();
        await expect(page.getByRole("heading", { name: text("cart") })).toBeVisible();
        const eatIn = page.getByRole("button", { name: text("eatIn") });
        await expect(eatIn).toHaveAttribute("aria-pressed", "true");
        await expect(page.locator(".total")).toContainText(text("total"));
        await page.getByRole("button", { name: text("orderForCounter") }).tap();

        await expect(said(page)).toHaveText(text("saidPlaced"));
        const number = await numberOf(page);
        await expect(page.locator(".at-table")).toHaveText(text("atTable", { n: table }));
        await expect(page.locator(".money")).toContainText(text("sayNumberLater", { number }));
        const steps = page.getByRole("list", { name: text("steps") }).getByRole("listitem");
        const ways = ["Placed", "Accepted", "Cooking", "Ready", "Completed"];
        await expect(steps).toHaveText(ways.map((way) => text(`step${way}`)));
        const deed = `/api/orders/${await idOf(number)}`;
        await market.deed(`${deed}/pay`, { method: "cash", amount: 420 });
        await expect(page.locator(".money")).toContainText(text("paid"));
        for (const [name, sentence] of [
            ["accept", "saidAccepted"],
            ["start", "saidCooking"],
            ["done", "saidReady"],
            ["hand-over", "saidCompleted"],
        ] as const) {
            await market.deed(`${deed}/${name}`);
            await expect(said(page)).toHaveText(text(sentence));
        }
        const rate = page.getByRole("region", { name: text("rateTitle") });
        await rate.getByRole("button", { name: counted("stars", 4) }).tap();
        await rate.getByRole("button", { name: text("rateSend") }).tap();
        await expect(rate.getByRole("status")).toHaveText(text("rateThanks"));
        await page.getByRole("combobox").selectOption(next);
        await expect(said(page)).toHaveText(wordsOf(next).text("saidCompleted"));
        await expect(page.locator("html")).not.toHaveAttribute("dir", direction);
        await page.context().close();
    });
}

testRush(() => market);
