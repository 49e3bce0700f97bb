// What a form or a file changes of the menu: only fields that differ are written, so that what
// somebody else changes meanwhile stays.
import type { Group, MenuItem, MenuNew } from "../base/protocol";
import { decimalOf, rateOf } from "./cells";
import { fields } from "./menu-file";
import { t } from "./menu-words";
import { t as say } from "./words";

export const allergens = [
    "gluten",
    "crustaceans",
    "eggs",
    "fish",
    "peanuts",
    "soybeans",
    "milk",
    "nuts",
    "celery",
    "mustard",
    "sesame",
    "sulphites",
    "lupin",
    "molluscs",
] as const satisfies readonly MenuItem["allergens"][number][];
export const diets = [
    "vegetarian",
    "vegan",
    "halal",
    "kosher",
] as const satisfies readonly MenuItem["diet"][number][];
export const policies = [
    { value: "off", text: "notCounted" },
    { value: "warn", text: "countedSold" },
    { value: "strict", text: "countedStrict" },
] as const;

/** Records that an item may name: what is out of use stays only where it is chosen already. */
export function choicesOf(
    list: readonly { number: number; name: string; hidden: boolean }[],
    chosen: number,
    none: string,
) {
    const usable = list.filter(({ number, hidden }) => !hidden || number === chosen);
    return [
        { value: "0", text: none },
        ...usable.map(({ number, name }) => ({ value: `${number}`, text: name })),
    ];
}

/** The parts of a form, by name. */
export interface Form {
    one(name: string): string;
    all(name: string): string[];
}

/** What is wrong in a form, for a person. */
export class BadForm extends Error {}

function wanted<T>(value: T | null, why: string): T {
    if (value === null) {
        throw new BadForm(why);
    }
    return value;
}

function countOf(form: Form, name: string, what: string): number {
    const text = form.one(name);
    const value = text === "" ? 0 : decimalOf(text, 0);
    return value !== null && value >= 0 ? value : wanted<number>(null, t("needWhole", { what }));
}

/** A whole item as the form has it, with its options; throws a BadForm. */
export function itemOfForm(form: Form, digits: number, groups: Group[]): MenuNew {
    const price = decimalOf(form.one("price"), digits);
    const name = form.one("name");
    if (name === "") {
        throw new BadForm(t("needName"));
    }
    return {
        number: countOf(form, "number", t("number")),
        name,
        price: wanted(price !== null && price >= 0 ? price : null, t("needPrice")),
        category: form.one("category"),
        position: countOf(form, "position", say("position")),
        stall: countOf(form, "stall", t("stall")),
        tax: countOf(form, "tax", t("tax")),
        tax_eat_in: wanted(rateOf(form.one("tax_eat_in") || "0"), t("needTax")),
        tax_take_away: wanted(rateOf(form.one("tax_take_away") || "0"), t("needTax")),
        station: form.one("station"),
        allergens: form.all("allergens") as MenuItem["allergens"],
        diet: form.all("diet") as MenuItem["diet"],
        description: form.one("description"),
        groups,
        hidden: form.all("hidden").length > 0,
        stock_policy: form.one("stock_policy") as MenuItem["stock_policy"],
    };
}

function isSame(one: unknown, other: unknown): boolean {
    const sorted = (value: unknown): unknown =>
        Array.isArray(value) && value.every((part) => typeof part === "string")
            ? [...value].sort()
            : value;
    return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** The fields of @wish that differ from what the item has. */
export function changesOf(item: MenuItem, wish: MenuNew): Partial<MenuNew> {
    const differing = fields.filter(
        (field) =>
            field !== "number" && wish[field] !== undefined && !isSame(wish[field], item[field]),
    );
    return Object.fromEntries(differing.map((field) => [field, wish[field]]));
}

/** One write to the node. */
export interface Write {
    readonly method: "POST" | "PATCH";
    readonly path: string;
    readonly body: object;
}

/** What makes the menu have @wish; null: it does. */
export function writeOf(items: readonly MenuItem[], wish: MenuNew): Write | null {
    const item = items.find(({ number }) => number === wish.number);
    if (item === undefined) {
        return { method: "POST", path: "/api/menu", body: wish };
    }
    const body = changesOf(item, wish);
    return Object.keys(body).length > 0
        ? { method: "PATCH", path: `/api/menu/${wish.number}`, body }
        : null;
}

export interface Plan {
    readonly writes: readonly Write[];
    readonly added: number;
    readonly changed: number;
    readonly same: number;
}

/** What a file would do. */
export function planOf(items: readonly MenuItem[], wishes: readonly MenuNew[]): Plan {
    const writes = wishes.map((wish) => writeOf(items, wish)).filter((one) => one !== null);
    const added = writes.filter(({ method }) => method === "POST").length;
    const changed = writes.length - added;
    return { writes, added, changed, same: wishes.length - writes.length };
}

/** The first free number after the highest; a node that is not told one makes up a long one. */
export function nextNumber(items: readonly { readonly number: number }[]): number {
    return 1 + Math.max(0, ...items.map(({ number }) => number));
}

export interface Category {
    readonly name: string;
    readonly items: readonly MenuItem[];
}

/** As screens order them: by place, then by number. */
export function categoriesOf(items: readonly MenuItem[]): Category[] {
    const sorted = [...items].sort((a, b) => a.position - b.position || a.number - b.number);
    const names = [...new Set(sorted.map(({ category }) => category))];
    return names.map((name) => ({
        name: name || t("noCategory"),
        items: sorted.filter(({ category }) => category === name),
    }));
}
