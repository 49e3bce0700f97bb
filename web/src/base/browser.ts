// The browser's own socket, clock and randomness.
import { systemClock } from "./clock";
import { openWire } from "./person";
import type { World } from "./stream";

export const world: World = { clock: systemClock, random: Math.random, open: openWire };
