import type { PageItem } from "../../base/protocol";
import type { after } from "./after";
import type { card } from "./card";
import type { group } from "./group";
import type { kiosk } from "./kiosk";
import type { later } from "./later";
import type { notify } from "./notify";

// What the page says at the first look. A {name} is filled in; an object has a form for each kind
// of number.
export const en = {
    menu: "Menu",
    search: "Search the menu",
    filter: "Filter",
    filterOf: { one: "Filter ({n})", other: "Filter ({n})" },
    hiddenByFilter: {
        one: "{n} item is hidden by your filter.",
        other: "{n} items are hidden by your filter.",
    },
    showAll: "Show all",
    nothingFound: "Nothing here fits “{what}”.",
    paused: "Ordering from phones is paused just now. Please order at the counter.",
    orderTheRest: "What is sold out will be left out.",
    lineSoldOut: "Sold out: it is not in the total.",
    kitchenBusy: "The kitchen is busy: about {low} to {high} minutes.",
    kitchenFull: "The kitchen has too much to make just now. Try again in a few minutes.",
    emptyMenu: "There is nothing on the menu yet.",
    soldOut: "Sold out",
    noneLeft: "Sold out: no {what} left",
    choiceOut: "{what}: sold out. It is not in the total.",
    justSoldOut: "{name} has just sold out.",
    backAgain: "{name} is back.",
    left: { one: "Only {n} left", other: "Only {n} left" },
    required: "Required",
    choose: "Choose {n}",
    chooseUpTo: "Up to {n}",
    chooseBetween: "Choose {low} to {high}",
    contains: "Contains {what}",
    addPlain: "Add {name}",
    cartBar: { one: "{n} item", other: "{n} items" },
    review: "Review",
    tryAgain: "Try again",
    stepPlaced: "Ordered",
    stepAccepted: "Accepted",
    stepCooking: "Being made",
    stepReady: "Ready",
    stepCompleted: "Collected",
    withFriends: "With friends",
    myOrders: "Your orders",
    refusedLine: "not made",
    language: "Language",
    pageFailed: "The menu could not be loaded.",
    failed: "That did not work: {why}",
    offline: "No answer. Check your connection and try again.",
    tooMany: "You have orders that nobody answered yet. Pay for them first.",
    gone: "That took too long. Here is the price as it is now.",
    loading: "One moment …",
    menuOld: "No connection. This is the menu as of {time}.",
} as const;

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
/** Diets and allergens, as the node spells them: that is English already. */
type MenuWord = PageItem["diet"][number] | PageItem["allergens"][number];
/** Every language says all of it; where numbers matter it has the forms it needs. */
type Said<T> = { readonly [K in keyof T]: T[K] extends string ? string : Forms };
export type Words = Said<typeof en>;
/** Of what is loaded later, @see later.ts, group.ts, card.ts, notify.ts and after.ts */
export type LateWords = Said<
    typeof later & typeof group & typeof card & typeof notify & typeof after & typeof kiosk
>;
export type Translation = Words & LateWords & { readonly [K in MenuWord]: string };
