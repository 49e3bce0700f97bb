import { describe, expect, it } from "vitest";
import { missingChoices } from "../src/base/options";
import type { Bill, PageItem } from "../src/base/protocol";

// What the page's modules look at when they are loaded.
Object.assign(globalThis, {
    location: { hash: "" },
    document: { documentElement: {} },
    localStorage: undefined,
});
const { linesAgain } = await import("../src/order/after");
const { place, owns, shownOwn } = await import("../src/order/shop");

const group = (name: string, min: number, ...names: string[]) => ({
    name,
    min,
    max: 1,
    choices: names.map((choice) => ({ name: choice, price: 0 })),
});
const item = (number: number, change: Partial<PageItem> = {}): PageItem => ({
    number,
    name: `item ${number}`,
    description: "",
    category: "",
    position: 0,
    price: 100,
    available: true,
    allergens: [],
    diet: [],
    groups: [],
    ...change,
});
const line = (number: number, ...options: string[]) => ({
    item: number,
    name: `item ${number}`,
    note: "no salt",
    options: options.map((name) => ({ name, price: 0 })),
    quantity: 2,
    discount: 0,
    payable: 200,
    tax_bp: 0,
});
const billOf = (...lines: Bill["lines"]): Bill => ({
    number: "A1",
    mode: "eat-in",
    at: 0,
    lines,
    rates: [],
    discount: 0,
    total: 0,
    tax: 0,
    paid_by: [],
    refunded: 0,
    due: 0,
});
const again = (bill: Bill, ...items: PageItem[]) =>
    linesAgain(bill, new Map(items.map((one) => [one.number, one])), missingChoices);

describe("the same again", () => {
    it("is what was bought, with its options, wherever they stand on the menu now", () => {
        const size = group("Size", 1, "small", "large");
        const spice = group("Spice", 0, "mild", "hot");
        const bill = billOf(line(1, "large", "hot"));
        expect(again(bill, item(1, { groups: [size, spice] })).lines).toEqual([
            {
                item: 1,
                quantity: 2,
                note: "no salt",
                options: [
                    { group: 0, choice: 1 },
                    { group: 1, choice: 1 },
                ],
            },
        ]);
        expect(again(bill, item(1, { groups: [spice, size] })).lines[0]?.options).toEqual([
            { group: 0, choice: 1 },
            { group: 1, choice: 1 },
        ]);
    });

    it("names what cannot be had as it was: sold out, gone, or otherwise chosen now", () => {
        const bill = billOf(line(1), line(2), line(3, "hot"), line(4), line(5));
        const found = again(
            bill,
            item(1, { available: false }),
            item(3),
            item(4, { groups: [group("Size", 1, "small")] }),
            item(5),
        );
        expect(found.without).toEqual(["item 1", "item 2", "item 3", "item 4"]);
        expect(found.lines.map(({ item: number }) => number)).toEqual([5]);
    });

    it("knows a name that two groups have apart", () => {
        const groups = [group("Bun", 0, "none", "seeds"), group("Sauce", 0, "none", "red")];
        expect(
            again(billOf(line(1, "none", "none")), item(1, { groups })).lines[0]?.options,
        ).toEqual([
            { group: 0, choice: 0 },
            { group: 1, choice: 0 },
        ]);
    });
});

it("a receipt's address is of its order", () => {
    owns.value = [{ id: "a", number: "A1", token: "t", how: "counter" }];
    for (const [at, found] of [
        ["a", "a"],
        ["a/receipt", "a"],
        ["", undefined],
        ["b", undefined],
    ]) {
        place.value = at as string;
        expect(shownOwn.value?.id).toBe(found);
    }
});
