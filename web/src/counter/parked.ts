// Carts over a reload, and those that are parked: kept in this browser, with what each line was
// and cost, so that whoever takes one up again is told what is another now. None is an order.
import {
    type Cart,
    type CartLine,
    cartTotal,
    type Items,
    type Mode,
    unitPrice,
} from "../base/cart";
import { choicesOut, optionNames } from "../base/options";
import type { Session } from "../base/protocol";
import { t } from "./later-words";

export interface KeptLine extends CartLine {
    readonly called: string;
    /** Its options in words. */
    readonly chosen: string;
    /** Of one, in minor units. */
    readonly unit: number;
}

export interface KeptCart {
    readonly lines: readonly KeptLine[];
    readonly mode: Mode;
    readonly name: string;
    readonly table: string;
    /** The order that it is added to; "" for a new one. */
    readonly target: string;
}

export interface Parked extends KeptCart {
    readonly id: number;
    /** What it was parked under: a name or a number. */
    readonly label: string;
    /** Of this device's clock. */
    readonly at: number;
    readonly total: number;
}

export const labelMax = 40;

export function keepLines(cart: Cart, items: Items): KeptLine[] {
    return cart.map((line) => {
        const item = items.get(line.item);
        return {
            ...line,
            called: item?.name ?? "",
            chosen: item ? optionNames(item, line.options).join(", ") : "",
            unit: item ? unitPrice(item, line.options) : 0,
        };
    });
}

/** The cart as it can be sold now, and what is another since then, in words. */
export function takeUp(
    lines: readonly KeptLine[],
    items: Items,
    money: (amount: number) => string,
): { cart: Cart; notes: readonly string[] } {
    const cart: CartLine[] = [];
    const notes = new Set<string>();
    for (const { called, chosen, unit, ...line } of lines) {
        const item = items.get(line.item);
        if (!item || item.hidden) {
            notes.add(t("offMenu", { name: called }));
        } else if (optionNames(item, line.options).join(", ") !== chosen) {
            const name = chosen === "" ? called : t("withChosen", { name: called, what: chosen });
            notes.add(t("otherOptions", { name }));
        } else {
            const now = unitPrice(item, line.options);
            const out = choicesOut(item, line.options);
            if (!item.available || out !== "") {
                notes.add(t("isSoldOut", { name: out || item.name }));
            } else if (now !== unit) {
                const prices = { price: money(now), before: money(unit) };
                notes.add(t("otherPrice", { name: item.name, ...prices }));
            }
            cart.push(line);
        }
    }
    return { cart, notes: [...notes] };
}

/** A name if there is one, a table, or the next number that is free. */
export function labelFor(name: string, table: string, parked: readonly Parked[]): string {
    if (name.trim() !== "") {
        return name.trim();
    }
    if (table !== "") {
        return t("tableParked", { n: table });
    }
    const taken = new Set(parked.map(({ label }) => label));
    let number = 1;
    while (taken.has(String(number))) {
        number += 1;
    }
    return String(number);
}

export function totalOf(
    { lines, mode }: Pick<KeptCart, "lines" | "mode">,
    items: Items,
    session: Pick<Session, "prices_include_tax"> | null,
): number {
    return cartTotal(lines, items, mode, session ?? { prices_include_tax: true });
}

const places = { cart: "trestle.counter.cart", parked: "trestle.counter.parked" } as const;

/** What another version of this page, or a person, wrote there is not ours. */
function isKept(value: unknown): value is KeptCart {
    const lines = (value as Partial<KeptCart> | null)?.lines;
    return (
        Array.isArray(lines) &&
        lines.every((line) => Number.isInteger(line?.item) && Array.isArray(line.options))
    );
}

function read(place: string): unknown {
    try {
        return JSON.parse(localStorage.getItem(place) ?? "null");
    } catch {
        return null;
    }
}

/** False where storage is forbidden or full: then it lasts as long as the page. */
function write(place: string, value: unknown): boolean {
    try {
        localStorage.setItem(place, JSON.stringify(value));
        return true;
    } catch {
        return false;
    }
}

export function readCart(): KeptCart | null {
    const kept = read(places.cart);
    return isKept(kept) && kept.lines.length > 0 ? kept : null;
}

export function writeCart(kept: KeptCart): void {
    write(places.cart, kept);
}

export function readParked(): readonly Parked[] {
    const list = read(places.parked);
    return Array.isArray(list) ? list.filter(isKept).map((kept) => kept as Parked) : [];
}

export function writeParked(list: readonly Parked[]): boolean {
    return write(places.parked, list);
}
