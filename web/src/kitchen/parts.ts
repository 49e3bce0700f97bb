// What the board shows now and then, and what opens over it: each is fetched ahead as soon as the
// node is heard.
import { makePart } from "../base/part";

/** What tickets ask now and then. */
export const asidesPart = makePart(() => import("./asides"));
export const panelsPart = makePart(() => import("./panels"));
