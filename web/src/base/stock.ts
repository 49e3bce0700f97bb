// What is left of an item: units that this device may sell, and those that the others may.
import type { MenuItem } from "./protocol";
import { counted, t } from "./words";

/** Nobody has a right to sell any more: sold out without a person having said so. */
export function isGoneByCount({ stock_policy: policy, stock }: MenuItem): boolean {
    return policy === "strict" && stock.all <= 0;
}

/** "5 left", "2 left here, 5 in all"; nothing where nobody counts, or it says sold out. */
export function leftText({ stock_policy: policy, stock }: MenuItem): string {
    if (policy === "off" || stock.all <= 0) {
        return "";
    }
    return stock.here === stock.all
        ? counted("left", stock.all)
        : t("leftHere", { here: stock.here, all: stock.all });
}

/** "2 oversold": sold beyond the count; nothing when none were. */
export function oversoldText({ stock }: MenuItem): string {
    return stock.oversold > 0 ? counted("oversold", stock.oversold) : "";
}
