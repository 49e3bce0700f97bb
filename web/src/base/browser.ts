// The browser's own socket, clock and randomness.
import { systemClock } from "./clock";
import type { Wire } from "./socket";
import type { World } from "./stream";

export const world: World = {
    clock: systemClock,
    random: Math.random,
    open(path) {
        const scheme = location.protocol === "https:" ? "wss" : "ws";
        return new WebSocket(`${scheme}://${location.host}${path}`) as Wire;
    },
};
