// The stream of one screen as signals: what it knows, when it last heard, what time it is.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { type Clock, every, type Random, type Undo } from "./clock";
import type { Order, Seen, View } from "./protocol";
import { connect, type Wire } from "./socket";
import { disconnected, initial, reduce, type State } from "./store";

export interface Stream {
    readonly view: View;
    readonly state: ReadonlySignal<State>;
    /** This device's clock, turned once a second. */
    readonly now: ReadonlySignal<number>;
    readonly heardAt: ReadonlySignal<number | null>;
    readonly startedAt: number;
    /** False when it could not be said. */
    say(frame: Seen): boolean;
    /** Connects anew: somebody else looks. */
    again(): void;
    /** Called each time the node is back. */
    onUp(then: () => void): Undo;
    stop: Undo;
}

export interface World {
    clock: Clock;
    random: Random;
    open(path: string): Wire;
}

export function startStream(view: View, world: World): Stream {
    const { clock } = world;
    const state = signal<State>(initial);
    const now = signal(clock.now());
    const heardAt = signal<number | null>(null);
    const listeners = new Set<() => void>();

    const socket = connect({
        view,
        clock,
        random: world.random,
        open: world.open,
        cursor: () => state.value.cursor,
        onFrame(frame) {
            const time = clock.now();
            heardAt.value = time;
            state.value = reduce(state.value, frame, time);
        },
        onChange(isUp) {
            if (!isUp) {
                state.value = disconnected(state.value);
                return;
            }
            for (const listener of listeners) {
                listener();
            }
        },
    });
    const stopTicking = every(clock, 1_000, () => {
        now.value = clock.now();
    });

    return {
        view,
        state,
        now,
        heardAt,
        startedAt: clock.now(),
        say: socket.send,
        again: socket.again,
        onUp(then) {
            listeners.add(then);
            return () => void listeners.delete(then);
        },
        stop() {
            socket.stop();
            stopTicking();
        },
    };
}

/** The node's time: what an order's times are compared with. */
export function nodeNow(stream: Pick<Stream, "now" | "state">): number {
    return stream.now.value + stream.state.value.clockAhead;
}

/** Oldest first, the lower number when they are of the same time. */
export function byAge(a: Order, b: Order): number {
    return a.opened_at - b.opened_at || a.number.localeCompare(b.number, "en", { numeric: true });
}
