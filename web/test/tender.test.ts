import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cardPart, cashPart, methodText, nextShare, returnable } from "../src/counter/tender";

let ids = 0;
function payment(method: string, amount: number, refund = false, reference = "") {
    ids += 1;
    return { id: String(ids), method, amount, tendered: 0, refund, reference };
}

/** An order with these payments. */
function paidBy(...payments: ReturnType<typeof payment>[]) {
    const sum = (isRefund: boolean): number =>
        payments
            .filter(({ refund }) => refund === isRefund)
            .reduce((total, { amount }) => total + amount, 0);
    return { payments, paid: sum(false), refunded: sum(true) };
}

describe("equal parts", () => {
    test("add up to the bill, and differ by the smallest coin at most", () => {
        const bill = fc.integer({ min: 1, max: 1e7 });
        const guests = fc.integer({ min: 1, max: 30 });
        fc.assert(
            fc.property(bill, guests, fc.constantFrom(1, 5, 10), (all, count, step) => {
                fc.pre(all >= 2 * count * step);
                let left = all;
                const shares: number[] = [];
                for (let still = count; still > 0; still -= 1) {
                    shares.push(nextShare(left, still, step));
                    left -= shares.at(-1) ?? 0;
                }
                expect(left).toBe(0);
                expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(2 * step);
                for (const share of shares.slice(0, -1)) {
                    expect(share % step).toBe(0);
                }
            }),
        );
    });

    test("are said as a waiter would: three for ten euros", () => {
        expect(nextShare(1000, 3, 1)).toBe(333);
        expect(nextShare(667, 2, 1)).toBe(334);
        expect(nextShare(333, 1, 1)).toBe(333);
        expect(nextShare(1, 3, 1)).toBe(0);
    });
});

describe("a part in cash", () => {
    test("is what is given, without change, until it covers what is left", () => {
        expect(cashPart(2180, null, 1000, 1)).toEqual({ amount: 1000, tendered: 0, change: 0 });
        expect(cashPart(1180, null, 2000, 1)).toEqual({
            amount: 1180,
            tendered: 2000,
            change: 820,
        });
        expect(cashPart(1180, null, 0, 1)).toEqual({ amount: 1180, tendered: 0, change: 0 });
        expect(cashPart(0, null, 500, 1)).toBeNull();
    });

    test("of a guest's share gives that guest his change, and asks for all of it", () => {
        expect(cashPart(2180, 545, 1000, 1)).toEqual({ amount: 545, tendered: 1000, change: 455 });
        expect(cashPart(2180, 545, 500, 1)).toBeNull();
    });

    test("gives change from the sum in coins that there are", () => {
        expect(cashPart(1083, null, 2000, 5)).toEqual({
            amount: 1083,
            tendered: 2000,
            change: 915,
        });
        expect(cashPart(1083, null, 1084, 5)).toEqual({ amount: 1083, tendered: 0, change: 0 });
    });

    test("never is more than what is left, nor gives change before the last", () => {
        const sum = fc.integer({ min: 1, max: 1e7 });
        fc.assert(
            fc.property(sum, fc.nat(1e8), fc.constantFrom(1, 5), (left, typed, step) => {
                const part = cashPart(left, null, typed, step);
                expect(part?.amount).toBeLessThanOrEqual(left);
                expect(part?.change === 0 || part?.amount === left).toBe(true);
            }),
        );
    });
});

test("a part by card is what it says and no more than is left", () => {
    expect(cardPart(1180, null, 0)?.amount).toBe(1180);
    expect(cardPart(1180, null, 500)?.amount).toBe(500);
    expect(cardPart(1180, null, 1200)).toBeNull();
    expect(cardPart(1180, 295, 1000)?.amount).toBe(295);
});

test("a part says how it was paid, and the slip of the terminal", () => {
    expect(methodText(payment("cash", 1))).toBe("cash");
    expect(methodText(payment("card-external", 1, false, "4711"))).toBe("card, slip 4711");
});

describe("giving a part back", () => {
    test("ends with it: a refund of the same sum was of that part", () => {
        const cash = payment("cash", 1000);
        const card = payment("card-external", 1180);
        expect([...returnable(paidBy(cash, card))]).toEqual([
            [cash.id, 1000],
            [card.id, 1180],
        ]);
        const back = payment("card-external", 1180, true);
        expect([...returnable(paidBy(cash, card, back))]).toEqual([[cash.id, 1000]]);
    });

    test("of two alike the second can still be given back, once", () => {
        const two = [payment("cash", 500), payment("cash", 500)];
        expect(returnable(paidBy(...two, payment("cash", 500, true))).size).toBe(1);
        const both = [payment("cash", 500, true), payment("cash", 500, true)];
        expect(returnable(paidBy(...two, ...both)).size).toBe(0);
    });

    test("is no more than is here of it, whichever way some went back", () => {
        const first = payment("cash", 1000);
        const last = payment("cash", 700);
        const order = paidBy(first, last, payment("cash", 900, true));
        expect([...returnable(order)]).toEqual([[first.id, 800]]);
        const card = payment("card-external", 600);
        expect([...returnable(paidBy(card, payment("cash", 500, true)))]).toEqual([[card.id, 100]]);
    });

    test("is not the till's where the card provider has the money", () => {
        expect(returnable(paidBy(payment("card-online", 900))).size).toBe(0);
    });
});
