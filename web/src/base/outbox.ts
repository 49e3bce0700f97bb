// Actions are kept until the node has acknowledged them, over a lost node and a reload. Each is
// sent with the key it was made with, so a retry is never a second action.
import type { Action } from "./action";
import type { Clock, Random, Undo } from "./clock";
import type { Problem } from "./protocol";
import { backoff } from "./socket";

/** Where actions survive a reload. */
export interface Shelf {
    all(): Promise<Action[]>;
    put(action: Action): Promise<void>;
    remove(key: string): Promise<void>;
}

export interface Reply {
    status: number;
    /** The parsed JSON, or null. */
    body: unknown;
}

export type Outcome = { ok: true; body: unknown } | { ok: false; problem: Problem };

export interface OutboxOptions {
    shelf: Shelf;
    /** Rejects when the node cannot be reached. */
    send(action: Action): Promise<Reply>;
    clock: Clock;
    random: Random;
    onChange(waiting: readonly Action[]): void;
    /** For an action whose page was reloaded meanwhile, and so has nobody else to tell. */
    onRefused(action: Action, problem: Problem): void;
}

export interface Outbox {
    /** Settles when the node has answered for good. */
    add(action: Action): Promise<Outcome>;
    /** Tries at once: the node is back. */
    retry(): void;
    stop: Undo;
}

/** The node may well take it later, or (401) when somebody signed in. Everything else is its last
 * word. */
const passing: ReadonlySet<number> = new Set([401, 408, 425, 429, 500, 502, 503, 504, 507]);

export function isPassing(status: number): boolean {
    return passing.has(status);
}

export function makeOutbox(options: OutboxOptions): Outbox {
    const { shelf, clock } = options;
    const waiting: Action[] = [];
    const busy = new Set<string>();
    const listeners = new Map<string, (outcome: Outcome) => void>();
    let attempts = 0;
    let isStopped = false;
    let cancelTimer: Undo = () => {};

    const laneOf = (action: Action): string => action.lane || action.key;
    const changed = (): void => options.onChange([...waiting]);

    function pump(): void {
        const taken = new Set(busy);
        for (const action of [...waiting]) {
            const lane = laneOf(action);
            if (!taken.has(lane) && !isStopped) {
                taken.add(lane);
                void deliver(action);
            }
        }
    }

    async function deliver(action: Action): Promise<void> {
        const lane = laneOf(action);
        busy.add(lane);
        const reply = await options.send(action).catch(() => null);
        busy.delete(lane);
        if (isStopped) {
            return;
        }
        if (reply === null || isPassing(reply.status)) {
            later();
            return;
        }
        attempts = 0;
        settle(action, outcomeOf(reply));
        pump();
    }

    function settle(action: Action, outcome: Outcome): void {
        waiting.splice(waiting.indexOf(action), 1);
        void shelf.remove(action.key);
        changed();
        const listener = listeners.get(action.key);
        listeners.delete(action.key);
        if (listener) {
            listener(outcome);
        } else if (!outcome.ok) {
            options.onRefused(action, outcome.problem);
        }
    }

    function later(): void {
        cancelTimer();
        cancelTimer = clock.after(backoff(attempts++, options.random), pump);
    }

    async function restore(): Promise<void> {
        const kept = await shelf.all();
        const known = new Set(waiting.map((action) => action.key));
        const missing = kept.filter((action) => !known.has(action.key));
        if (missing.length > 0 && !isStopped) {
            waiting.unshift(...missing.sort((a, b) => a.made - b.made));
            changed();
            pump();
        }
    }

    void restore();
    return {
        add(action) {
            waiting.push(action);
            changed();
            const answered = new Promise<Outcome>((resolve) => listeners.set(action.key, resolve));
            // On the shelf before it is sent: what may have reached the node is never forgotten.
            void shelf.put(action).then(pump);
            return answered;
        },
        retry() {
            attempts = 0;
            cancelTimer();
            pump();
        },
        stop() {
            isStopped = true;
            cancelTimer();
        },
    };
}

function outcomeOf(reply: Reply): Outcome {
    if (reply.status < 400) {
        return { ok: true, body: reply.body };
    }
    const { status } = reply;
    const title = `The node answered ${status}.`;
    const unknown: Problem = { type: "about:blank", title, status, code: "internal", detail: "" };
    return { ok: false, problem: (reply.body as Problem | null) ?? unknown };
}
