import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { MenuItem, MenuNew } from "../src/base/protocol";
import { decimalOf, decimalText, groupsOf, groupsText } from "../src/office/cells";
import {
    categoriesOf,
    changesOf,
    choicesOf,
    type Form,
    itemOfForm,
    nextNumber,
    planOf,
} from "../src/office/menu-edit";
import { csvOfMenu, itemsOfCsv, itemsOfJson, jsonOfMenu, newOf } from "../src/office/menu-file";
import { fakeMenu } from "./fake-menu.mjs";

const menu = fakeMenu() as MenuItem[];
const example = new URL("../../docs/examples/menu.csv", import.meta.url);

describe("what an item may name", () => {
    it("is in use, or was chosen before", () => {
        const taxes = [
            { number: 1, name: "Food", hidden: false },
            { number: 2, name: "Old food", hidden: true },
        ];
        const offered = (chosen: number) =>
            choicesOf(taxes, chosen, "None").map(({ text }) => text);
        expect(offered(0)).toEqual(["None", "Food"]);
        expect(offered(2)).toEqual(["None", "Food", "Old food"]);
    });
});

describe("an amount", () => {
    it("is read with a point or a comma, with as many digits as its currency has", () => {
        expect(["6.5", "6,50", "-0.5", ".5", "7", "+1"].map((text) => decimalOf(text, 2))).toEqual([
            650, 650, -50, 50, 700, 100,
        ]);
        expect(decimalOf("300", 0)).toBe(300);
    });

    it("is none when it is something else, or finer than the currency", () => {
        for (const text of ["", "-", ".", "1.234", "1.2.3", "1 0", "a", "1e3", "99999999999.99"]) {
            expect(decimalOf(text, 2)).toBeNull();
        }
        expect(decimalOf("1.5", 0)).toBeNull();
    });

    it("is written so that it reads as it was", () => {
        for (const minor of [0, 5, -5, 50, 1234, -100]) {
            for (const digits of [0, 2, 3]) {
                expect(decimalOf(decimalText(minor, digits), digits)).toBe(minor);
            }
        }
    });
});

describe("options", () => {
    it("are groups with bounds, and choices with a price", () => {
        expect(groupsOf("Size 1-1: small | large +1.50; No thanks 0-2: onions -0.20", 2)).toEqual([
            {
                name: "Size",
                min: 1,
                max: 1,
                choices: [
                    { name: "small", price: 0 },
                    { name: "large", price: 150 },
                ],
            },
            { name: "No thanks", min: 0, max: 2, choices: [{ name: "onions", price: -20 }] },
        ]);
    });

    it("of another form are none", () => {
        for (const text of ["Size", "Size: small", "Size 1: a", "Size 1-1:", "S 1-1: a +x"]) {
            expect(groupsOf(text, 2)).toBeNull();
        }
    });

    it("are written so that they read as they were", () => {
        for (const { groups } of menu) {
            expect(groupsOf(groupsText(groups, 2), 2)).toEqual(groups);
        }
    });

    it("whose name ends as a price does keep it", () => {
        const choices = [
            { name: "Extra +1", price: 0 },
            { name: "Less -1", price: -50 },
        ];
        const groups = [{ name: "Size", min: 1, max: 1, choices }];
        expect(groupsText(groups, 2)).toBe("Size 1-1: Extra +1 +0.00 | Less -1 -0.50");
        expect(groupsOf(groupsText(groups, 2), 2)).toEqual(groups);
    });
});

describe("a file", () => {
    it("has the whole menu, both ways, as CSV and as JSON", () => {
        const whole = menu.map(newOf);
        expect(itemsOfCsv(csvOfMenu(menu, 2), 2)).toEqual(
            whole.map((item) =>
                // What is empty is left out of a table.
                Object.fromEntries(Object.entries(item).filter(([, value]) => isSaid(value))),
            ),
        );
        expect(itemsOfJson(jsonOfMenu(menu))).toEqual(whole);
        expect(planOf(menu, itemsOfCsv(csvOfMenu(menu, 2), 2)).writes).toEqual([]);
        expect(planOf(menu, itemsOfJson(jsonOfMenu(menu))).writes).toEqual([]);
    });

    it("is read as spreadsheets write it: a mark in front, quotes, lines of DOS, gaps", () => {
        const soup = '"Soup, ""hot""",7,"4,50","two\r\nlines"';
        const csv = `\uFEFFname,number,price,description\r\n${soup}\r\n\r\n`;
        expect(itemsOfCsv(csv, 2)).toEqual([
            { name: 'Soup, "hot"', number: 7, price: 450, description: "two\r\nlines" },
        ]);
    });

    it("that the documentation has is read whole", () => {
        const items = itemsOfCsv(readFileSync(example, "utf8"), 2);
        expect(items.length).toBeGreaterThan(20);
        expect(items.find(({ number }) => number === 10)).toMatchObject({
            name: "Spring rolls",
            price: 450,
            tax_eat_in: 1900,
            allergens: ["gluten", "soybeans"],
            groups: [{ name: "Dip", min: 0, max: 2 }],
        });
    });

    it("with something wrong is refused with its line", () => {
        const cases = {
            "": "empty",
            "number,name\n1,x": "line 1: a column is missing: price",
            "number,name,price,colour\n": "line 1: there is no column called colour",
            "number,name,price\n1,x,2\n2,y,abc\n": "line 3: price is not right",
            "number,name,price\n1,x,2,3\n": "line 2: too many cells",
            'number,name,price\n1,"x,2\n': "line 2: a quote that does not end",
            "number,name,price\n,x,2\n": "line 2: the item has no number",
        };
        for (const [csv, why] of Object.entries(cases)) {
            expect(() => itemsOfCsv(csv, 2), csv).toThrow(why);
        }
        expect(() => itemsOfJson("{")).toThrow("no JSON");
        expect(() => itemsOfJson("[]")).toThrow("no list called items");
        expect(() => itemsOfJson('{"items":[{"number":1}]}')).toThrow(
            "item 1: the item has no name",
        );
    });
});

function isSaid(value: unknown): boolean {
    return value !== "" && !(Array.isArray(value) && value.length === 0);
}

/** A form that says what @item has, but for @more. */
function formOf(item: MenuNew, more: Record<string, string> = {}): Form {
    const said: Record<string, string> = {
        name: item.name,
        number: String(item.number),
        price: decimalText(item.price, 2),
        category: item.category ?? "",
        station: item.station ?? "",
        position: String(item.position ?? 0),
        tax_eat_in: decimalText(item.tax_eat_in ?? 0, 2),
        tax_take_away: decimalText(item.tax_take_away ?? 0, 2),
        description: item.description ?? "",
        stock_policy: item.stock_policy ?? "off",
        ...more,
    };
    const lists: Record<string, string[]> = {
        allergens: [...(item.allergens ?? [])].reverse(),
        diet: item.diet ?? [],
        hidden: [],
    };
    return { one: (name) => said[name] ?? "", all: (name) => lists[name] ?? [] };
}

describe("an item that is edited", () => {
    const [item] = menu;
    if (item === undefined) {
        throw new Error("an empty menu");
    }

    it("writes nothing where nothing was changed, and else that alone", () => {
        expect(changesOf(item, itemOfForm(formOf(newOf(item)), 2, item.groups))).toEqual({});
        const dearer = itemOfForm(formOf(newOf(item), { price: "10,20" }), 2, item.groups);
        expect(changesOf(item, dearer)).toEqual({ price: 1020 });
        const bare = itemOfForm(formOf(newOf(item)), 2, []);
        expect(changesOf(item, bare)).toEqual({ groups: [] });
    });

    it("is refused with what to write instead", () => {
        const wrong = { price: "-1", name: "", position: "x", tax_eat_in: "a" };
        for (const [name, text] of Object.entries(wrong)) {
            expect(() => itemOfForm(formOf(newOf(item), { [name]: text }), 2, []), name).toThrow();
        }
    });
});

describe("a plan", () => {
    it("adds what is not there and changes what differs", () => {
        const [first, second] = menu.map(newOf);
        const wishes = [{ ...first, price: 1 }, second, { number: 999, name: "New", price: 5 }];
        const plan = planOf(menu, wishes as MenuNew[]);
        expect(plan).toMatchObject({ added: 1, changed: 1, same: 1 });
        expect(plan.writes).toEqual([
            { method: "PATCH", path: `/api/menu/${first?.number}`, body: { price: 1 } },
            { method: "POST", path: "/api/menu", body: wishes[2] },
        ]);
    });
});

describe("the list", () => {
    it("is by category in the order of screens, and numbers go on after the highest", () => {
        const moved = menu.map((item, at) => ({ ...item, position: menu.length - at }));
        const categories = categoriesOf(moved as MenuItem[]);
        expect(categories[0]?.name).toBe(menu.at(-1)?.category);
        expect(categories.flatMap(({ items }) => items)).toHaveLength(menu.length);
        expect(nextNumber(menu)).toBe(1 + Math.max(...menu.map(({ number }) => number)));
        expect(nextNumber([])).toBe(1);
    });
});
