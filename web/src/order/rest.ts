// What the first look at the menu does not need is loaded after it: later.ts.
import { systemClock } from "../base/clock";
import { cell } from "./cell";

type Rest = typeof import("./later");

/** null: it has not come yet. */
export const rest = cell<Rest | null>(null);

const again = 3_000; // ms
let coming: Promise<Rest> | null = null;

async function load(): Promise<Rest> {
    try {
        const came = await import("./later");
        came.start();
        rest.value = came;
        return came;
    } catch {
        await new Promise<void>((done) => systemClock.after(again, done));
        return load();
    }
}

/** Does not give up: whoever waits for it needs it. */
export function getRest(): Promise<Rest> {
    coming ??= load();
    return coming;
}
