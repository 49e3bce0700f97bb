// Ordering together with others' phones. What does it (group.tsx) is loaded when it is wanted
// first: most people order alone.
import { systemClock } from "../base/clock";
import * as buy from "./buy";
import { cell } from "./cell";
import type { Door, Room } from "./group";
import { keep, kept } from "./keep";
import { ask } from "./node";
import { Icon } from "./parts";
import { askAsOwn, newKey, renewBy } from "./self";
import * as shop from "./shop";
import { Sheet } from "./slide";
import { isTold } from "./track";
import { counted, learn, t } from "./words";

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
    cartChanged: buy.cartChanged,
    keepOwn: buy.keepOwn,
    resume: buy.resume,
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

async function load(): Promise<Room> {
    const { enter } = await import("./group");
    room ??= enter(page);
    return room;
}

const again = 5_000; // ms

/** Opens the sheet of those who order together. */
export async function open(door: Door | null): Promise<void> {
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

/** After a reload: the group that this phone is of. */
export function comeBack(): void {
    if (kept("group")) {
        load().catch(() => systemClock.after(again, comeBack));
    }
}

export function Together() {
    return room?.view() ?? null;
}
