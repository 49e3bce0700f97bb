// The tone of new tickets: again and again until a person is at the board, for a cook has his back
// to it. A tap or a key says that somebody is there; nothing is told to the counter by it.
import type { Clock, Undo } from "../base/clock";

export const ringEvery = 12_000; // ms

export interface RingOptions {
    clock: Clock;
    ring(): void;
}

export interface Ringer {
    /**
     * All tickets that nobody took yet, and those of them that are on this board. What the first
     * call names was there before, and is silent.
     */
    update(ids: readonly string[], mine: readonly string[]): void;
    /** Somebody is at the board. */
    attend(): void;
}

export function makeRinger({ clock, ring }: RingOptions): Ringer {
    let known: ReadonlySet<string> | null = null;
    let unattended: readonly string[] = [];
    let stop: Undo = () => {};

    function again(): void {
        stop();
        if (unattended.length > 0) {
            ring();
            stop = clock.after(ringEvery, again);
        }
    }

    return {
        update(ids, mine) {
            const before = known ?? new Set(ids);
            const fresh = mine.filter((id) => !before.has(id));
            known = new Set(ids);
            unattended = [...unattended.filter((id) => mine.includes(id)), ...fresh];
            if (fresh.length > 0 || unattended.length === 0) {
                again();
            }
        },
        attend() {
            unattended = [];
            stop();
        },
    };
}
