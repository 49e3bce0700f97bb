// What the board shows now and then, and what opens over it: fetched ahead as soon as the node is
// heard.
import { makePart } from "../base/part";

export const asidesPart = makePart(() => import("./asides"));
