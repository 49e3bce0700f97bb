// The pop-up's stations as the node told them last: asked for whenever it is back, and when one
// changed.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Station } from "./protocol";
import type { Stream } from "./stream";

export function followStations(
    stream: Stream,
    ask: () => Promise<readonly Station[]>,
): ReadonlySignal<readonly Station[]> {
    const stations = signal<readonly Station[]>([]);
    const look = (): void => {
        ask().then(
            (list) => {
                stations.value = list;
            },
            () => {}, // as they were
        );
    };
    stream.onUp(look);
    const told = computed(() => stream.state.value.told);
    effect(() => {
        if (told.value.includes("stations")) {
            look();
        }
    });
    return stations;
}

/** Minutes: customers order nothing of the station. */
export const closedMinutes = 1000;

/** What a cook says of it now, in minutes; 0: nothing. @param now the node's time */
export function saidOf({ busy, busy_until }: Station, now: number): number {
    return busy_until > now ? busy : 0;
}
