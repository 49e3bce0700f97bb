import { expect, it } from "vitest";
import type { GroupCart } from "../src/base/protocol";
import { makeCrew } from "../src/order/crew";
import { type Edit, editFor, happenedBetween, peopleIn, shownLines } from "../src/order/edits";
import { enter } from "../src/order/group";
import type { Group } from "../src/order/shop";
import type { Host } from "../src/order/together";
import { HandClock } from "./world";

const line = (id: number, who: string, quantity = 1, item = 11) => ({
    id,
    who,
    item,
    quantity,
    options: [],
    note: "",
});
const cartOf = (version: number, ...lines: GroupCart["lines"]): GroupCart => ({
    version,
    round: 0,
    lines,
});
const edamame = { item: 11, quantity: 1, options: [], note: "" };

it("shows what is not sent yet beside what the node has, and says which is which", () => {
    const edits: Edit[] = [
        { key: "a", line: 1, delta: 2 },
        { key: "b", add: { ...edamame, item: 12 } },
        { key: "c", line: 2, delta: -1 },
    ];
    const shown = shownLines(cartOf(4, line(1, "Ana"), line(2, "Ben")), edits, "Ana");
    expect(shown).toMatchObject([
        { id: 1, quantity: 3 },
        { item: 12, who: "Ana", isUnsent: true },
    ]);
});

it("makes a line of the same person grow, and leaves another's alone", () => {
    const cart = cartOf(2, line(1, "Ben"), line(2, "Ana"));
    expect(editFor("k", { add: edamame, cart, who: "Ana" })).toEqual({
        key: "k",
        line: 2,
        delta: 1,
    });
    expect(editFor("k", { add: edamame, cart, who: "Eva" })).toEqual({ key: "k", add: edamame });
    const spicy = { ...edamame, note: "spicy" };
    expect(editFor("k", { add: spicy, cart, who: "Ana" })).toEqual({ key: "k", add: spicy });
});

it("names this phone's person first, and each once", () => {
    expect(peopleIn([line(1, "Ben"), line(2, "Ana"), line(3, "Ben")], "Ana")).toEqual([
        "Ana",
        "Ben",
    ]);
});

it("says what others did, and nothing of what this person did", () => {
    const before = cartOf(1, line(1, "Ana"));
    const after = cartOf(3, line(1, "Ana"), line(2, "Ben"), line(3, "Ana"));
    expect(happenedBetween(before, after, "Ana")).toMatchObject({ line: { who: "Ben" } });
    expect(happenedBetween(before, cartOf(2, line(1, "Ana", 2)), "Ana")).toBeUndefined();
    expect(happenedBetween(before, cartOf(2), "Ana")).toEqual({ what: "emptied" });
    const placed = { ...cartOf(2), round: 1, placed: { round: 0, order: "o" } };
    expect(happenedBetween(before, placed, "Ana")).toEqual({ what: "placed" });
});

class Refused extends Error {
    readonly problem: { away: boolean };
    constructor(readonly status: number) {
        super();
        this.problem = { away: status === 503 };
    }
}

interface Request {
    path: string;
    key?: string;
    body?: unknown;
    answer(cart: GroupCart): void;
    fail(status: number): void;
}

/** A phone's crew, each of its requests answered by hand. */
function board(stored: Record<string, unknown> = {}) {
    const clock = new HandClock();
    const requests: Request[] = [];
    let keys = 0;
    const shelf = new Map(Object.entries(stored));
    const own: { id: string }[] = [];
    const host = {
        clock,
        group: { value: null },
        cart: { value: [] as object[] },
        news: { value: "" },
        place: { value: "" },
        sheet: { value: null },
        items: { value: new Map([[11, { name: "Edamame" }]]) },
        owns: { value: own },
        keep: (name: string, value: unknown) => shelf.set(name, value),
        kept: (name: string) => shelf.get(name) ?? undefined,
        keptCart: () => [],
        setCart(lines: object[]) {
            host.cart.value = lines;
        },
        cartChanged: () => undefined,
        keepOwn: (order: { id: string }) => own.push(order),
        wordsOf: () => "refused",
        go(to: string) {
            host.place.value = to;
        },
        t: (name: string) => name,
        newKey: () => `key${keys++}`,
        epoch: () => 0,
        renewBy: () => undefined,
        isTold: () => true,
        Refusal: Refused,
        askAsOwn: (_: string, path: string, asked: object) =>
            new Promise((answer, reject) => {
                requests.push({
                    path,
                    ...asked,
                    answer: (body) => answer({ body }),
                    fail: (status) => reject(status ? new Refused(status) : new Error("away")),
                });
            }),
    };
    Object.assign(globalThis, {
        document: { addEventListener: () => undefined, visibilityState: "visible" },
    });
    const crew = makeCrew(host as unknown as Host);
    const put = (): void =>
        (host.group.value as unknown as { put(add: object): void } | null)?.put(edamame);
    const edits = (): Request[] => requests.filter(({ path }) => path !== "/api/cart");
    return { clock, crew, host, requests, edits, put, own, shelf };
}

/** @return the crew's group, as the page has it */
const groupIn = (host: { group: { value: unknown } }): Group => host.group.value as Group;

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
const ana = { link: "l", token: "secret", who: "Ana" };

it("sends what got no answer again with its key, and shows it as not sent meanwhile", async () => {
    const { clock, crew, host, edits, put } = board();
    crew.join(ana, []);
    put();
    expect(host.cart.value).toMatchObject([{ item: 11, isUnsent: true }]);
    edits()[0]?.fail(0);
    await settle();
    clock.pass(1_000);
    await settle();
    expect(edits().map(({ key }) => key)).toEqual(["key0", "key0"]);
    edits()[1]?.answer(cartOf(1, line(1, "Ana")));
    await settle();
    expect(host.cart.value).toMatchObject([{ id: 1, quantity: 1 }]);
    expect(edits()).toHaveLength(2);
});

it("sends after a reload what was not sent before", async () => {
    const before = { group: ana, edits: [{ key: "k", add: edamame }], groupCart: cartOf(3) };
    const { edits, host } = board(before);
    expect(edits()).toMatchObject([{ path: "/api/cart/lines", key: "k", body: { who: "Ana" } }]);
    expect(host.group.value).toMatchObject({ seen: { version: 3 } });
});

it("says that a line was taken out by another, and sends what follows", async () => {
    const before = {
        group: ana,
        groupCart: cartOf(2, line(1, "Ben")),
        edits: [
            { key: "a", line: 1, delta: 1 },
            { key: "b", add: edamame },
        ],
    };
    const { edits, host } = board(before);
    edits()[0]?.fail(404);
    await settle();
    expect(host.news.value).toBe("lineGone");
    expect(edits().map(({ key }) => key)).toEqual(["a", "b"]);
});

it("leads to an order that another phone placed, once, and follows it", async () => {
    const { requests, host, own } = board({ group: ana, groupCart: cartOf(2, line(1, "Ben")) });
    const placed = { ...cartOf(3), round: 1, placed: { round: 0, order: "o1" } };
    requests[0]?.answer(placed);
    await settle();
    expect(host.place.value).toBe("o1");
    expect(host.news.value).toBe("groupPlaced");
    expect(own).toMatchObject([{ id: "o1", token: "secret" }]);
});

it("leaves with words when the cart is no more", async () => {
    const { requests, host, crew, shelf } = board({ group: ana });
    requests[0]?.fail(404);
    await settle();
    expect(crew.member()).toBeNull();
    expect(host.news.value).toBe("groupGone");
    expect(shelf.get("token")).toBeNull();
});

it("asks often for a cart that another device keeps, of which its line tells nothing", async () => {
    const { clock, requests } = board({ group: ana });
    requests[0]?.answer({ ...cartOf(1), away: true });
    await settle();
    clock.pass(3_000);
    expect(requests).toHaveLength(2);
    requests[1]?.answer(cartOf(1));
    await settle();
    clock.pass(3_000);
    expect(requests).toHaveLength(2);
});

it("says once that the cart cannot be reached, and stays", async () => {
    const { clock, requests, host, crew } = board({ group: ana, groupCart: cartOf(1) });
    requests[0]?.fail(503);
    await settle();
    expect(host.news.value).toBe("groupAway");
    expect(crew.member()).toMatchObject(ana);
    host.news.value = "";
    clock.pass(3_000);
    requests[1]?.fail(503);
    await settle();
    expect(host.news.value).toBe("");
    clock.pass(3_000);
    requests[2]?.answer(cartOf(2, line(1, "Ben")));
    await settle();
    expect(host.cart.value).toMatchObject([{ who: "Ben" }]);
});

it("brings along what this person put into a cart out of reach, and no more", async () => {
    const groupCart = cartOf(3, line(1, "Ana", 2), line(2, "Ben"), line(3, "Ana", 1, 12));
    const edits = [{ key: "k", add: { ...edamame, item: 13 } }];
    const away = board({ group: ana, groupCart, edits });
    away.requests.find(({ path }) => path === "/api/cart")?.fail(503);
    await settle();
    away.crew.leave("");
    expect(away.host.cart.value).toMatchObject([
        { item: 11, quantity: 2 },
        { item: 12 },
        { item: 13 },
    ]);
    const gone = board({ group: ana, groupCart });
    gone.requests[0]?.fail(404);
    await settle();
    expect(gone.host.cart.value).toHaveLength(2);
    const near = board({ group: ana, groupCart });
    near.crew.leave("");
    expect(near.host.cart.value).toEqual([]);
});

it("is settled once the node has answered all that this phone did", async () => {
    const { host, edits } = board({ group: ana, groupCart: cartOf(2, line(1, "Ana")) });
    expect(groupIn(host)).toMatchObject({ isSettled: true, seen: { version: 2 } });
    groupIn(host).change(1, 1);
    expect(host.cart.value).toMatchObject([{ quantity: 2 }]); // which the node has not yet
    expect(groupIn(host)).toMatchObject({ isSettled: false, seen: { version: 2 } });
    edits()[0]?.answer(cartOf(3, line(1, "Ana", 2)));
    await settle();
    expect(groupIn(host)).toMatchObject({ isSettled: true, seen: { version: 3 } });
});

it("shows a dish once, though the line tells of it before the node has answered", async () => {
    const { host, edits, put } = board({ group: ana, groupCart: cartOf(1, line(1, "Ana")) });
    const quantities = () => (host.cart.value as { quantity: number }[]).map((one) => one.quantity);
    put();
    groupIn(host).hear(cartOf(2, line(1, "Ana", 2)), false);
    expect(quantities()).toEqual([2]);
    groupIn(host).hear(cartOf(3, line(1, "Ana", 2), line(2, "Ben")), false);
    edits()[0]?.answer(cartOf(2, line(1, "Ana", 2)));
    await settle();
    expect(quantities()).toEqual([2, 1]);
    expect(host.news.value).toBe("groupAdded");
});

it("waits with what the line tells while an edit has no answer, and no longer", async () => {
    const { clock, host, edits, put } = board({ group: ana, groupCart: cartOf(1) });
    const whose = () => (host.cart.value as { who: string }[]).map(({ who }) => who);
    put();
    groupIn(host).hear(cartOf(2, line(1, "Ana")), false);
    edits()[0]?.fail(0); // it may be done
    await settle();
    expect(whose()).toEqual(["Ana"]);
    clock.pass(1_000);
    await settle();
    groupIn(host).hear(cartOf(3, line(1, "Ana"), line(2, "Ben")), false);
    edits()[1]?.fail(429); // it is not
    await settle();
    expect(whose()).toEqual(["Ana", "Ben", "Ana"]);
});

it("hears nothing of a group that it left, however late the answers come", async () => {
    const { crew, requests, host, own, put, shelf } = board({ group: ana, groupCart: cartOf(1) });
    put();
    crew.leave("");
    crew.join({ link: "other", token: "another", who: "Ana" }, []);
    const placed = { ...cartOf(9, line(1, "Ben")), round: 1, placed: { round: 0, order: "o1" } };
    requests[0]?.answer(placed); // the cart
    requests[1]?.answer(placed); // the edit
    await settle();
    expect(host.cart.value).toEqual([]);
    expect(shelf.get("groupCart")).toBeNull();
    expect(own).toEqual([]);
    requests[2]?.fail(404); // the other group's cart
    await settle();
    expect(host.news.value).toBe("groupGone");
});

it("stays in its group when the former one's is gone, and says nothing of its edits", async () => {
    const { crew, requests, host, put } = board({ group: ana, groupCart: cartOf(1) });
    put();
    crew.leave("");
    crew.join({ link: "other", token: "another", who: "Ana" }, []);
    requests[0]?.fail(404);
    requests[1]?.fail(404);
    await settle();
    expect(crew.member()).toMatchObject({ link: "other" });
    expect(host.news.value).toBe("");
});

interface Drawn {
    readonly props: { readonly actions: Drawn; onClick(): void };
}

it("brings nothing to a group while an order of it has no answer", async () => {
    const { host } = board();
    const opened: string[] = [];
    let isAnswered = false;
    Object.assign(globalThis, {
        CSSStyleSheet: class {
            replaceSync = (): void => undefined;
        },
    });
    Object.assign(document, { adoptedStyleSheets: [] });
    const said = { value: "" };
    const room = enter({
        ...host,
        name: { value: "Ana" },
        cell: (value: unknown) => (value === "" ? said : { value }),
        learn: () => undefined,
        setCart: () => undefined,
        resume: async () => isAnswered,
        ask: async (_: string, path: string) => {
            opened.push(path);
            return { body: { token: "secret", link: "l" } };
        },
        askAsOwn: () => new Promise(() => undefined),
    } as unknown as Host);
    room.come(null);
    const begin = (): void => (room.view() as unknown as Drawn).props.actions.props.onClick();
    begin();
    await settle();
    expect(said.value).toBe("orderOpen");
    expect(opened).toEqual([]);
    isAnswered = true;
    begin();
    await settle();
    expect(opened).toEqual(["/api/cart"]);
});
