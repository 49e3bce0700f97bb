import { beforeEach, describe, expect, it } from "vitest";
import type { Quote } from "../src/base/protocol";
import type { Group, Line } from "../src/order/shop";

// What the page's modules look at when they are loaded.
Object.assign(globalThis, {
    location: { hash: "" },
    document: { documentElement: {} },
    localStorage: undefined,
});

interface Request {
    readonly path: string;
    readonly token: string;
    readonly key: string;
    readonly body: unknown;
    answer(status: number, body?: object): void;
    fail(): void;
}

/** The node answers by hand. */
const requests: Request[] = [];
globalThis.fetch = (path, { headers = {}, body } = {}) => {
    const told = headers as Record<string, string>;
    return new Promise((resolve, reject) => {
        requests.push({
            path: String(path),
            token: told["Authorization"]?.replace("Bearer ", "") ?? "",
            key: told["Idempotency-Key"] ?? "",
            body: JSON.parse(String(body)),
            answer: (status, said = {}) => resolve(Response.json(said, { status })),
            fail: () => reject(new Error("away")),
        });
    });
};

const { keep, kept } = await import("../src/order/keep");
const { cart, group, noticesOf, owns, place, wordsOf } = await import("../src/order/shop");
const { Refusal } = await import("../src/order/node");
const { askQuote, leaveReview, order, quote, resume } = await import("../src/order/buy");

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
const line: Line = { id: 1, item: 11, quantity: 2, options: [], note: "", who: "Ana" };
const seen = { round: 0, version: 3 };
const made: Partial<Quote> = { id: "q1", ends_in_ms: 60_000, lines: [], total: 980 };

function groupOf(change: Partial<Group>): Group {
    const nothing = (): void => undefined;
    const isAgreed = (): boolean => false;
    const how = { put: nothing, change: nothing, hear: nothing, look: nothing, isAgreed };
    return { token: "group's", seen, isSettled: true, people: ["Ana"], ...how, ...change };
}

beforeEach(async () => {
    leaveReview();
    await settle();
    requests.length = 0;
    owns.value = [];
    cart.value = [line];
    place.value = "review";
    group.value = groupOf({});
    keep("token", "group's");
    keep("pending", null);
});

/** The price is on the page. */
async function showQuote(): Promise<void> {
    const asking = askQuote();
    await settle();
    requests.shift()?.answer(201, made);
    await asking;
}

describe("the price of a group's order", () => {
    it("is asked for once the node has all that this phone did", async () => {
        group.value = groupOf({ isSettled: false });
        await askQuote();
        expect(requests).toEqual([]);
        expect(quote.value).toBeNull();
        group.value = groupOf({});
        await showQuote();
        expect(quote.value).toMatchObject({ id: "q1", of: seen });
    });

    it("is what is ordered, with the cart that it was of", async () => {
        await showQuote();
        const ordering = order("counter");
        await settle();
        expect(requests).toMatchObject([{ path: "/api/orders", token: "group's" }]);
        expect(requests[0]?.body).toEqual({ channel: "phone", quote: "q1", cart: seen });
        requests[0]?.fail();
        await ordering;
    });

    it("is asked for and ordered once more where another phone's took its place", async () => {
        for (const isAgreed of [true, false]) {
            requests.length = 0;
            group.value = groupOf({ isAgreed: () => isAgreed });
            await showQuote();
            const ordering = order("counter");
            await settle();
            requests.shift()?.answer(410, { code: "gone" });
            await settle();
            requests.shift()?.answer(201, { ...made, id: "q2" });
            await settle();
            const again = requests.map(({ path, body }) => ({ path, body }));
            const body = { channel: "phone", quote: "q2", cart: seen };
            expect(again).toEqual(isAgreed ? [{ path: "/api/orders", body }] : []);
            requests[0]?.answer(410, { code: "gone" }); // once: then the person is asked
            await settle();
            requests[1]?.answer(201, { ...made, id: "q3" });
            await ordering;
            expect(requests).toHaveLength(isAgreed ? 2 : 0);
            keep("pending", null);
        }
    });

    it("is left to the others by who looks away, as his own is not", async () => {
        await showQuote();
        leaveReview();
        expect(requests).toEqual([]);
        group.value = null;
        await showQuote();
        leaveReview();
        await settle();
        expect(requests).toMatchObject([{ path: "/api/quotes/q1/drop" }]);
    });
});

describe("an order whose answer was lost", () => {
    beforeEach(async () => {
        group.value = null;
        keep("token", "own");
        await showQuote();
        void order("counter");
        await settle();
        requests[0]?.fail();
        await settle();
    });

    it("is asked for as who placed it, though he has joined others since", async () => {
        keep("token", "group's");
        const resumed = resume();
        await settle();
        expect(requests[1]).toMatchObject({ token: "own", key: requests[0]?.key });
        requests[1]?.answer(201, { id: "o1", number: "A1" });
        expect(await resumed).toBe(true);
        expect(owns.value).toMatchObject([{ id: "o1", number: "A1", token: "own" }]);
        expect(kept("token")).toBe("group's");
    });

    it("is asked for before another is placed, when its price ran out meanwhile", async () => {
        requests.length = 0;
        const asking = askQuote();
        await settle();
        requests.shift()?.answer(201, { ...made, id: "q2" });
        await asking;
        expect(quote.value).toMatchObject({ id: "q2" });
        const ordering = order("counter");
        await settle();
        expect(requests).toMatchObject([{ path: "/api/orders", body: { quote: "q1" } }]);
        requests[0]?.answer(201, { id: "o1", number: "A1" });
        await ordering;
        expect(requests).toHaveLength(1);
        expect(owns.value).toMatchObject([{ id: "o1" }]);
    });

    it("stays open while there is no answer", async () => {
        const resumed = resume();
        await settle();
        requests[1]?.fail();
        expect(await resumed).toBe(false);
    });

    it("is never placed as somebody else, when who placed it is known no more", async () => {
        keep("token", "group's");
        const resumed = resume();
        await settle();
        requests[1]?.answer(401);
        expect(await resumed).toBe(true);
        expect(requests).toHaveLength(2);
    });

    it("empties no cart but the one that it was of", async () => {
        keep("pending", { ...(kept("pending") as object), body: { quote: "q", cart: seen } });
        const resumed = resume();
        await settle();
        requests[1]?.answer(201, { id: "o1", number: "A1" });
        await resumed;
        expect(cart.value).toEqual([line]);
    });
});

describe("a kitchen that is busy", () => {
    it("is told in minutes, and when it is full in words of its own", () => {
        const range = { station: "grill", low_ms: 1_500_000, high_ms: 2_100_000 };
        expect(noticesOf({ busy: range })).toEqual([
            "The kitchen is busy: about 25 to 35 minutes.",
        ]);
        expect(noticesOf({})).toEqual([]);
        const problem = { title: "", detail: "", status: 409, station: "grill" };
        expect(wordsOf(new Refusal(409, problem as never))).toMatch(/^The kitchen has too much/);
        expect(wordsOf(new Refusal(409, { ...problem, station: undefined } as never))).not.toMatch(
            /too much/,
        );
    });
});
