// What a device says that is in no pop-up yet.
import { catalogue, type TextOf } from "../base/catalogue";
import type en from "./words/en.json";

export type Text = TextOf<typeof en>;

export const { t } = catalogue<typeof en>({
    en: () => import("./words/en.json"),
    es: () => import("./words/es.json"),
    ar: () => import("./words/ar.json"),
});
