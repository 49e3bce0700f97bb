// What selling does not need. It is fetched ahead as soon as the node is heard: a till that is
// later without its node has all of itself.
import { makePart } from "../base/part";

export const orderPart = makePart(() => import("./order-sheet"));
export const receiptPart = makePart(() => import("./receipt"));
export const voidedPart = makePart(() => import("./voided"));
export const morePart = makePart(() => import("./more"));
export const drawerPart = makePart(() => import("./drawer"));
export const splitPart = makePart(() => import("./split"));
export const quantityPart = makePart(() => import("./quantity"));
export const giveBackPart = makePart(() => import("./give-back-sheet"));
export const forcePart = makePart(() => import("./force-sheet"));
export const loadsPart = makePart(() => import("./loads"));
export const parkedPart = makePart(() => import("./parked-sheet"));

export const parts = [
    orderPart,
    receiptPart,
    voidedPart,
    morePart,
    drawerPart,
    splitPart,
    quantityPart,
    giveBackPart,
    forcePart,
    loadsPart,
    parkedPart,
] as const;
