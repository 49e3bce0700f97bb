// The pop-up's stations as the node told them last: asked for whenever it is back, and when one
// changed.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Station } from "../base/protocol";
import type { Stream } from "../base/stream";

export function followStations(
    stream: Stream,
    ask: () => Promise<readonly Station[]>,
): ReadonlySignal<readonly Station[]> {
    const stations = signal<readonly Station[]>([]);
    const told = computed(() => {
        const { isCurrent, told: lists } = stream.state.value;
        return isCurrent && (lists.includes("stations") ? lists : true);
    });
    effect(() => {
        if (told.value) {
            ask().then(
                (list) => {
                    stations.value = list;
                },
                () => {}, // as they were
            );
        }
    });
    return stations;
}
