// What can be given back to a card that was charged by the provider: units of lines, or an amount.
// The node computes the amounts; here it is said beforehand what they will be.
import type { BodyOf, Line, Order } from "../base/protocol";
import { t } from "./later-words";

export type Wished = BodyOf<"/api/orders/{id}/refund-wish", "post">;
type Wish = NonNullable<Order["provider"]>["wishes"][number];

const wishesOf = ({ provider }: Order): readonly Wish[] => provider?.wishes ?? [];

/** One that gave nothing back is as none. */
const stands = ({ state }: Wish): boolean => state !== "failed";

/** What the provider took and has neither given back nor is going to. */
export function leftOnCard(order: Order): number {
    const taken = (order.provider?.payments ?? []).reduce(
        (sum, { received, refunded }) => sum + received - refunded,
        0,
    );
    return taken - wishesOf(order).reduce((sum, { open }) => sum + open, 0);
}

/** The units of @line, from 1, that nobody has wished back. */
export function freeUnits(order: Order, line: Line): readonly number[] {
    if (line.state !== "active") {
        return [];
    }
    const wished = new Set(
        wishesOf(order)
            .filter(stands)
            .flatMap(({ lines }) => lines)
            .filter((of) => of.line === line.id)
            .flatMap(({ units }) => units),
    );
    return Array.from({ length: line.quantity }, (_, at) => at + 1).filter(
        (unit) => !wished.has(unit),
    );
}

/** What unit @unit of a line cost: of equal parts the first carry the odd cents. */
export function unitPrice({ payable, quantity }: Line, unit: number): number {
    const share = Math.floor(payable / quantity);
    return share + (unit <= payable - share * quantity ? 1 : 0);
}

/** How many of each line, by its id. */
export type Counts = ReadonlyMap<number, number>;

/** The first free units of each line. */
function chosen(order: Order, counts: Counts): { line: Line; units: number[] }[] {
    return order.lines
        .map((line) => {
            const units = freeUnits(order, line).slice(0, counts.get(line.id) ?? 0);
            return { line, units: [...units] };
        })
        .filter(({ units }) => units.length > 0);
}

export function priceOf(order: Order, counts: Counts): number {
    return chosen(order, counts)
        .flatMap(({ line, units }) => units.map((unit) => unitPrice(line, unit)))
        .reduce((sum, price) => sum + price, 0);
}

export const wishUnits = (order: Order, counts: Counts, reason: string): Wished => ({
    lines: chosen(order, counts).map(({ line, units }) => ({ line: line.id, units })),
    reason,
});

/** Amounts are counted, so that one that two people ask for at once is one. */
export function wishAmount(order: Order, amount: number, reason: string): Wished {
    const before = wishesOf(order).filter(({ lines, automatic }) => {
        return lines.length === 0 && !automatic;
    });
    return { amount, slot: before.length + 1, reason };
}

const states = {
    wished: "goesBack",
    pending: "onItsWay",
    refunded: "isBack",
    failed: "notBack",
    overlaps: "backTwice",
} as const satisfies Record<Wish["state"], string>;

/** What becomes of money that goes back, in words. */
export const givenBack = (order: Order): readonly { id: string; name: string; amount: number }[] =>
    wishesOf(order).map(({ id, state, reason: why, amount }) => {
        const what = t(states[state]);
        return { id, name: why === "" ? what : t("backBecause", { what, why }), amount };
    });
