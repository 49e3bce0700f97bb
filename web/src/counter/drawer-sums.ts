// A cash session in figures: what lies in the drawer by parts, and what a count makes of it.
import { type Draft, draft } from "../base/action";
import { type Currency, formatMoney } from "../base/money";
import type { Drawer, DrawerCounted, Peer } from "../base/protocol";
import { counted, t } from "./later-words";
import { listed } from "./words";

export interface Part {
    readonly name: string;
    readonly amount: number;
}

/** @param figures those of now (X), or those that a count was told (Z) */
export function partsOf(
    { float, moves }: Pick<Drawer, "float" | "moves">,
    figures: Pick<DrawerCounted, "paid" | "refunded">,
): Part[] {
    const sum = (isWanted: (amount: number) => boolean): number =>
        moves.reduce((all, { amount }) => (isWanted(amount) ? all + amount : all), 0);
    return [
        { name: t("float"), amount: float },
        { name: t("cashTaken"), amount: figures.paid },
        { name: t("givenBack"), amount: 0 - figures.refunded },
        { name: t("sumPutIn"), amount: sum((amount) => amount > 0) },
        { name: t("takenOut"), amount: sum((amount) => amount < 0) },
    ];
}

/** What was counted, held against what should be there. */
export function differenceText(difference: number, currency: Currency): string {
    if (difference === 0) {
        return t("matches");
    }
    const price = formatMoney(Math.abs(difference), currency);
    return t(difference > 0 ? "overBy" : "shortBy", { price });
}

/** What is wrong with a session or its figures, in words. */
export function doubtsOf(drawer: Drawer): string[] {
    const lacking = Math.max(0, ...drawer.counts.map(({ missing }) => missing));
    const found: [boolean, string][] = [
        [drawer.counted_twice, t("countedTwice")],
        [drawer.opened_twice, t("openedTwice")],
        [lacking > 0, counted("entriesMissing", lacking)],
        [drawer.cut_short, t("cutShort")],
        [drawer.overflow || drawer.counts.some(({ overflow }) => overflow), t("tooLarge")],
    ];
    return found.filter(([is]) => is).map(([, words]) => words);
}

/** Devices that may have taken money of which this one does not know; "" when there is none. */
export function missingText(peers: readonly Peer[]): string {
    const away = peers.filter(({ state, ahead }) => state !== "linked" || ahead > 0);
    if (away.length === 0) {
        return "";
    }
    const names = listed(away.map(({ name, device }) => name || device));
    return counted("devicesAway", away.length, { names });
}

/** The one of this device that is not counted yet. */
export function ownDrawer(drawers: readonly Drawer[], log: string | undefined): Drawer | null {
    return drawers.find((drawer) => !drawer.counted && drawer.log === log) ?? null;
}

const pounds = [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1];
const dollars = [10000, 5000, 2000, 1000, 500, 200, 100, 50, 25, 10, 5, 1];
const southern = [10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10];
const crowns = [100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100];

/** Notes and coins in hundredths, largest first. */
const hundredths: Readonly<Record<string, readonly number[]>> = {
    EUR: [20000, 10000, ...pounds],
    GBP: pounds,
    USD: dollars,
    CAD: dollars.slice(0, -1),
    AUD: [...southern, 5],
    NZD: southern,
    CHF: [20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5],
    DKK: [...crowns.slice(1), 50],
    NOK: crowns.filter((value) => value !== 200),
    SEK: crowns,
    CZK: [500000, 200000, ...crowns],
    PLN: [50000, 20000, 10000, ...pounds],
};

/** Notes and coins of a currency; none where they are not known: then the total is typed. */
export function denominations({ currency, digits }: Currency, step: number): readonly number[] {
    const known = digits === 2 ? (hundredths[currency] ?? []) : [];
    return known.filter((value) => value % step === 0);
}

/** How many of each, by value. */
export type Pieces = ReadonlyMap<number, number>;

export const piecesMax = 9999;

export function sumOf(pieces: Pieces): number {
    return [...pieces].reduce((sum, [value, many]) => sum + value * many, 0);
}

/** @param text as it was typed; "" for none */
export function withPieces(pieces: Pieces, value: number, text: string): Pieces {
    const many = Math.min(piecesMax, Number(text.replace(/\D/g, "")));
    return new Map(pieces).set(value, many);
}

export function openDrawer(number: number, float: number): Draft {
    return draft("post", "/api/drawers", {}, { number, float }, t("doOpen", { n: number }));
}

export function moveCash({ id, number }: Drawer, amount: number, reason: string): Draft {
    const label = t(amount > 0 ? "doPutInto" : "doTakeOut", { n: number });
    return draft("post", "/api/drawers/{id}/move", { id }, { amount, reason }, label);
}

export function countCash({ id, number }: Drawer, counted: number, note: string): Draft {
    const body = { counted, ...(note === "" ? {} : { note }) };
    return draft("post", "/api/drawers/{id}/count", { id }, body, t("countDrawer", { n: number }));
}
