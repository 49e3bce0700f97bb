// The words for phases and flags, which never appear as the node spells them.
import type { Flag, Order } from "./protocol";
import { t } from "./words";

/** Where it stands: of what was given out, whether anybody came for it. */
export function phaseText({ phase, lines }: Pick<Order, "phase" | "lines">): string {
    const isLeft = lines.some(({ uncollected }) => uncollected !== undefined);
    return phase === "completed" && isLeft ? t("notCollected") : t(`phase_${phase}`);
}

export function flagText(flag: Flag): string {
    return t(`flag_${flag}`);
}
