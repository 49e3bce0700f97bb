// Ordering together with others' phones. What does it (group.tsx) is loaded when it is wanted
// first: most people order alone.
import { systemClock } from "../base/clock";
import { cell } from "./cell";
import type { Door, Room } from "./group";
import { keep, kept } from "./keep";
import { ask, askAsOwn, newKey, renewBy } from "./node";
import { Icon, Sheet } from "./parts";
import * as shop from "./shop";
import { isTold } from "./track";
import { counted, learn, t } from "./words";

/** Its file lies beside the page, which the build makes one document: vite.order.ts. */
const path = "/order.group.js";

/** What the part that is loaded later needs of the page. */
const page = {
    clock: systemClock,
    group: shop.group,
    cart: shop.cart,
    name: shop.name,
    items: shop.items,
    owns: shop.owns,
    place: shop.place,
    news: shop.news,
    sheet: shop.sheet,
    epoch: () => shop.page.value.epoch,
    keptCart: shop.keptCart,
    setCart: shop.setCart,
    setMode: shop.setMode,
    cartChanged: shop.cartChanged,
    keepOwn: shop.keepOwn,
    resume: shop.resume,
    wordsOf: shop.wordsOf,
    go: shop.go,
    keep,
    kept,
    ask,
    askAsOwn,
    newKey,
    renewBy,
    isTold,
    cell,
    learn,
    counted,
    t,
    Icon,
    Sheet,
};
export type Host = typeof page;

let room: Room | null = null;
let tries = 0;

async function load(): Promise<Room> {
    if (!room) {
        // A browser does not try again what did not come under the same address.
        const file = tries++ > 0 ? `${path}?${tries}` : path;
        const { enter } = (await import(/* @vite-ignore */ file)) as typeof import("./group");
        room ??= enter(page);
    }
    return room;
}

const again = 5_000; // ms

/** Opens the sheet of those who order together. */
async function open(door: Door | null): Promise<void> {
    try {
        (await load()).come(door);
        shop.sheet.value = "together";
    } catch (error) {
        shop.news.value = shop.wordsOf(error);
        if (door) {
            systemClock.after(again, () => open(door));
        }
    }
}

/** What a link or a table's code brought, taken out of the address: who sees it may order. */
function takeDoor(): Door | null {
    const [, kind, secret] = /^#(join|table)=(.+)$/.exec(location.hash) ?? [];
    if (!secret) {
        return null;
    }
    history.replaceState(null, "", location.pathname + location.search);
    shop.place.value = "";
    return kind === "join" ? { link: secret } : { code: secret };
}

/** After the address changed, or at the start. */
export function comeIn(): void {
    const door = takeDoor();
    if (door) {
        void open(door);
    }
}

/** After a reload: the group that this phone is of. */
export function comeBack(): void {
    if (kept("group")) {
        load().catch(() => systemClock.after(again, comeBack));
    }
}

/** Says who orders together, and leads to them. */
export function Company() {
    const people = shop.group.value?.people ?? [];
    return (
        <button
            type="button"
            class="company"
            aria-haspopup="dialog"
            onClick={() => void open(null)}
        >
            <Icon name="people" />
            <span>{people.length > 0 ? people.join(", ") : t("withFriends")}</span>
        </button>
    );
}

export function Together() {
    return room?.view() ?? null;
}
