// What is to be chosen from a group of options.
import { counted, t } from "./words";

/** "Choose 1", "Choose 1 to 3", "Up to 2". */
export function groupRule({ min, max }: { min: number; max: number }): string {
    if (min === max) {
        return counted("choose", min);
    }
    return min === 0 ? counted("chooseUpTo", max) : t("chooseBetween", { min, max });
}
