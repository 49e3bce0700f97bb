// Which language the screen speaks: in the top bar, and where somebody signs in.
import { effect } from "@preact/signals-core";
import { language, learn, places, wanted, wear } from "../base/catalogue";
import type { Language } from "../base/language";
import { isLanguage, languages } from "../base/locale";
import { person } from "../base/person";
import { t } from "../base/words";
import styles from "./languages.css?inline";
import { wear as dress } from "./wear";

dress(styles);

const globe =
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3.5 3 3.5 15 0 18M12 3c-3.5 3-3.5 15 0 18";
const all = Object.keys(languages).filter(isLanguage);

/** Where its words do not come the screen stays as it is. */
function change(next: Language): void {
    wear(next).catch(() => undefined);
}

/** Kept for whoever works here, else for the device. */
function choose(next: string): void {
    if (isLanguage(next)) {
        try {
            localStorage.setItem(places()[0] ?? "", next);
        } catch {} // for this page only
        change(next);
    }
}

// Whoever takes over may have chosen another one.
effect(() => {
    void person.value;
    change(wanted());
});
// A switch needs no node once the others' words are here.
for (const each of all) {
    learn(each).catch(() => undefined);
}

export function Languages() {
    return (
        <label class="languages">
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                <path d={globe} />
            </svg>
            <span aria-hidden="true">{language.value}</span>
            <select
                aria-label={t("language")}
                value={language.value}
                onChange={(event) => choose(event.currentTarget.value)}
            >
                {all.map((code) => (
                    <option key={code} value={code} lang={code} selected={code === language.value}>
                        {languages[code]}
                    </option>
                ))}
            </select>
        </label>
    );
}
