// One WebSocket to this device's node: connects, resumes from the cursor, and tries again with a
// jittered back-off. A socket on which nothing is heard is given up: the heartbeat is the only
// proof of life (a browser calls a dead TCP connection open for minutes).
import type { Clock, Random, Undo } from "./clock";
import type { Frame, Seen, View } from "./protocol";

export const silenceMax = 3_000; // ms; the node says something every second
const backoffFirst = 200;
const backoffMax = 3_000;

/** The part of a WebSocket that we use. */
export interface Wire {
    onopen: (() => void) | null;
    onmessage: ((event: { data: unknown }) => void) | null;
    onclose: (() => void) | null;
    send(text: string): void;
    close(): void;
}

export interface SocketOptions {
    view: View;
    cursor(): string | null;
    open(path: string): Wire;
    clock: Clock;
    random: Random;
    onFrame(frame: Frame): void;
    /** After a whole hello, and when the connection is lost. */
    onChange(isUp: boolean): void;
}

export interface Socket {
    /** False when there is no connection; nothing is kept for later. */
    send(frame: Seen): boolean;
    /** Connects anew: somebody else looks. */
    again(): void;
    stop: Undo;
}

export function connect(options: SocketOptions): Socket {
    const { clock } = options;
    let wire: Wire | null = null;
    let isUp = false;
    let attempts = 0;
    let cancelTimer: Undo = () => {};

    function open(): void {
        const cursor = options.cursor();
        const resume = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const mine = options.open(`/ws?view=${options.view}${resume}`);
        wire = mine;
        mine.onmessage = (event) => {
            if (wire === mine) {
                heard(event.data);
            }
        };
        mine.onclose = () => {
            if (wire === mine) {
                lost();
            }
        };
        watch();
    }

    function watch(): void {
        cancelTimer();
        cancelTimer = clock.after(silenceMax, lost);
    }

    function heard(data: unknown): void {
        watch();
        const frame = parse(data);
        if (frame === null) {
            return;
        }
        options.onFrame(frame);
        if (frame.type === "hello") {
            isUp = true;
            attempts = 0;
            options.onChange(true);
        }
    }

    function lost(): void {
        down();
        cancelTimer = clock.after(backoff(attempts++, options.random), open);
    }

    function down(): void {
        drop();
        if (isUp) {
            isUp = false;
            options.onChange(false);
        }
    }

    function drop(): void {
        cancelTimer();
        const old = wire;
        wire = null;
        old?.close();
    }

    open();
    return {
        send(frame) {
            if (wire === null || !isUp) {
                return false;
            }
            wire.send(JSON.stringify(frame));
            return true;
        },
        again() {
            attempts = 0;
            down();
            open();
        },
        stop: drop,
    };
}

/** Doubles up to a limit; half of it is random, so that screens do not all come back at once. */
export function backoff(attempts: number, random: Random): number {
    const full = Math.min(backoffMax, backoffFirst * 2 ** Math.min(attempts, 10));
    return full / 2 + (random() * full) / 2;
}

const kinds: ReadonlySet<unknown> = new Set(["hello", "snapshot", "delta", "marks"]);

/** Frames come from our own node; one that is no frame (a proxy's error page) is passed over. */
function parse(data: unknown): Frame | null {
    try {
        const value = JSON.parse(String(data)) as { type?: unknown } | null;
        return kinds.has(value?.type) ? (value as Frame) : null;
    } catch {
        return null;
    }
}
