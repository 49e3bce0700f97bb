// A part of a screen that lies in a file of its own: what selling, cooking and calling numbers do
// not need. The browser keeps the file, whose name is its hash.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { learn } from "./catalogue";

export interface Part<T> {
    /** Null until it is here. */
    readonly it: ReadonlySignal<T | null>;
    /** It could not be had; load() tries again. */
    readonly hasFailed: ReadonlySignal<boolean>;
    /** Nothing when it is here or on its way. */
    load(): void;
}

export function makePart<T>(fetch: () => Promise<T>): Part<T> {
    const it = signal<T | null>(null);
    const hasFailed = signal(false);
    let isOnItsWay = false;

    async function load(): Promise<void> {
        isOnItsWay = true;
        hasFailed.value = false;
        try {
            const fetched = await fetch();
            await learn(); // it may have brought a catalogue of its own
            it.value = fetched;
        } catch {
            hasFailed.value = true;
        }
        isOnItsWay = false;
    }

    return {
        it,
        hasFailed,
        load() {
            if (it.peek() === null && !isOnItsWay) {
                void load();
            }
        },
    };
}
