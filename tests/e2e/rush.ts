// Rush hour: three customers, two counters, two stations of the kitchen, the hand-over and a board
// on the wall, all at once. Part of stories.spec.ts, whose nodes it shares.
import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import type { Market, Node } from "./guests";
import { tablet } from "./pages";
import { typeCard } from "./pay";
import { come, numberOf, said } from "./phones";
import { test } from "./test";

/** What is sold, in cents, each at the grill or at the bar. */
const prices = {
    Edamame: 420,
    "Chicken satay": 680,
    "Chicken thigh skewers": 980,
    Roti: 290, // sells out
    "Prawn crackers": 290, // is refused
    "Still water": 250,
    "Jasmine tea": 280,
    Lager: 420,
} as const;
type Item = keyof typeof prices;
type How = "cash" | "card-external" | "card-online";

interface Sale {
    how: How;
    total: number;
    isRefused: boolean;
}

/** What the test knows by itself of what was sold. */
class Ledger {
    readonly sales = new Map<string, Sale>();

    add(number: string, items: readonly Item[], how: How): void {
        expect(number).toMatch(/^[ABW]\d+$/);
        expect([...this.sales.keys()]).not.toContain(number);
        const total = totalOf(items);
        this.sales.set(number, { how, total, isRefused: items.includes("Prawn crackers") });
    }

    sumOf(how: How | null): number {
        return [...this.sales.values()]
            .filter((sale) => !sale.isRefused && (how === null || sale.how === how))
            .reduce((sum, { total }) => sum + total, 0);
    }
}

const totalOf = (items: readonly Item[]): number =>
    items.reduce((sum, item) => sum + prices[item], 0);
const euros = (cents: number): string => `€${(cents / 100).toFixed(2)}`;

/** Everything that a browser complains of. */
function listen(page: Page, complaints: string[]): void {
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
        if (message.type() === "error") {
            complaints.push(`${page.url()}: ${message.text()} ${message.location().url}`);
        }
    });
}

// --- the counters ---

const rowOf = (till: Page, number: string): Locator =>
    till.locator(".order-row", { has: till.getByText(number, { exact: true }) });
const itemOf = (till: Page, name: Item): Locator =>
    till.locator(".item", { has: till.getByText(name, { exact: true }) });

async function tender(till: Page, how: How): Promise<void> {
    const name = how === "cash" ? /^Exact/ : /^Card terminal/;
    await till.getByRole("dialog").getByRole("button", { name }).click();
}

async function sell(till: Page, items: readonly Item[], how: How): Promise<string> {
    for (const item of items) {
        await itemOf(till, item).click();
    }
    await till.getByRole("button", { name: `Pay ${euros(totalOf(items))}` }).click();
    await tender(till, how);
    const number = await till.locator(".placed-number:visible strong").textContent();
    await till.getByRole("button", { name: "Next order" }).click();
    return number ?? "";
}

/** Takes the money for what was ordered from a phone. */
async function collect(till: Page, number: string): Promise<void> {
    await till.getByRole("button", { name: "Orders", exact: true }).click();
    await rowOf(till, number).click();
    const sheet = till.getByRole("dialog", { name: `Order ${number}` });
    await sheet.getByRole("button", { name: /^Pay/ }).click();
    await tender(till, "cash");
    await expect(sheet.getByText("Paid, cash")).toBeVisible();
    await sheet.getByRole("button", { name: "Close" }).click();
}

// --- the customers ---

async function choose(page: Page, items: readonly Item[]): Promise<void> {
    for (const item of items) {
        await page.getByRole("button", { name: `Add ${item}` }).tap();
    }
    await page.getByRole("button", { name: /Review/ }).tap();
}

const toMenu = (page: Page): Promise<void> =>
    page.getByRole("button", { name: "Back to the menu" }).tap();

async function orderByCard(page: Page, items: readonly Item[]): Promise<string> {
    await choose(page, items);
    await page.getByRole("button", { name: /^Pay by card/ }).tap();
    await typeCard(page, "4242 4242 4242 4242", euros(totalOf(items)));
    await expect(said(page)).not.toHaveText(/^Not ordered/);
    return numberOf(page);
}

async function orderForCounter(page: Page): Promise<string> {
    await page.getByRole("button", { name: "Order · pay at the counter" }).tap();
    await expect(said(page)).toBeVisible();
    return numberOf(page);
}

// --- kitchen and hand-over ---

/** Does @turn again and again until @over; what it waits for then never comes. */
async function keepAt(turn: () => Promise<void>, over: Promise<void>): Promise<void> {
    let isOver = false;
    const end = over.then(() => {
        isOver = true;
    });
    while (!isOver) {
        const done = turn();
        done.catch(() => undefined); // its page is closed under it
        await Promise.race([done, end]);
    }
}

/** The next ticket, whatever it wants; prawn crackers nobody can make. */
async function cook(kitchen: Page): Promise<void> {
    const refused = kitchen.locator(".ticket", { hasText: "Prawn crackers" });
    const refuse = refused.getByRole("button", { name: "Refuse" });
    const next = kitchen
        .locator(".ticket", { hasNotText: "Prawn crackers" })
        .getByRole("button", { name: /^(Accept|Bump)$/ });
    await refuse.or(next).first().waitFor();
    if (await refuse.isVisible()) {
        await refuse.click();
        await kitchen.getByRole("dialog").getByRole("button", { name: "Too busy" }).click();
        await expect(refused).toHaveCount(0);
    } else {
        await next.first().click();
    }
}

/** Who has paid is handed what is ready. */
async function handOver(staff: Page): Promise<void> {
    await staff
        .getByRole("region", { name: "Ready" })
        .getByRole("button")
        .filter({ hasNotText: "Collect" })
        .first()
        .click();
    await staff
        .getByRole("dialog")
        .getByRole("button", { name: /^Hand over/ })
        .click();
    await expect(staff.getByRole("dialog")).toHaveCount(0);
}

interface Report {
    orders: number;
    open: number;
    completed: number;
    refused: number;
    cancelled: number;
    flagged: number;
    owed: number;
    paid: number;
    refunded: number;
    collect: number;
    give_back: number;
    held: number;
    methods: { method: How; payments: number; paid: number; refunded: number }[];
}

/** What a day's report says, by how it was paid too. */
async function reportOf(node: Node): Promise<Record<string, number>> {
    const { methods, ...sums } = await node.get<Report>("/api/reports/day");
    const figures: Record<string, number> = {};
    for (const [name, value] of Object.entries(sums)) {
        if (typeof value === "number") {
            figures[name] = value;
        }
    }
    for (const { method, payments, paid, refunded } of methods) {
        Object.assign(figures, { [`${method} paid`]: paid, [`${method} refunded`]: refunded });
        figures[`${method} payments`] = payments;
    }
    return figures;
}

export function testRush(market: () => Market): void {
    test("rush hour: twenty orders, and the day's report is what was sold", async ({ browser }) => {
        const { counter, second, gateway, practice, lan } = market();
        const complaints: string[] = [];
        const screen = (node: Node | null, path: string) =>
            openScreen(browser, `${node?.url}${path}`, complaints);
        const phone = async (url: string): Promise<Page> => {
            const page = await come(browser, url);
            listen(page, complaints);
            return page;
        };
        const before = await reportOf(counter);
        const movesBefore = practice.account.journal.moves.length;
        const [till, other, grill, bar, staff, wall, ana, ben, cleo] = await Promise.all([
            screen(counter, "/counter"),
            screen(second, "/counter"),
            screen(counter, "/kitchen?station=grill"),
            screen(counter, "/kitchen?station=bar"),
            screen(counter, "/pickup?staff"),
            screen(second, "/pickup"),
            phone(`${gateway.url}/order`),
            phone(`${gateway.url}/order`),
            phone(lan),
        ]);
        const ledger = new Ledger();

        let finish = (): void => undefined;
        const over = new Promise<void>((done) => {
            finish = done;
        });
        const crew = [keepAt(() => cook(bar), over), keepAt(() => handOver(staff), over)];

        const sellAll = async (page: Page, sales: readonly [How, ...Item[]][]): Promise<void> => {
            for (const [how, ...items] of sales) {
                ledger.add(await sell(page, items, how), items, how);
            }
        };
        const buyAll = async (page: Page, sales: readonly Item[][]): Promise<void> => {
            for (const items of sales) {
                ledger.add(await orderByCard(page, items), items, "card-online");
                await toMenu(page);
            }
        };
        /** Wants what sells out under his finger, and takes the rest. */
        const buyLate = async (): Promise<string[]> => {
            await choose(cleo, ["Roti", "Still water"]);
            await expect(cleo.locator(".total")).toContainText("Total");
            await toMenu(cleo);
            await grill.getByRole("button", { name: "Sold out" }).click();
            const panel = grill.getByRole("dialog");
            await panel.getByRole("button", { name: "Roti", exact: true }).click();
            await panel.getByRole("button", { name: "Close" }).click();
            crew.push(keepAt(() => cook(grill), over));
            await cleo.getByRole("button", { name: /Review/ }).tap();
            const roti = cleo.locator(".lines li", { hasText: "Roti" });
            await expect(roti).toContainText("Sold out: it is not in the total.");
            await roti.getByRole("button", { name: "One fewer" }).tap();
            const numbers = [await orderForCounter(cleo)];
            ledger.add(numbers[0] ?? "", ["Still water"], "cash");
            for (const items of [["Edamame", "Jasmine tea"], ["Lager"]] satisfies Item[][]) {
                await toMenu(cleo);
                await choose(cleo, items);
                const number = await orderForCounter(cleo);
                ledger.add(number, items, "cash");
                numbers.push(number);
            }
            return numbers;
        };
        const [unpaid] = await Promise.all([
            buyLate(),
            buyAll(ana, [["Edamame", "Lager"], ["Prawn crackers"]]),
            buyAll(ben, [["Chicken satay"], ["Still water", "Still water"]]),
            sellAll(till, [
                ["cash", "Edamame", "Still water"],
                ["card-external", "Chicken satay"],
                ["cash", "Lager", "Lager"],
                ["cash", "Chicken thigh skewers", "Jasmine tea"],
                ["card-external", "Edamame", "Edamame"],
                ["cash", "Jasmine tea"],
            ]),
            sellAll(other, [
                ["cash", "Chicken satay", "Lager"],
                ["card-external", "Still water"],
                ["cash", "Edamame"],
                ["cash", "Chicken thigh skewers"],
                ["card-external", "Jasmine tea", "Chicken satay"],
                ["cash", "Lager", "Still water"],
                ["cash", "Still water"],
            ]),
        ]);
        for (const number of unpaid) {
            await collect(till, number);
        }
        expect(ledger.sales.size).toBe(20);

        // Everything is collected, or was refused, and everybody sees that.
        const open = async () => (await counter.get<{ orders: [] }>("/api/orders")).orders.length;
        await expect.poll(open).toBe(0);
        finish();
        await Promise.all(crew);
        for (const page of [wall, grill, bar]) {
            await expect(
                page.locator(".numbers li, .column-new .ticket, .column-prep .ticket"),
            ).toHaveCount(0);
        }
        await expect(said(cleo)).toHaveText("Enjoy it!");
        const owns = ana.getByRole("navigation", { name: "Your orders" });
        await expect(owns.getByRole("button", { name: "Collected" })).toHaveCount(1);
        await expect(owns.getByRole("button", { name: "not made" })).toHaveCount(1);
        await other.getByRole("button", { name: "Sell", exact: true }).click();
        await expect(itemOf(other, "Roti")).toContainText("Sold out");

        // The sums are those that were kept here.
        const refused = [...ledger.sales.values()].filter(({ isRefused }) => isRefused).length;
        const wanted: Record<string, number> = {
            orders: 20,
            completed: 20 - refused,
            refused,
            owed: ledger.sumOf(null),
            paid: ledger.sumOf(null),
        };
        for (const how of ["cash", "card-external", "card-online"] satisfies How[]) {
            wanted[`${how} paid`] = ledger.sumOf(how);
            wanted[`${how} payments`] = [...ledger.sales.values()].filter(
                (sale) => sale.how === how && !sale.isRefused,
            ).length;
        }
        const rise = async (node: Node): Promise<Record<string, number>> => {
            const after = await reportOf(node);
            const names = Object.keys(after).filter((name) => after[name] !== (before[name] ?? 0));
            return Object.fromEntries(
                names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
            );
        };
        await expect.poll(() => rise(counter)).toMatchObject(wanted);
        for (const name of ["open", "flagged", "collect", "give_back", "refunded", "held"]) {
            expect(await rise(counter)).not.toHaveProperty(name);
        }
        const moves = practice.account.journal.moves.slice(movesBefore);
        const sumOf = (which: string): number =>
            moves.filter(({ move }) => move === which).reduce((sum, { amount }) => sum + amount, 0);
        expect(sumOf("capture")).toBe(ledger.sumOf("card-online"));
        expect(sumOf("refund")).toBe(0);
        expect(moves.filter(({ move }) => move === "hold")).toHaveLength(4);
        expect(complaints).toEqual([]);
        for (const page of [till, other, grill, bar, staff, wall, ana, ben, cleo]) {
            await page.context().close();
        }
    });
}

async function openScreen(browser: Browser, url: string, complaints: string[]): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    listen(page, complaints);
    await page.goto(url);
    await expect(page.getByRole("status").first()).toHaveText("Live");
    return page;
}
