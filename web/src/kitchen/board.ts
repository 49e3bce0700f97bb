// What a kitchen's board shows, as pure functions of the orders.
import type { Line, Order, Station } from "../base/protocol";
import { byAge } from "../base/stream";
import { type Known, knownAtFirst } from "./known";
import type { Text } from "./words";

export type Column = "new" | "prep" | "ready";

export const columns: readonly { id: Column; text: Text }[] = [
    { id: "new", text: "columnNew" },
    { id: "prep", text: "columnPrep" },
    { id: "ready", text: "columnReady" },
];

/** What of the orders a board shows. */
export interface Look {
    /** "" = of all stations. */
    readonly station: string;
    /** One grid, in which a ticket keeps its place until it is made. */
    readonly isGrid: boolean;
    /** Cancelled orders that a cook has understood, by id. */
    readonly dismissed: ReadonlySet<string>;
    /** What the cooks of this board know of each order. */
    readonly known: Known;
}

export const plainLook: Look = {
    station: "",
    isGrid: false,
    dismissed: new Set(),
    known: new Map(),
};

/**
 * Null: nothing for the kitchen any more. A cancelled order stays where the cook last saw it
 * until it is dismissed, so that nobody cooks on for a ticket that silently went. A station is
 * ready with an order once its own lines are: others may still be at theirs.
 */
export function columnOf(order: Order, before: Column | null, look: Look): Column | null {
    switch (order.phase) {
        case "placed":
            return "new";
        case "accepted":
        case "cooking":
            return columnAt(order, before, look);
        case "ready":
            return isReadyShown(order, look) ? "ready" : null;
        case "cancelled":
            return before;
        default:
            return null;
    }
}

function columnAt(order: Order, before: Column | null, look: Look): Column | null {
    if (openLines(order, look.station).length > 0) {
        return "prep";
    }
    if (doneLines(order, look.station).length > 0) {
        return isReadyShown(order, look) ? "ready" : null;
    }
    return news(order, look).length > 0 ? (before ?? "prep") : null;
}

/** In a grid what is made makes room, but for what the cook has to hear of it. */
function isReadyShown(order: Order, look: Look): boolean {
    return !look.isGrid || news(order, look).length > 0;
}

/** Lines that were added or voided since a cook saw the ticket, until one has understood. */
export function news(order: Order, { station, known }: Look): Line[] {
    const before = known.get(order.id) ?? knownAtFirst(order);
    const isChanged = ({ id, state, progress }: Line): boolean =>
        before.has(id) ? state === "void" : state === "active" && progress === "waiting";
    return order.lines.filter((line) => isLineAt(line, station) && isChanged(line));
}

/** What *Bump* finishes: nobody made what he has not heard of. */
export function bumpable(order: Order, look: Look): Line[] {
    const unheard = news(order, look);
    return openLines(order, look.station).filter((line) => !unheard.includes(line));
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
    look: Look,
    now: number,
): readonly Slot[] {
    const before = new Map(slots.filter(isTaken).map((slot) => [slot.id, slot.column]));
    const after = new Map<string, Column>();
    for (const order of [...orders].sort(byAge)) {
        const column = columnOf(order, before.get(order.id) ?? null, look);
        if (column !== null && !look.dismissed.has(order.id)) {
            after.set(order.id, column);
        }
    }
    const kept = slots
        .map((slot) => keep(slot, after, look, now))
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

function keep(slot: Slot, after: ReadonlyMap<string, Column>, look: Look, now: number): Slot {
    const column = after.get(slot.id);
    if (slot.leftAt !== null || column === slot.column) {
        return slot;
    }
    const isStaying = look.isGrid && column !== undefined;
    return isStaying ? { ...slot, column } : { ...slot, leftAt: now };
}

function isSame(a: readonly Slot[], b: readonly Slot[]): boolean {
    return a.length === b.length && a.every((slot, index) => slot === b[index]);
}

function activeAt(order: Order, station: string): Line[] {
    return order.lines.filter((line) => line.state === "active" && isLineAt(line, station));
}

/** Lines a cook of that station still has to make. */
export function openLines(order: Order, station: string): Line[] {
    return activeAt(order, station).filter((line) => line.progress !== "done");
}

/** What a cook of that station has made of it. */
export function doneLines(order: Order, station: string): Line[] {
    return activeAt(order, station).filter((line) => line.progress === "done");
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
    /** Of those with options: how many of which. */
    readonly kinds: readonly { readonly options: string; readonly quantity: number }[];
}

/** How many of each are still to be made, counted from what is shown and nothing else. */
export function allDay(orders: readonly Order[], station: string): Tally[] {
    const totals = new Map<string, Map<string, number>>();
    for (const line of orders.flatMap((order) => openLines(order, station))) {
        const kinds = totals.get(line.name) ?? new Map<string, number>();
        const options = line.options.map(({ name }) => name).join(", ");
        kinds.set(options, (kinds.get(options) ?? 0) + line.quantity);
        totals.set(line.name, kinds);
    }
    return [...totals]
        .map(([name, kinds]) => ({
            name,
            quantity: [...kinds.values()].reduce((sum, some) => sum + some, 0),
            kinds: [...kinds]
                .filter(([options]) => options !== "")
                .map(([options, quantity]) => ({ options, quantity })),
        }))
        .sort((a, b) => b.quantity - a.quantity || a.name.localeCompare(b.name));
}

export function stationsOf(orders: readonly Order[]): string[] {
    const all = orders.flatMap((order) => order.lines.map((line) => line.station));
    return [...new Set(all)].filter((station) => station !== "").sort();
}

/** Those of the pop-up in their order, and whatever else an item was given to. */
export function stationNames(known: readonly Station[], orders: readonly Order[]): string[] {
    const names = known
        .filter(({ hidden }) => !hidden)
        .sort((a, b) => a.position - b.position || a.name.localeCompare(b.name))
        .map(({ name }) => name);
    return [...new Set([...names, ...stationsOf(orders)])];
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
