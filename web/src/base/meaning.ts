// What each notice means for the person: read when somebody opens them.
import type { Key, Notice } from "./connection";
import { t } from "./words";

/** Those that mean what another one does. */
const like: Partial<Record<Key, Key>> = {
    catchingUpRest: "catchingUp",
    notHeardYet: "notHeard",
    localOnlySince: "localOnly",
};

export function meaningOf({ meaning, key, values }: Notice): string {
    if (meaning !== undefined || key === undefined) {
        return meaning ?? "";
    }
    return t(`${like[key] ?? key}Means` as Key, values);
}
