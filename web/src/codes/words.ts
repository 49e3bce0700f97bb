// What the codes' screen says, and what is printed there for guests.
import { catalogue } from "../base/catalogue";
import { isolating } from "../base/isolate";
import type en from "./words/en.json";

export const { t, counted } = isolating(
    catalogue<typeof en>({
        en: () => import("./words/en.json"),
        es: () => import("./words/es.json"),
        ar: () => import("./words/ar.json"),
    }),
);
