// The cart as a value, and what it will cost. The node computes the price that counts, by the same
// rules; this is what the customer is told before.
import { divideHalfUp } from "./money";
import type { LineWanted, MenuItem, Session } from "./protocol";

export interface Chosen {
    readonly group: number;
    readonly choice: number;
}

export interface CartLine {
    readonly id: number;
    readonly item: number;
    readonly quantity: number;
    readonly options: readonly Chosen[];
    readonly note: string;
}

export type Mode = "eat-in" | "take-away";
export type Cart = readonly CartLine[];
export type Items = ReadonlyMap<number, MenuItem>;
/** As much of an item as its options and its price without tax come from. */
export type WithOptions = Pick<MenuItem, "groups" | "price">;

export const quantityMax = 99;
export const noteMax = 140;

/** A plain item once more raises the line that is there; anything special is a line of its own. */
export function addPlain(cart: Cart, item: number): Cart {
    return addSame(cart, { item, quantity: 1, options: [], note: "" });
}

/** The same once more, with the same options and note, raises the line that is there. */
export function addSame(cart: Cart, line: Omit<CartLine, "id">): Cart {
    const { quantity, ...wanted } = line;
    const what = JSON.stringify(wanted);
    const same = cart.findLast(
        ({ item, options, note }) => JSON.stringify({ item, options, note }) === what,
    );
    return same ? changeQuantity(cart, same.id, quantity) : addLine(cart, line);
}

export function addLine(cart: Cart, line: Omit<CartLine, "id">): Cart {
    const id = 1 + Math.max(0, ...cart.map((other) => other.id));
    return [...cart, { ...line, id }];
}

export function replaceLine(cart: Cart, line: CartLine): Cart {
    return cart.map((other) => (other.id === line.id ? line : other));
}

/** At zero the line goes. */
export function changeQuantity(cart: Cart, id: number, by: number): Cart {
    return cart
        .map((line) => (line.id === id ? { ...line, quantity: line.quantity + by } : line))
        .map((line) => ({ ...line, quantity: Math.min(quantityMax, line.quantity) }))
        .filter((line) => line.quantity > 0);
}

export function needsOptions(item: WithOptions): boolean {
    return item.groups.some((group) => group.min > 0);
}

export function unitPrice(item: WithOptions, options: readonly Chosen[]): number {
    const extras = options.map(({ group, choice }) => item.groups[group]?.choices[choice]?.price);
    return extras.reduce<number>((sum, price) => sum + (price ?? 0), item.price);
}

export function lineTotal(line: CartLine, items: Items): number {
    const item = items.get(line.item);
    return item ? line.quantity * unitPrice(item, line.options) : 0;
}

type Pricing = Pick<Session, "prices_include_tax">;

/** With tax, as the customer pays it. */
export function cartTotal(cart: Cart, items: Items, mode: Mode, pricing: Pricing): number {
    return cart.reduce((sum, line) => {
        const net = lineTotal(line, items);
        return (
            sum + net + (pricing.prices_include_tax ? 0 : taxOn(net, items.get(line.item), mode))
        );
    }, 0);
}

function taxOn(net: number, item: MenuItem | undefined, mode: Mode): number {
    const rate = mode === "eat-in" ? item?.tax_eat_in : item?.tax_take_away;
    return divideHalfUp(net * (rate ?? 0), 10_000);
}

export function cartCount(cart: Cart): number {
    return cart.reduce((sum, line) => sum + line.quantity, 0);
}

/** As the node takes it: nothing that is empty. */
export function linesWanted(cart: Cart): LineWanted[] {
    return cart.map(({ item, quantity, options, note }) => ({
        item,
        quantity,
        ...(options.length > 0 ? { options: options.map((option) => ({ ...option })) } : {}),
        ...(note === "" ? {} : { note }),
    }));
}
