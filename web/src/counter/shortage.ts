// Counted items of which more are wanted than this device may sell.

import type { Cart, CartLine, Items } from "../base/cart";
import { choicesOut } from "../base/options";
import { isGoneByCount } from "../base/stock";
import { counted } from "./words";

export interface Shortage {
    readonly item: number;
    readonly name: string;
    /** Units that this device has no right to sell. */
    readonly missing: number;
    /** Units that the other devices may sell. */
    readonly elsewhere: number;
}

/** Items that a person has said to sell all the same. */
export type Forced = ReadonlySet<number>;

export function shortages(cart: Cart, items: Items): Shortage[] {
    const wanted = new Map<number, number>();
    for (const { item, quantity } of cart) {
        wanted.set(item, (wanted.get(item) ?? 0) + quantity);
    }
    return [...wanted].flatMap(([number, quantity]) => {
        const item = items.get(number);
        if (item?.stock_policy !== "strict" || quantity <= item.stock.here) {
            return [];
        }
        const elsewhere = Math.max(0, item.stock.all - item.stock.here);
        return [{ item: number, name: item.name, missing: quantity - item.stock.here, elsewhere }];
    });
}

/** Lines that cannot be had any more, unless somebody sells what the count does not know of. */
export function soldOutLines(cart: Cart, items: Items, forced: Forced = new Set()): CartLine[] {
    return cart.filter((line) => {
        const item = items.get(line.item);
        return (
            !item ||
            choicesOut(item, line.options) ||
            !(item.available || (forced.has(line.item) && isGoneByCount(item)))
        );
    });
}

/** "1 more than may be sold here. 4 are left at other devices." */
export function shortageText({ missing, elsewhere }: Shortage): string {
    return elsewhere === 0
        ? counted("shortNowhere", missing)
        : counted("shortHere", missing, { rest: counted("shortElsewhere", elsewhere) });
}
