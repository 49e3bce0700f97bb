import { describe, expect, test } from "vitest";
import { addLine, addPlain, type Items } from "../src/base/cart";
import { typedNumber } from "../src/counter/keypad";
import { findOrders } from "../src/counter/orders";
import { keepLines, labelFor, type Parked, takeUp, totalOf } from "../src/counter/parked";
import { item, order } from "./world";

const sizes = {
    name: "Size",
    min: 1,
    max: 1,
    choices: [
        { name: "Small", price: 0 },
        { name: "Large", price: 150 },
    ],
};
const burger = item(1, { name: "Burger", price: 950, groups: [sizes] });
const water = item(2, { name: "Water", price: 200 });
const menu = (...shown: (typeof water)[]): Items => new Map(shown.map((one) => [one.number, one]));
const before = menu(burger, water);
const large = { item: 1, quantity: 2, options: [{ group: 0, choice: 1 }], note: "" };
const kept = keepLines(addLine(addPlain([], 2), large), before);
const money = (amount: number): string => (amount / 100).toFixed(2);

function parked(label: string): Parked {
    const rest = { mode: "eat-in", name: "", table: "", target: "" } as const;
    return { ...rest, id: 1, label, at: 0, total: 0, lines: [] };
}

describe("a cart that is taken up again", () => {
    test("is as it was, with nothing to say, where nothing changed", () => {
        const { cart, notes } = takeUp(kept, before, money);
        expect(cart).toEqual(addLine(addPlain([], 2), large));
        expect(notes).toEqual([]);
        expect(totalOf({ lines: kept, mode: "eat-in" }, before, null)).toBe(200 + 2 * 1100);
    });

    test("says what costs another sum now, and what is sold out", () => {
        const now = menu({ ...burger, price: 900 }, { ...water, available: false });
        const { cart, notes } = takeUp(kept, now, money);
        expect(cart).toHaveLength(2);
        expect(notes).toEqual(["Water is sold out.", "Burger costs 10.50 now; it was 11.00."]);
    });

    test("is without what is no more to be had as it was wanted, and says so", () => {
        const swapped = { ...sizes, choices: [...sizes.choices].reverse() };
        const { cart, notes } = takeUp(kept, menu({ ...burger, groups: [swapped] }), money);
        expect(cart).toEqual([]);
        expect(notes).toEqual([
            "Water is not on the menu any more, and was taken out.",
            "Burger (Large) was taken out: its options are others now. Add it again.",
        ]);
        const hidden = menu(burger, { ...water, hidden: true });
        expect(takeUp(kept, hidden, money).cart).toHaveLength(1);
    });
});

test("a cart is parked under its name, its table, or the next number that is free", () => {
    expect(labelFor(" Ana ", "4", [])).toBe("Ana");
    expect(labelFor("", "4", [])).toBe("Table 4");
    expect(labelFor("", "", [parked("1"), parked("3")])).toBe("2");
});

describe("an order", () => {
    const orders = ["A1", "A11", "B11", "A113"].map((number) =>
        order(number, { number, numbers: [number], name: number === "B11" ? "Ana" : "" }),
    );
    const found = (wanted: string) => findOrders(orders, wanted).map(({ number }) => number);

    test("is found by the number that the guest says, with or without its letter", () => {
        expect(found("a11")).toEqual(["A11", "A113"]);
        expect(found("11")).toEqual(["A11", "B11", "A113"]);
        expect(found("113 ")).toEqual(["A113"]);
        expect(found("7")).toEqual([]);
    });

    test("is found by its name, and all are there while nothing is wanted", () => {
        expect(found("ana")).toEqual(["B11"]);
        expect(found("")).toEqual(["A1", "A11", "B11", "A113"]);
    });
});

test("a number of things is typed in two digits at most, and may be none", () => {
    const typed = (keys: string[]): string => keys.reduce(typedNumber, "");
    expect(typed(["1", "2"])).toBe("12");
    expect(typed(["1", "2", "3"])).toBe("12");
    expect(typed(["0"])).toBe("0");
    expect(typed(["0", "7"])).toBe("7");
    expect(typed(["1", "2", "⌫"])).toBe("1");
});
