// What the cooks of this board know of each order: the lines that they saw on its ticket, and those
// of later that they understood. Kept over a reload, as they stand before the same board then.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Line, Order } from "../base/protocol";

/** By the order's id: the lines that are to be made, as far as the cooks know. */
export type Known = ReadonlyMap<string, ReadonlySet<number>>;

/** Who sees a ticket takes all of it in, but for what came after somebody took the order. */
export function knownAtFirst(order: Order): ReadonlySet<number> {
    const isLate = (line: Line): boolean =>
        line.added_late && !line.accepted && line.progress === "waiting";
    const known = order.lines.filter((line) =>
        line.state === "active" ? !isLate(line) : line.state === "void" && line.accepted,
    );
    return new Set(known.map(({ id }) => id));
}

function readKnown(text: string): Known {
    try {
        const all = JSON.parse(text || "[]") as [string, number[]][];
        return new Map(all.map(([order, lines]) => [order, new Set(lines)]));
    } catch {
        return new Map(); // of other software
    }
}

function write(known: Known): string {
    return JSON.stringify([...known].map(([order, lines]) => [order, [...lines]]));
}

export interface Knowledge {
    readonly known: ReadonlySignal<Known>;
    /** A cook saw the ticket. */
    see(order: Order): void;
    /** A cook has understood what became of these lines of it. */
    understand(order: Order, lines: readonly Line[]): void;
}

/**
 * @param text where it is kept
 * @param isThere whether an order may still come to the board: others are forgotten
 */
export function keepKnown(text: Signal<string>, isThere: (order: string) => boolean): Knowledge {
    const known = signal(readKnown(text.peek()));

    function put(id: string, lines: ReadonlySet<number>): void {
        const rest = [...known.peek()].filter(([order]) => order !== id && isThere(order));
        known.value = new Map([...rest, [id, lines]]);
        text.value = write(known.peek());
    }

    return {
        known,
        see(order) {
            if (!known.peek().has(order.id)) {
                put(order.id, knownAtFirst(order));
            }
        },
        understand(order, lines) {
            const next = new Set(known.peek().get(order.id) ?? knownAtFirst(order));
            for (const { id, state } of lines) {
                if (state === "void") {
                    next.delete(id);
                } else {
                    next.add(id);
                }
            }
            put(order.id, next);
        },
    };
}
