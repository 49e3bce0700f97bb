// What a kitchen's board shows, as pure functions of the orders.
import type { Line, Order } from "../base/protocol";
import { byAge } from "../base/stream";

export type Column = "new" | "prep" | "ready";

export const columns: readonly { id: Column; title: string }[] = [
    { id: "new", title: "New" },
    { id: "prep", title: "In prep" },
    { id: "ready", title: "Ready" },
];

/**
 * Null: nothing for the kitchen any more. A cancelled order stays where the cook last saw it
 * until it is dismissed, so that nobody cooks on for a ticket that silently went.
 */
export function columnOf(order: Order, before: Column | null): Column | null {
    switch (order.phase) {
        case "placed":
            return "new";
        case "accepted":
        case "cooking":
            return "prep";
        case "ready":
            return "ready";
        case "cancelled":
            return before;
        default:
            return null;
    }
}

export interface Slot {
    readonly id: string;
    readonly column: Column;
    /** When its ticket left, by this device's clock; the gap stays a moment, so that nothing moves
     * under a finger. */
    readonly leftAt: number | null;
}

export const gapFor = 2_000; // ms

/** Whoever has a place stays there, the new come last, gaps close after a moment. */
export function arrange(
    slots: readonly Slot[],
    orders: readonly Order[],
    dismissed: ReadonlySet<string>,
    now: number,
): readonly Slot[] {
    const before = new Map(slots.filter(isTaken).map((slot) => [slot.id, slot.column]));
    const after = new Map<string, Column>();
    for (const order of [...orders].sort(byAge)) {
        const column = columnOf(order, before.get(order.id) ?? null);
        if (column !== null && !dismissed.has(order.id)) {
            after.set(order.id, column);
        }
    }
    const kept = slots
        .map((slot) => keep(slot, after, now))
        .filter((slot) => slot.leftAt === null || now - slot.leftAt < gapFor);
    const inPlace = new Set(kept.filter(isTaken).map(({ id }) => id));
    const added = [...after]
        .filter(([id]) => !inPlace.has(id))
        .map(([id, column]) => ({ id, column, leftAt: null }));
    const next = [...kept, ...added];
    return isSame(slots, next) ? slots : next;
}

function isTaken(slot: Slot): boolean {
    return slot.leftAt === null;
}

function keep(slot: Slot, after: ReadonlyMap<string, Column>, now: number): Slot {
    if (slot.leftAt !== null || after.get(slot.id) === slot.column) {
        return slot;
    }
    return { ...slot, leftAt: now };
}

function isSame(a: readonly Slot[], b: readonly Slot[]): boolean {
    return a.length === b.length && a.every((slot, index) => slot === b[index]);
}

/** Lines a cook still has to make. */
export function openLines(order: Order): Line[] {
    return order.lines.filter((line) => line.state === "active" && line.progress !== "done");
}

/** Lines to show: also struck ones, so that a change is seen, not guessed. */
export function isAtStation(order: Order, station: string): boolean {
    return station === "" || order.lines.some((line) => isLineAt(line, station));
}

export function isLineAt(line: Line, station: string): boolean {
    return station === "" || line.station === "" || line.station === station;
}

export interface Tally {
    readonly name: string;
    readonly quantity: number;
}

/** How many of each are still to be made, counted from what is shown and nothing else. */
export function allDay(orders: readonly Order[], station: string): Tally[] {
    const totals = new Map<string, number>();
    for (const order of orders) {
        for (const line of openLines(order)) {
            if (isLineAt(line, station)) {
                totals.set(line.name, (totals.get(line.name) ?? 0) + line.quantity);
            }
        }
    }
    return [...totals]
        .map(([name, quantity]) => ({ name, quantity }))
        .sort((a, b) => b.quantity - a.quantity || a.name.localeCompare(b.name));
}

export function stationsOf(orders: readonly Order[]): string[] {
    const all = orders.flatMap((order) => order.lines.map((line) => line.station));
    return [...new Set(all)].filter((station) => station !== "").sort();
}

export const digitsMax = 9;

/**
 * The keys 1 to 9 of tickets that can be accepted or bumped. A ticket keeps its key as long as its
 * place, gap included, so that a key never means another ticket than a moment ago.
 */
export function assignDigits(
    before: ReadonlyMap<string, number>,
    slots: readonly Slot[],
): ReadonlyMap<string, number> {
    const ids = [...new Set(slots.filter((slot) => slot.column !== "ready").map(({ id }) => id))];
    const after = new Map<string, number>();
    for (const id of ids) {
        const digit = before.get(id);
        if (digit !== undefined) {
            after.set(id, digit);
        }
    }
    const used = new Set(after.values());
    for (const id of ids.filter((other) => !after.has(other))) {
        const free = freeDigit(used);
        if (free === null) {
            break;
        }
        used.add(free);
        after.set(id, free);
    }
    return after;
}

function freeDigit(used: ReadonlySet<number>): number | null {
    for (let digit = 1; digit <= digitsMax; digit += 1) {
        if (!used.has(digit)) {
            return digit;
        }
    }
    return null;
}

/** What the big button does next. */
export type Step = "accept" | "bump" | "recall";

export function nextStep(column: Column): Step {
    return ({ new: "accept", prep: "bump", ready: "recall" } as const)[column];
}
