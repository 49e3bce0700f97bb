// What the menu's editor says: its list, an item, a file.
import { catalogue, type TextOf } from "../base/catalogue";
import { isolating } from "../base/isolate";
import type en from "./menu-words/en.json";

export type Text = TextOf<typeof en>;

export const { t, counted } = isolating(
    catalogue<typeof en>({
        en: () => import("./menu-words/en.json"),
        es: () => import("./menu-words/es.json"),
        ar: () => import("./menu-words/ar.json"),
    }),
);
