// An item's options while somebody writes them: groups of choices as texts of fields, what can be
// done with them, and what is wrong. A field goes by the pointer that the node has for it in what
// is sent (/groups/0/choices/1/price), so that what the node refuses lands where it was written.
import type { Group } from "../base/protocol";
import { decimalOf, decimalText } from "./cells";
import { BadEntry } from "./why";
import { t } from "./words";

export interface ChoiceDraft {
    /** Its own for as long as it is edited, wherever it is moved. */
    readonly key: number;
    readonly name: string;
    readonly price: string;
}

export interface GroupDraft {
    readonly key: number;
    readonly name: string;
    readonly least: string;
    readonly most: string;
    readonly choices: readonly ChoiceDraft[];
}

/** As many as the node takes. */
export const groupsMax = 8;
export const choicesMax = 16;
const nameMax = 80; // bytes
const priceMax = 1e12; // minor units

let keys = 0;

export function newChoice(name = "", price = ""): ChoiceDraft {
    keys += 1;
    return { key: keys, name, price };
}

/** Of which guests take one, as most groups are. */
export function newGroup(): GroupDraft {
    keys += 1;
    return { key: keys, name: "", least: "1", most: "1", choices: [newChoice(), newChoice()] };
}

export function draftsOf(groups: readonly Group[], digits: number): GroupDraft[] {
    const priceText = (price: number): string => {
        const text = decimalText(price, digits);
        return price === 0 ? "" : price > 0 ? `+${text}` : text;
    };
    return groups.map(({ name, min, max, choices }) => ({
        ...newGroup(),
        name,
        least: `${min}`,
        most: `${max}`,
        choices: choices.map((choice) => newChoice(choice.name, priceText(choice.price))),
    }));
}

/** @list with the one at @at @by places further, if there is such a place. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): readonly T[] {
    const one = list[at];
    const other = list[at + by];
    if (one === undefined || other === undefined) {
        return list;
    }
    return list.map((kept, place) => (place === at ? other : place === at + by ? one : kept));
}

export function without<T>(list: readonly T[], at: number): T[] {
    return list.filter((_, place) => place !== at);
}

/** @list with @one where it was, or at its end when it has grown shorter since. */
export function putBack<T>(list: readonly T[], at: number, one: T): T[] {
    return [...list.slice(0, at), one, ...list.slice(at)];
}

// --- what is wrong ---

/** Sentences, by the pointer of the field that they are about. */
export type Wrongs = ReadonlyMap<string, string>;

export class BadOptions extends BadEntry {
    constructor(readonly wrongs: Wrongs) {
        super(t("optionsWrong"));
    }
}

/** The CSV of the menu has these between options: docs/manual.md. */
const signs = /[;|:\n\r]/;

function nameWrong(name: string, others: readonly { name: string }[]): string | null {
    if (name === "") {
        return t("needName");
    }
    if (signs.test(name)) {
        return t("optionSigns");
    }
    if (new TextEncoder().encode(name).length > nameMax) {
        return t("tooLong", { what: t("name"), max: nameMax });
    }
    const same = others.filter((other) => other.name.trim() === name);
    return same.length > 1 ? t("optionTwice", { what: name }) : null;
}

function countWrong(text: string, what: string, min: number, max: number): string | null {
    const value = decimalOf(text, 0);
    return value !== null && value >= min && value <= max
        ? null
        : t("needCount", { what, min, max });
}

function boundsWrongs({ least, most, choices }: GroupDraft): [string, string | null][] {
    const all = choices.length;
    const highest = decimalOf(most, 0) ?? all;
    return [
        ["min", countWrong(least, t("atLeast"), 0, Math.max(0, Math.min(highest, all)))],
        ["max", countWrong(most, t("atMost"), 1, all)],
    ];
}

function priceOf(text: string, digits: number): number | null {
    return text.trim() === "" ? 0 : decimalOf(text, digits);
}

function priceWrong(text: string, digits: number): string | null {
    const price = priceOf(text, digits);
    return price === null || Math.abs(price) > priceMax ? t("needDifference") : null;
}

function groupWrongs(groups: readonly GroupDraft[], at: number, digits: number) {
    const group = groups[at] as GroupDraft;
    const choices = group.choices.flatMap(({ name, price }, place): [string, string | null][] => [
        [`choices/${place}/name`, nameWrong(name.trim(), group.choices)],
        [`choices/${place}/price`, priceWrong(price, digits)],
    ]);
    const all: [string, string | null][] = [
        ["name", nameWrong(group.name.trim(), groups)],
        ...boundsWrongs(group),
        ["choices", group.choices.length === 0 ? t("needChoice") : null],
        ...choices,
    ];
    return all.flatMap(([name, wrong]): [string, string][] =>
        wrong === null ? [] : [[`/groups/${at}/${name}`, wrong]],
    );
}

export function wrongsOf(groups: readonly GroupDraft[], digits: number): Wrongs {
    return new Map(groups.flatMap((_, at) => groupWrongs(groups, at, digits)));
}

/** What is to be sent; throws a BadOptions. */
export function groupsOfDrafts(drafts: readonly GroupDraft[], digits: number): Group[] {
    const wrongs = wrongsOf(drafts, digits);
    if (wrongs.size > 0) {
        throw new BadOptions(wrongs);
    }
    return drafts.map(({ name, least, most, choices }) => ({
        name: name.trim(),
        min: Number(least),
        max: Number(most),
        choices: choices.map((choice) => ({
            name: choice.name.trim(),
            price: priceOf(choice.price, digits) ?? 0,
        })),
    }));
}

/** Where the node refused something of the options, and why; none: it was about something else. */
export function refusedOptions(told: string): Wrongs {
    const [, pointer, why] = /^(\/groups(?:\/[a-z0-9]+)*): (.+)$/s.exec(told) ?? [];
    return pointer === undefined || why === undefined
        ? new Map()
        : new Map([[pointer, t("whyTold", { why: t("why422"), told: why })]]);
}
