// Time and randomness are handed in, so that tests need no browser and no waiting.

export type Undo = () => void;

export interface Clock {
    /** ms since 1970 by this device. */
    now(): number;
    /** Calls `then` once after `ms`; the result calls it off. */
    after(ms: number, then: () => void): Undo;
}

/** A number in [0, 1). */
export type Random = () => number;

export const systemClock: Clock = {
    now: () => Date.now(),
    after(ms, then) {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
    },
};

/** Calls `then` every `ms` until undone. */
export function every(clock: Clock, ms: number, then: () => void): Undo {
    let cancel = clock.after(ms, turn);
    function turn(): void {
        cancel = clock.after(ms, turn);
        then();
    }
    return () => cancel();
}
