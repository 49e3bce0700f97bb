// Paying in parts: what one part is, and what of a part can still be given back. Amounts in minor
// units.
import { divideHalfUp, roundToStep } from "../base/money";
import type { Order } from "../base/protocol";
import { t } from "./later-words";

export interface Part {
    /** Of what is to be paid. */
    readonly amount: number;
    /** What was handed over, where more than that; otherwise 0. */
    readonly tendered: number;
    readonly change: number;
}

/** What the next of `guests` pays: equal parts but for the smallest coin, and the last pays the
 * rest. 0: there is not a coin for each. */
export function nextShare(left: number, guests: number, step: number): number {
    const isLast = guests <= 1;
    return isLast ? left : divideHalfUp(left, guests * step) * step;
}

/**
 * A part in cash: without a share, whatever is given; it gives change only where it covers all
 * that is left.
 * @param typed what is handed over; 0: just what is to be paid
 * @returns null: too little for that share, or nothing at all
 */
export function cashPart(
    left: number,
    share: number | null,
    typed: number,
    step: number,
): Part | null {
    const wanted = share ?? left;
    const inCash = roundToStep(wanted, step);
    if (wanted <= 0) {
        return null;
    }
    if (typed === 0 || typed >= inCash) {
        return { amount: wanted, tendered: typed, change: typed === 0 ? 0 : typed - inCash };
    }
    return share === null ? { amount: Math.min(typed, left), tendered: 0, change: 0 } : null;
}

/** A part by card: just what it says. A card gives no change. */
export function cardPart(left: number, share: number | null, typed: number): Part | null {
    const amount = share ?? (typed === 0 ? left : typed);
    return amount > 0 && amount <= left ? { amount, tendered: 0, change: 0 } : null;
}

const methods: ReadonlyMap<string, "cash" | "card"> = new Map([
    ["cash", "cash"],
    ["card", "card"],
    ["card-external", "card"],
]);

type Payment = Order["payments"][number];

/** "card, slip 4711". */
export function methodText({ method, reference }: Pick<Payment, "method" | "reference">): string {
    const known = methods.get(method);
    const how = known ? t(known) : method;
    return reference === "" ? how : t("bySlip", { how, slip: reference });
}

/** The ways in which a till gives money back. */
const givable: ReadonlySet<string> = new Set(["cash", "card-external"]);

/**
 * What can still be given back of each part, by the payment's id. A refund does not say of which
 * part it is: one of the same sum is taken for the part's, any other comes off the newest.
 */
export function returnable({
    payments,
    paid,
    refunded,
}: Pick<Order, "payments" | "paid" | "refunded">): ReadonlyMap<string, number> {
    const parts = payments.filter(({ refund, method }) => !refund && givable.has(method));
    const left = new Map(parts.map(({ id, amount }) => [id, amount]));
    const others: Payment[] = [];
    for (const refund of payments.filter((payment) => payment.refund)) {
        const same = parts.find(
            ({ id, method, amount }) =>
                method === refund.method && amount === refund.amount && left.get(id) === amount,
        );
        if (same) {
            left.set(same.id, 0);
        } else {
            others.push(refund);
        }
    }
    for (const { method, amount } of others) {
        takeOff(left, parts.filter((part) => part.method === method).reverse(), amount);
    }
    const here = paid - refunded;
    return new Map(
        [...left].map(([id, amount]) => [id, Math.min(amount, here)] as const).filter(isSome),
    );
}

function takeOff(left: Map<string, number>, parts: readonly Payment[], amount: number): void {
    let rest = amount;
    for (const { id } of parts) {
        const taken = Math.min(rest, left.get(id) ?? 0);
        left.set(id, (left.get(id) ?? 0) - taken);
        rest -= taken;
    }
}

function isSome([, amount]: readonly [string, number]): boolean {
    return amount > 0;
}
