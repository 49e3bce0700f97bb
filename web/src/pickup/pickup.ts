// The pickup screen's own state.
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { nodeNow, type Stream } from "../base/stream";
import { play, readyTones } from "../ui/sound";
import { type Board, boardOf, newlyReady } from "./board";

export interface Pickup {
    readonly stream: Stream;
    readonly board: ReadonlySignal<Board>;
    /** Called since the screen came up: drawn with a short movement, once. */
    readonly fresh: ReadonlySignal<ReadonlySet<string>>;
    readonly isStaff: Signal<boolean>;
    /** Whether names stand beside the numbers. */
    readonly areNamesShown: Signal<boolean>;
}

export function startPickup(stream: Stream, isStaff: boolean): Pickup {
    const board = computed(() => boardOf(stream.state.value.orders.values(), nodeNow(stream)));
    const fresh = signal<ReadonlySet<string>>(new Set());
    let known: ReadonlySet<string> | null = null;
    effect(() => {
        if (!stream.state.value.isCurrent) {
            return;
        }
        const added = known === null ? [] : newlyReady(known, board.value);
        const shown = [...board.value.ready, ...board.value.waiting];
        known = new Set(shown.map((order) => order.id));
        if (added.length > 0) {
            fresh.value = new Set([...fresh.peek(), ...added.map((order) => order.id)]);
            play(readyTones);
        }
    });
    return { stream, board, fresh, isStaff: signal(isStaff), areNamesShown: signal(false) };
}
