import { describe, expect, it } from "vitest";
import { lackingGroup } from "../src/base/lacking";
import { choicesOut, missingChoices } from "../src/base/options";
import { soldOutLines } from "../src/counter/shortage";
import { sharedChoices } from "../src/kitchen/sold-out";
import { item } from "./world";

const choice = (name: string, out = false) => ({ name, price: 0, ...(out ? { out } : {}) });
const milk = (min: number, ...choices: ReturnType<typeof choice>[]) => ({
    ...{ name: "Milk", min, max: 1 },
    choices,
});
const both = [choice("Cow"), choice("Oat", true)] as const;
const latte = item(1, { name: "Latte", groups: [milk(1, ...both)] });

describe("a choice that is out", () => {
    it("has to be chosen otherwise where it is chosen already", () => {
        expect(missingChoices(latte, [{ group: 0, choice: 1 }])).toEqual(["Milk"]);
        expect(missingChoices(latte, [{ group: 0, choice: 0 }])).toEqual([]);
        expect(missingChoices(latte, [])).toEqual(["Milk"]);
        expect(choicesOut(latte, [{ group: 0, choice: 1 }])).toBe("Oat");
        expect(choicesOut(latte, [{ group: 0, choice: 0 }])).toBe("");
    });

    it("takes the item with it where too few are left of what has to be chosen", () => {
        expect(lackingGroup(latte)).toBe("");
        expect(lackingGroup({ groups: [milk(1, choice("Oat", true))] })).toBe("Milk");
        expect(lackingGroup({ groups: [milk(0, choice("Oat", true))] })).toBe("");
    });

    it("marks the lines of an order that name it", () => {
        const line = (at: number) => ({
            ...{ id: at, item: 1, quantity: 1, note: "" },
            options: [{ group: 0, choice: at }],
        });
        const items = new Map([[1, latte]]);
        expect(soldOutLines([line(0), line(1)], items).map(({ id }) => id)).toEqual([1]);
    });
});

describe("the cooks' choices", () => {
    it("are one for all dishes that offer them, those that are out somewhere first", () => {
        const tea = item(2, { name: "Tea", groups: [milk(0, choice("Oat"), choice("Lemon"))] });
        const told = sharedChoices([tea, latte]).map(({ name, items, left }) => [
            name,
            items.map(({ number }) => number),
            left.map(({ number }) => number),
        ]);
        expect(told).toEqual([
            ["Oat", [2, 1], [2]],
            ["Lemon", [2], [2]],
            ["Cow", [1], [1]],
        ]);
    });
});
