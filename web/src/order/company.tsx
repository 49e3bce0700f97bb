// Who orders together with this phone: the way to them (together.tsx), which is loaded later.
import type { Door } from "./group";
import { isKiosk } from "./kiosk";
import { Icon } from "./parts";
import { getRest } from "./rest";
import { group, place } from "./shop";
import { t } from "./words";

/** What a link or a table's code brought, taken out of the address: who sees it may order. */
function takeDoor(): Door | null {
    const [, kind, secret] = /^#(join|table)=(.+)$/.exec(location.hash) ?? [];
    if (!secret) {
        return null;
    }
    history.replaceState(null, "", location.pathname + location.search);
    place.value = "";
    return kind === "join" ? { link: secret } : { code: secret };
}

/** Opens the sheet of those who order together. */
function meet(door: Door | null): void {
    void getRest().then(({ open }) => open(door));
}

/** After the address changed, or at the start. */
export function comeIn(): void {
    const door = takeDoor();
    if (door && !isKiosk) {
        meet(door);
    }
}

/** Says who orders together, and leads to them. */
export function Company() {
    const people = group.value?.people ?? [];
    return isKiosk ? null : (
        <button type="button" class="company" aria-haspopup="dialog" onClick={() => meet(null)}>
            <Icon name="people" />
            <span>{people.length > 0 ? people.join(", ") : t("withFriends")}</span>
        </button>
    );
}
