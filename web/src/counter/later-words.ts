// What the parts of the counter say that are fetched when the node is heard: parts.ts.
import { catalogue } from "../base/catalogue";
import { isolating } from "../base/isolate";
import type en from "./later-words/en.json";

export const { t, counted } = isolating(
    catalogue<typeof en>({
        en: () => import("./later-words/en.json"),
        es: () => import("./later-words/es.json"),
        ar: () => import("./later-words/ar.json"),
    }),
);
