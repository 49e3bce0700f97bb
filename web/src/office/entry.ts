// What people type into the office's forms, taken apart; throws a BadEntry that says what to write.
import { decimalOf, rateOf } from "./cells";
import { BadEntry } from "./why";
import { t } from "./words";

/** The parts of a form, by name. */
export interface Entries {
    /** Without blanks around it; "" where it is not there. */
    one(name: string): string;
    has(name: string): boolean;
}

export function entriesOf(form: HTMLFormElement): Entries {
    const data = new FormData(form);
    return {
        one: (name) => String(data.get(name) ?? "").trim(),
        has: (name) => data.has(name),
    };
}

/** As the node counts: bytes of UTF-8. */
export function textOf(text: string, what: string, max: number): string {
    if (new TextEncoder().encode(text).length > max) {
        throw new BadEntry(t("tooLong", { what, max }));
    }
    return text;
}

export function nameOf(text: string): string {
    if (text === "") {
        throw new BadEntry(t("needName"));
    }
    return textOf(text, t("name"), 80);
}

export function countOf(text: string, what: string, min: number, max: number): number {
    const value = text === "" ? min : decimalOf(text, 0);
    if (value === null || value < min || value > max) {
        throw new BadEntry(t("needCount", { what, min, max }));
    }
    return value;
}

/** Basis points. */
export function percentOf(text: string, what: string): number {
    const value = rateOf(text || "0");
    if (value === null || value < 0 || value > 10_000) {
        throw new BadEntry(t("needPercent", { what }));
    }
    return value;
}

/** Minor units. */
export function moneyOf(text: string, what: string, digits: number): number {
    const value = decimalOf(text || "0", digits);
    if (value === null || value < 0) {
        throw new BadEntry(t("needMoney", { what }));
    }
    return value;
}
