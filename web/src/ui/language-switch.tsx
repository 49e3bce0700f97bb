import { isFixed } from "../base/catalogue";
import { makePart } from "../base/part";

const part = makePart(() => import("./languages"));

/** Loaded after the first look; nothing where there is nothing to choose. */
export function LanguageSwitch() {
    const it = part.it.value;
    if (it === null && !isFixed) {
        part.load();
    }
    return it && <it.Languages />;
}
