import { makePart } from "../base/part";

const part = makePart(() => import("./languages"));

/** Loaded after the first look. */
export function LanguageSwitch() {
    const it = part.it.value;
    if (it === null) {
        part.load();
    }
    return it && <it.Languages />;
}
