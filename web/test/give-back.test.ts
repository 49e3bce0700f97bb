import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Line, Order } from "../src/base/protocol";
import {
    freeUnits,
    givenBack,
    leftOnCard,
    priceOf,
    unitPrice,
    wishAmount,
    wishUnits,
} from "../src/counter/give-back";

type Provider = NonNullable<Order["provider"]>;
type Wish = Provider["wishes"][number];

const line = (id: number, quantity: number, payable: number): Line =>
    ({ id, quantity, payable, name: `Dish ${id}`, state: "active" }) as Line;

const wish = (parts: Partial<Wish>): Wish => ({
    id: "0".repeat(32),
    state: "refunded",
    amount: 0,
    open: 0,
    automatic: false,
    reason: "",
    lines: [],
    ...parts,
});

/** Three for 10.00, and one for 4.50, of which so much was charged. */
function order(wishes: readonly Wish[] = [], received = 1450, refunded = 0): Order {
    const payment = { id: "pi_1", state: "succeeded", amount: received, held: 0 };
    return {
        lines: [line(1, 3, 1000), line(2, 1, 450)],
        provider: { payments: [{ ...payment, received, refunded }], wishes },
    } as unknown as Order;
}

describe("units", () => {
    test("of a line add up to what it cost, and differ by a cent at most", () => {
        const payable = fc.integer({ min: 1, max: 1e6 });
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 50 }), payable, (quantity, cost) => {
                const of = line(1, quantity, cost);
                const prices = Array.from({ length: quantity }, (_, at) => unitPrice(of, at + 1));
                expect(prices.reduce((sum, price) => sum + price, 0)).toBe(cost);
                expect(Math.max(...prices) - Math.min(...prices)).toBeLessThanOrEqual(1);
                expect([...prices].sort((a, b) => b - a)).toEqual(prices);
            }),
        );
    });

    test("are wished once: the next is another one", () => {
        const before = order([wish({ lines: [{ line: 1, units: [1] }] })], 1450, 334);
        expect(freeUnits(before, before.lines[0] as Line)).toEqual([2, 3]);
        const counts = new Map([[1, 1]]);
        expect(priceOf(before, counts)).toBe(333);
        expect(wishUnits(before, counts, "cold")).toEqual({
            lines: [{ line: 1, units: [2] }],
            reason: "cold",
        });
    });

    test("whose refund failed may be wished again", () => {
        const before = order([wish({ state: "failed", lines: [{ line: 2, units: [1] }] })]);
        expect(freeUnits(before, before.lines[1] as Line)).toEqual([1]);
    });

    test("of a line that is refused or void are not charged, and so not given back", () => {
        const { lines } = order();
        const refused = { ...(lines[0] as Line), state: "refused" } as Line;
        expect(freeUnits(order(), refused)).toEqual([]);
    });
});

describe("an amount", () => {
    test("has the next number among amounts that people asked for", () => {
        const wishes = [
            wish({ lines: [{ line: 1, units: [1] }] }),
            wish({ automatic: true }),
            wish({ state: "wished" }),
        ];
        expect(wishAmount(order(wishes), 100, "late")).toEqual({
            amount: 100,
            slot: 2,
            reason: "late",
        });
    });
});

test("what is left on the card is what was charged, less what went back or is going to", () => {
    const wishes = [
        wish({ state: "refunded", amount: 334 }),
        wish({ state: "pending", amount: 450, open: 450 }),
    ];
    expect(leftOnCard(order(wishes, 1450, 334))).toBe(1450 - 334 - 450);
    expect(leftOnCard({ lines: [] } as unknown as Order)).toBe(0);
});

test("what becomes of it is said in words, with its reason", () => {
    const said = givenBack(order([wish({ state: "pending", amount: 450, reason: "Not good" })]));
    expect(said.map(({ name, amount }) => [name, amount])).toEqual([
        ["On its way to the card: Not good", 450],
    ]);
});
