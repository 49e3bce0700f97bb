// The way to afterwards.tsx, which is fetched once the node is heard: it is rarely wanted.
import { makePart } from "../base/part";

export const rare = makePart(() => import("./afterwards"));
