// The pop-up's settings: what a form about them comes to.
import type { Session } from "../base/protocol";
import { decimalText } from "./cells";
import { countOf, type Entries, moneyOf, nameOf } from "./entry";
import { BadEntry } from "./why";
import { t } from "./words";

type Setting =
    | "currency"
    | "digits"
    | "prices_include_tax"
    | "pay_first"
    | "cash_step"
    | "copies"
    | "late_after_s"
    | "escalate_after_s"
    | "address"
    | "tips";
/** `name` is `popup` in what a session tells. */
export type PopupWish = Partial<Pick<Session, Setting>> & { name?: string };

/** Digits behind the point, as ISO 4217 has them and the browser knows them. */
export function digitsOf(currency: string): number {
    const style = { style: "currency", currency } as const;
    return new Intl.NumberFormat("en", style).resolvedOptions().maximumFractionDigits ?? 2;
}

export function currencyOf(text: string): string {
    const currency = text.toUpperCase();
    if (!/^[A-Z]{3}$/.test(currency)) {
        throw new BadEntry(t("currencyNeeds"));
    }
    return currency;
}

/** "5, 10, 15 %" as the node wants it. */
function tipsOf(text: string): string {
    const tips = text.replace(/[\s,;%]+/g, " ").trim();
    const shares = tips === "" ? [] : tips.split(" ").map(Number);
    const isRight = shares.every(
        (share, at) => Number.isInteger(share) && share > (shares[at - 1] ?? 0) && share <= 100,
    );
    if (!isRight || shares.length > 6) {
        throw new BadEntry(t("tipsNeed"));
    }
    return shares.join(" ");
}

function addressOf(text: string): string {
    const address = text.replace(/\/+$/, "");
    if (address !== "" && !/^https?:\/\/[^/\s]+$/.test(address)) {
        throw new BadEntry(t("onlineNeeds"));
    }
    return address;
}

/** In a cash step that the form has as whole units. */
export function stepText({ cash_step, digits }: Pick<Session, "cash_step" | "digits">): string {
    return decimalText(cash_step, digits);
}

/** What differs; all of it where two said two, as saying it again settles that. */
function changesOf(wish: PopupWish, session: Session): PopupWish {
    if (session.conflict) {
        return wish;
    }
    const before: PopupWish = { ...session, name: session.popup };
    const differing = Object.entries(wish).filter(
        ([name, value]) => value !== before[name as keyof PopupWish],
    );
    return Object.fromEntries(differing);
}

/** What is asked first of all; only what differs; throws a BadEntry. */
export function beginningOf(form: Entries, session: Session): PopupWish {
    const currency = currencyOf(form.one("currency"));
    const wish = {
        name: nameOf(form.one("name")),
        currency,
        digits: currency === session.currency ? session.digits : digitsOf(currency),
        prices_include_tax: form.has("prices_include_tax"),
    };
    return changesOf(wish, session);
}

/** All of it; only what differs; throws a BadEntry. */
export function popupOf(form: Entries, session: Session): PopupWish {
    const currency = currencyOf(form.one("currency"));
    const digits = currency === session.currency ? session.digits : digitsOf(currency);
    const step = moneyOf(form.one("cash_step"), t("cashStep", { currency }), digits);
    const wish = {
        name: nameOf(form.one("name")),
        currency,
        digits,
        prices_include_tax: form.has("prices_include_tax"),
        pay_first: form.has("pay_first"),
        cash_step: Math.max(1, step),
        copies: countOf(form.one("copies"), t("copies"), 1, 64),
        late_after_s: countOf(form.one("late_after_s"), t("lateAfter"), 1, 86_400),
        escalate_after_s: countOf(form.one("escalate_after_s"), t("escalateAfter"), 0, 86_400),
        address: addressOf(form.one("address")),
        tips: tipsOf(form.one("tips")),
    };
    return changesOf(wish, session);
}
