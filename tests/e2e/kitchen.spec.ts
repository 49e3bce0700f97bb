// What cooks do on their boards, against a fake node: what changes under their hands, stations,
// sounds.
import { expect } from "@playwright/test";
import { node, playWithFakeNode, screen, ticket } from "./fake";
import { violations } from "./pages";
import { test } from "./test";

playWithFakeNode();

test("a cook who is at it sees that the order was cancelled", async ({ browser }) => {
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 1, quantity: 1 }],
    });
    node.do("accept", id);
    const kitchen = await screen(browser, "/kitchen");
    await expect(ticket(kitchen, "A1")).toBeVisible();
    node.do("cancel", id, { reason: "Customer left" });
    await expect(ticket(kitchen, "A1")).toContainText("Cancelled. Stop. Customer left");
    await ticket(kitchen, "A1").getByRole("button", { name: "Understood" }).click();
    await expect(ticket(kitchen, "A1")).toHaveCount(0);
});

test("additions and changes after the start are decided by the cook", async ({ browser }) => {
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 1, quantity: 1 }],
    });
    node.do("accept", id);
    node.do("start", id, { lines: [1] });
    const kitchen = await screen(browser, "/kitchen");
    const counter = await screen(browser, "/counter");
    await counter.getByRole("button", { name: /^A1/ }).click();
    await counter.getByRole("button", { name: "One more Cheeseburger" }).click();
    await expect(ticket(kitchen, "A1")).toContainText("The counter wants 2 instead of 1.");
    await ticket(kitchen, "A1").getByRole("button", { name: "Make it 2" }).click();
    await expect(ticket(kitchen, "A1")).toContainText("2×");

    await counter.getByRole("button", { name: "Add a line" }).click();
    await counter.getByRole("button", { name: /^Coffee/ }).click();
    await counter.getByRole("button", { name: "Add 1 to A1" }).click();
    const news = ticket(kitchen, "A1").getByRole("group");
    await expect(news).toContainText("Added");
    await expect(news).toContainText("Coffee");
    await news.getByRole("button", { name: "Accept added" }).click();
    await expect(news).toHaveCount(0);
    await expect(ticket(kitchen, "A1")).toContainText("+NEWCoffee");
});

test("what is added or voided after a cook saw the ticket stands apart until a tap", async ({
    browser,
}) => {
    const lines = [1, 2].map((item) => ({ item, quantity: 1 }));
    const { id } = node.place({ channel: "counter", mode: "eat-in", lines });
    const kitchen = await screen(browser, "/kitchen");
    const a1 = ticket(kitchen, "A1");
    const news = a1.getByRole("group", { name: "Changed since it was seen" });
    const button = (name: string) => a1.getByRole("button", { name });
    await expect.poll(() => node.orders.get(id)?.seen).toBe(true);
    const placeOf = async (name: string) => (await button(name).boundingBox())?.y;
    const before = await placeOf("Accept");

    node.do("lines", id, { lines: [{ item: 20, quantity: 1 }] });
    node.do("void", id, { lines: [2], reason: "Wrong item" });
    await expect(news).toContainText("Added");
    await expect(news).toContainText("Voided: do not make");
    expect(await placeOf("Accept")).toBe(before); // nothing moved under the finger
    await button("Accept").click();
    await expect(button("Bump")).toBeVisible();
    await kitchen.reload();
    await expect(news).toContainText("Coffee");

    await button("Bump").click(); // what nobody has heard of is not made
    await expect
        .poll(() => node.orders.get(id)?.lines.map((line: { progress: string }) => line.progress))
        .toEqual(["done", "waiting", "waiting"]);
    await expect(button("Bump")).toBeDisabled();
    await button("Understood").click();
    await expect(news).toHaveCount(0);
    await kitchen.reload();
    await expect(a1.locator(".is-struck")).toContainText("Voided");
    await expect(news).toHaveCount(0);
    await button("Bump").click();
    await expect.poll(() => node.orders.get(id)?.phase).toBe("ready");
});

test("a kitchen works from the keyboard alone", async ({ browser }) => {
    const kitchen = await screen(browser, "/kitchen");
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [{ item: 1, quantity: 1 }],
    });
    const phase = () => node.orders.get(id)?.phase;
    await expect(ticket(kitchen, "A1")).toBeVisible();
    await kitchen.keyboard.press("1");
    await expect.poll(phase).toBe("accepted");
    await expect(kitchen.locator(".column-prep .ticket")).toHaveCount(1);
    await kitchen.keyboard.press("ArrowRight");
    await kitchen.keyboard.press("Enter");
    await expect.poll(phase).toBe("ready");
    await kitchen.keyboard.press("u");
    await expect.poll(phase).toBe("accepted");
});

test("a ticket says that a guest ordered it on his phone", async ({ browser }) => {
    node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 1, quantity: 1 }] });
    node.place({ channel: "phone", mode: "eat-in", lines: [{ item: 1, quantity: 1 }] });
    const kitchen = await screen(browser, "/kitchen");
    await expect(kitchen.locator(".ticket")).toHaveCount(2);
    await expect(kitchen.locator(".ticket", { hasText: "from a phone" })).toHaveCount(1);
});

test("a station's board says what it hides", async ({ browser }) => {
    node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 1, quantity: 1 }] });
    node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 20, quantity: 1 }] });
    const kitchen = await screen(browser, "/kitchen?station=bar");
    await expect(kitchen.locator(".ticket")).toHaveCount(1);
    await kitchen.getByText("1 ticket hidden by the station filter. Show all.").click();
    await expect(kitchen.locator(".ticket")).toHaveCount(2);
});

test("each station bumps what it made, and leaves the others theirs", async ({ browser }) => {
    const { id } = node.place({
        channel: "counter",
        mode: "eat-in",
        lines: [
            { item: 1, quantity: 1 },
            { item: 20, quantity: 2 },
        ],
    });
    const progress = () =>
        node.orders.get(id)?.lines.map(({ progress }: { progress: string }) => progress);
    node.do("accept", id);
    const grill = await screen(browser, "/kitchen?station=grill");
    const bar = await screen(browser, "/kitchen?station=bar");
    const board = await screen(browser, "/pickup");

    await ticket(grill, "A1").getByRole("button", { name: "Bump" }).click();
    await expect.poll(progress).toEqual(["done", "waiting"]);
    await expect(grill.getByText("A1 is ready at grill.")).toBeVisible();
    await expect(grill.locator(".column-ready .ticket")).toHaveCount(1);
    await expect(bar.locator(".column-prep .ticket")).toHaveCount(1);
    await expect(board.locator(".numbers.preparing li")).toHaveText("A1");

    await grill.getByRole("button", { name: "Undo" }).click();
    await expect.poll(progress).toEqual(["waiting", "waiting"]);
    await ticket(grill, "A1").getByRole("button", { name: "Bump" }).click();
    await ticket(bar, "A1").getByRole("button", { name: "Bump" }).click();
    await expect(board.locator(".numbers.ready li")).toHaveText("A1");
    await ticket(bar, "A1").getByRole("button", { name: "Recall" }).click();
    await expect.poll(progress).toEqual(["done", "waiting"]);
});

test("a station's ticket says who else is at the order", async ({ browser }) => {
    const lines = [1, 20].map((item) => ({ item, quantity: 1 }));
    const { id } = node.place({ channel: "counter", mode: "eat-in", lines });
    node.do("accept", id);
    const grill = await screen(browser, "/kitchen?station=grill");
    await expect(ticket(grill, "A1")).toContainText("Also at bar");
    node.do("done", id, { lines: [2] });
    await expect(ticket(grill, "A1")).toContainText("Also at bar (done)");
});

test("a line that is voided stays struck until the cook has understood", async ({ browser }) => {
    const lines = [1, 20].map((item) => ({ item, quantity: 1 }));
    const { id } = node.place({ channel: "counter", mode: "eat-in", lines });
    node.do("accept", id);
    const kitchen = await screen(browser, "/kitchen");
    const bar = await screen(browser, "/kitchen?station=bar");
    await expect(ticket(bar, "A1")).toBeVisible();
    node.do("void", id, { lines: [2], reason: "Wrong item" });
    const news = ticket(kitchen, "A1").getByRole("group");
    await expect(news).toContainText("Voided: do not make1×Coffee");
    await kitchen.keyboard.press("1");
    await expect(news).toHaveCount(0);
    await expect(ticket(kitchen, "A1").locator(".is-struck")).toContainText("CoffeeVoided");
    await expect(ticket(kitchen, "A1").getByRole("button", { name: "Bump" })).toBeVisible();
    await expect(ticket(bar, "A1").getByRole("button", { name: "Bump" })).toBeDisabled();
    await ticket(bar, "A1").getByRole("button", { name: "Understood" }).click();
    await expect(ticket(bar, "A1")).toHaveCount(0);
    expect(node.orders.get(id)?.phase).toBe("accepted");
});

test("stations are the pop-up's, and the choice is kept", async ({ browser }) => {
    const station = (number: number, name: string, position: number, hidden = false) => ({
        id: `${number}`.padStart(24, "0"),
        ...{
            number,
            name,
            position,
            hidden,
            stall: 0,
            printer: 0,
            throttle: 1000,
            ...{ busy: 0, busy_until: 0, conflict: false },
        },
    });
    node.stations = [station(1, "bar", 2), station(2, "grill", 1), station(3, "old", 0, true)];
    const kitchen = await screen(browser, "/kitchen");
    const choice = kitchen.getByLabel("Station");
    await expect(choice.locator("option")).toHaveText(["All stations", "grill", "bar"]);
    await choice.selectOption("bar");
    await kitchen.reload();
    await expect(choice).toHaveValue("bar");
});

test("the board says how much a station has to make against its throttle", async ({ browser }) => {
    const usual = { busy: 0, busy_until: 0, hidden: false, conflict: false };
    const numbers = { number: 1, position: 0, stall: 0, printer: 0, throttle: 2 };
    node.stations = [{ id: "1".padStart(24, "0"), name: "grill", ...numbers, ...usual }];
    const sell = (quantity: number) =>
        node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 1, quantity }] });
    sell(1);
    const kitchen = await screen(browser, "/kitchen");
    const loads = kitchen.getByRole("list", { name: "How busy the stations are" });
    await expect(loads).toHaveText("grill: 1 to make, 2 in 5 min");
    sell(2);
    await expect(loads).toHaveText("Busygrill: 3 to make, 2 in 5 min");
    sell(6);
    await expect(loads).toContainText("Full: phones order nothing of it");
    await ticket(kitchen, "A3").getByRole("button", { name: "Accept" }).click();
    await ticket(kitchen, "A3").getByRole("button", { name: "Bump" }).click();
    await expect(loads).toContainText("3 to make");
    expect(await violations(kitchen)).toEqual([]);
});

test("a cook says in two taps that a station is busy, until when, and that it is over", async ({
    browser,
}) => {
    const usual = { busy: 0, busy_until: 0, hidden: false, conflict: false };
    const numbers = { position: 0, stall: 0, printer: 0, throttle: 1000 };
    node.stations = ["grill", "bar"].map((name, at) => ({
        ...{ id: `${at + 1}`.padStart(24, "0"), number: at + 1, name, ...numbers, ...usual },
    }));
    const kitchen = await screen(browser, "/kitchen");
    const loads = kitchen.getByRole("list", { name: "How busy the stations are" });
    const sayOf = async (station: string, what: RegExp) => {
        await kitchen.getByRole("button", { name: "Busy", exact: true }).click();
        const says = kitchen.locator(".station-says").filter({ hasText: station });
        await says.getByRole("button", { name: what }).click();
    };
    await expect(loads).toHaveCount(0);
    await sayOf("grill", /^\+20 min$/);
    await expect(loads).toHaveText(/^grill: \+20 min until \d+:\d\d/);
    await sayOf("grill", /^Until /);
    await expect.poll(() => node.stations[0].busy_until - Date.now()).toBeGreaterThan(3_500_000);
    expect(node.stations[0]).toMatchObject({ busy: 20 });
    await sayOf("bar", /phones$/);
    await expect(loads).toContainText("bar: no orders from phones until");
    const counter = await screen(browser, "/counter");
    const told = counter.getByRole("complementary", { name: "How busy the stations are" });
    await expect(told).toContainText("grill: +20 min until");
    await expect(told).toContainText("bar: no orders from phones until");
    await expect(told).toBeInViewport({ ratio: 1 });
    expect(await violations(counter)).toEqual([]);
    await kitchen.getByRole("button", { name: "Busy", exact: true }).click();
    expect(await violations(kitchen)).toEqual([]);
    await kitchen.keyboard.press("Escape");
    await sayOf("grill", /^As usual again$/);
    await sayOf("bar", /^As usual again$/);
    await expect(loads).toHaveCount(0);
    await expect(told).toHaveCount(0);
});

test("a grid keeps each ticket in its place until it is made", async ({ browser }) => {
    for (const item of [1, 2]) {
        node.place({ channel: "counter", mode: "eat-in", lines: [{ item, quantity: 1 }] });
    }
    const kitchen = await screen(browser, "/kitchen");
    await kitchen.getByRole("button", { name: "Grid" }).click();
    await kitchen.reload();
    const tickets = kitchen.locator(".board-grid .ticket h3");
    await expect(tickets).toHaveText(["A1", "A2"]);
    await ticket(kitchen, "A1").getByRole("button", { name: "Accept" }).click();
    await expect(ticket(kitchen, "A1").getByRole("button", { name: "Bump" })).toBeVisible();
    await expect(tickets).toHaveText(["A1", "A2"]);
    await ticket(kitchen, "A1").getByRole("button", { name: "Bump" }).click();
    await expect(tickets).toHaveText(["A2"]);
    await expect(kitchen.locator(".gap")).toHaveCount(0);
    await kitchen.getByRole("button", { name: "Columns" }).click();
    await expect(kitchen.locator(".column-ready .ticket h3")).toHaveText("A1");
});

test("the sound warning goes with the first tap of the shift", async ({ browser }) => {
    const kitchen = await screen(browser, "/kitchen");
    await kitchen.getByRole("button", { name: "Start shift (muted)" }).click();
    await kitchen.getByRole("button", { name: "Sound on" }).click();
    await kitchen.getByRole("button", { name: "Muted" }).click();
    await expect(kitchen.getByRole("button", { name: "Sound on" })).toBeVisible();
});

test("a kitchen rings for a new ticket, and again until somebody is there", async ({ browser }) => {
    const kitchen = await screen(browser, "/kitchen");
    await kitchen.clock.install();
    await kitchen.reload();
    const rung = await kitchen.evaluateHandle(() => {
        const tones = { count: 0 };
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (this: OscillatorNode, when?: number) {
            tones.count += 1;
            start.call(this, when);
        };
        return tones;
    });
    const count = () => rung.evaluate((tones) => tones.count);
    await kitchen.getByRole("button", { name: /^Start shift/ }).click();
    await expect(kitchen.getByRole("button", { name: "Sound on" })).toBeVisible();
    node.place({ channel: "counter", mode: "eat-in", lines: [{ item: 1, quantity: 1 }] });
    await expect.poll(count).toBe(2);
    await kitchen.clock.runFor(12_000);
    await expect.poll(count).toBe(4);
    await kitchen.locator("h1").click();
    await kitchen.clock.runFor(30_000);
    expect(await count()).toBe(4);
});
