// What the office says of the devices: whom this one hears, what they lack, their clocks and disks.
import { catalogue } from "../base/catalogue";
import { isolating } from "../base/isolate";
import type en from "./mesh-words/en.json";

export const { t, counted } = isolating(
    catalogue<typeof en>({
        en: () => import("./mesh-words/en.json"),
        es: () => import("./mesh-words/es.json"),
        ar: () => import("./mesh-words/ar.json"),
    }),
);
