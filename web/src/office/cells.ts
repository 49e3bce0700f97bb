// What people type and tables hold: amounts, rates of tax, words, groups of options. The same
// spelling as `trestle menu import` and `export` have; docs/manual.md has the table.
import type { Group } from "../base/protocol";

/** Whole units with a point or a comma, to minor ones; null when it is none. */
export function decimalOf(text: string, digits: number): number | null {
    const found = /^([+-]?)(\d*)(?:[.,](\d*))?$/.exec(text.trim());
    const [, sign = "", whole = "", part = ""] = found ?? [];
    if (found === null || whole + part === "" || part.length > digits) {
        return null;
    }
    const size = Number(whole + part.padEnd(digits, "0"));
    return size <= 1e12 ? (sign === "-" && size > 0 ? -size : size) : null;
}

/** "-0.50" with two digits. */
export function decimalText(minor: number, digits: number): string {
    const size = String(Math.abs(minor)).padStart(digits + 1, "0");
    const whole = size.slice(0, size.length - digits);
    const sign = minor < 0 ? "-" : "";
    return digits > 0 ? `${sign}${whole}.${size.slice(-digits)}` : `${sign}${whole}`;
}

/** Per cent, to basis points. */
export function rateOf(text: string): number | null {
    return decimalOf(text.trim().replace(/%$/, ""), 2);
}

export function rateText(bp: number): string {
    return decimalText(bp, 2);
}

export function wordsOf(text: string): string[] {
    return text.split(/[ ,;]+/).filter((word) => word !== "");
}

function choiceOf(text: string, digits: number): Group["choices"][number] | null {
    const [, name = "", sum] = /^(.*?)(?: ([+-]\S*))?$/.exec(text.trim()) ?? [];
    const price = sum === undefined ? 0 : decimalOf(sum, digits);
    return price === null || name.trim() === "" ? null : { name: name.trim(), price };
}

function groupOf(text: string, digits: number): Group | null {
    const [, name = "", min, max, rest = ""] =
        /^\s*(.*\S)\s+(\d+)-(\d+)\s*:(.*)$/s.exec(text) ?? [];
    const choices = rest
        .split("|")
        .filter((one) => one !== "")
        .map((one) => choiceOf(one, digits));
    const known = choices.filter((one) => one !== null);
    return min === undefined || choices.length === 0 || known.length < choices.length
        ? null
        : { name, min: Number(min), max: Number(max), choices: known };
}

/** "Size 1-1: Small | Large +1.50; Dip 0-2: ..."; null when it is not of that form. */
export function groupsOf(text: string, digits: number): Group[] | null {
    const groups = text
        .split(";")
        .filter((one) => one.trim() !== "")
        .map((one) => groupOf(one, digits));
    const known = groups.filter((one) => one !== null);
    return known.length === groups.length ? known : null;
}

export function groupsText(groups: readonly Group[], digits: number): string {
    // A name that ends as one with a price does is written with one.
    const isBare = (name: string, price: number): boolean => price === 0 && !/ [+-]\S*$/.test(name);
    const choice = ({ name, price }: Group["choices"][number]): string =>
        isBare(name, price) ? name : `${name} ${price < 0 ? "" : "+"}${decimalText(price, digits)}`;
    return groups
        .map(({ name, min, max, choices }) =>
            `${name} ${min}-${max}: ${choices.map(choice).join(" | ")}`.trimEnd(),
        )
        .join("; ");
}
