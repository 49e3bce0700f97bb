// The words for phases and flags, which never appear as the node spells them.
import type { Flag, Order, Phase } from "./protocol";

export const phaseWords: Record<Phase, string> = {
    draft: "Not paid yet",
    placed: "New",
    accepted: "Accepted",
    cooking: "In preparation",
    ready: "Ready",
    completed: "Handed over",
    cancelled: "Cancelled",
    refused: "Refused",
};

/** Where it stands: of what was given out, whether anybody came for it. */
export function phaseText({ phase, lines }: Pick<Order, "phase" | "lines">): string {
    const isLeft = lines.some(({ uncollected }) => uncollected !== undefined);
    return phase === "completed" && isLeft ? "Not collected" : phaseWords[phase];
}

const flagWords: Record<Flag, string> = {
    claim_conflict: "Two stations took this. Agree who cooks it.",
    double_made: "Two stations started the same line.",
    late_edit: "Changed after cooking began: the kitchen decides.",
    edit_conflict: "Two different changes were made. Both are shown.",
    handed_and_cancelled: "Handed over, but also cancelled. A manager decides.",
    handed_unpaid: "Handed over, not fully paid.",
    refunded_and_handed: "Refunded, and handed over.",
    double_handover: "Handed over twice.",
    refused_but_started: "Refused, but cooking had begun.",
    waste: "Something was made that nobody gets.",
    refund_due: "Money is to be given back.",
    unpaid: "Not fully paid.",
    two_numbers: "This order has two numbers.",
    line_conflict: "One line has two contents. Ask the counter.",
    needs_accept: "Lines were added. Accept them.",
    opaque: "Needs newer software. Only to be read here.",
    overflow: "Too large to add up. A manager looks at it.",
    hold_lost: "The bank no longer holds the amount. Collect it.",
    provider_at_odds: "The card provider says both paid and not paid. A manager looks at it.",
    refund_failed: "A refund by card failed. Give the money back another way.",
    over_refunded: "More was to be refunded than was paid by card.",
    disputed: "The customer disputes the card payment.",
    wish_at_odds: "Two wishes for a refund do not fit together. A manager decides.",
    role_outdated: "Changed by someone whose role had been taken.",
    cut_short: "Too much happened to it to show all.",
    printed_twice: "Two printers printed this: two tickets lie about.",
    pending: "A part of this order is still on its way.",
};

export function flagText(flag: Flag): string {
    return flagWords[flag];
}
