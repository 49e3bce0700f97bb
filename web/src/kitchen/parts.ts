// What opens over the board. It is fetched ahead as soon as the node is heard.
import { makePart } from "../base/part";

export const panelsPart = makePart(() => import("./panels"));
