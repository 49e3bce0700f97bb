// What the owner's figures say, worked out from what the node adds up: which days, when the peaks
// were, more or less than before, and all of it as a table for spreadsheets.
import { timeText } from "../base/date";
import type { Trade } from "../base/protocol";
import { formatAge } from "../base/time";
import { sayAge } from "../base/words";
import { amountText, csvTable } from "./export";
import { type Text, t } from "./sums-words";

/** So many trading days, the last being `day`. */
export interface Period {
    readonly day: number;
    readonly days: number;
}

export const daysMost = 31; // as the node has it

export function pathOf({ day, days }: Period): string {
    return `/api/reports/trade?day=${day}&days=${days}`;
}

/** As many days before; null where there were not as many. */
export function periodBefore({ day, days }: Period): Period | null {
    return day - 2 * days >= 0 ? { day: day - days, days } : null;
}

export function periodText({ day, days }: Period): string {
    return days === 1
        ? t("periodDay", { day })
        : t("periodDays", { first: day - days + 1, last: day });
}

/** As a part of a file's name: "day-3", "days-1-to-3". */
export function periodName({ day, days }: Period): string {
    return days === 1 ? `day-${day}` : `days-${day - days + 1}-to-${day}`;
}

/** In percent, rounded; null where nothing was before. */
export function change(now: number, before: number): number | null {
    return before > 0 ? Math.round(((now - before) / before) * 100) : null;
}

/** Half up, as the node rounds; 0 of no orders. */
export function average(owed: number, orders: number): number {
    return orders > 0 ? Math.floor((2 * owed + orders) / (2 * orders)) : 0;
}

/** Where something lies by the clock on the wall: a date as 2026-11-22, and an hour. */
export type Place = (at: number) => { date: string; hour: number };

/** By the clock of the device that shows it. */
export function placeHere(at: number): { date: string; hour: number } {
    const time = new Date(at);
    const two = (part: number): string => String(part).padStart(2, "0");
    const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
    return { date, hour: time.getHours() };
}

export interface Hour {
    readonly hour: number;
    readonly orders: number;
    readonly owed: number;
}

export interface HourRow {
    /** A date as 2026-11-22. */
    readonly date: string;
    readonly cells: readonly Hour[];
}

export interface Hours {
    /** From the first with an order to the last, none left out. */
    readonly hours: readonly number[];
    readonly rows: readonly HourRow[];
    readonly sums: readonly Hour[];
    /** The most orders of one cell. */
    readonly most: number;
}

const nothing = { orders: 0, owed: 0 };

function range(first: number, last: number): number[] {
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Orders and revenue by date and hour. */
export function hoursOf(slots: Trade["slots"], place: Place): Hours {
    const sums = new Map<string, { orders: number; owed: number }>();
    const dates = new Set<string>();
    const found: number[] = [];
    for (const { at, orders, owed } of slots) {
        const { date, hour } = place(at);
        for (const key of [`${date} ${hour}`, `${hour}`]) {
            const sum = sums.get(key) ?? nothing;
            sums.set(key, { orders: sum.orders + orders, owed: sum.owed + owed });
        }
        dates.add(date);
        found.push(hour);
    }
    const hours = found.length > 0 ? range(Math.min(...found), Math.max(...found)) : [];
    const cell = (key: string, hour: number): Hour => ({ hour, ...(sums.get(key) ?? nothing) });
    const rows = [...dates].sort().map((date) => ({
        date,
        cells: hours.map((hour) => cell(`${date} ${hour}`, hour)),
    }));
    return {
        hours,
        rows,
        sums: hours.map((hour) => cell(`${hour}`, hour)),
        most: Math.max(0, ...rows.flatMap(({ cells }) => cells.map(({ orders }) => orders))),
    };
}

export const shades = 4;

/** 0 = nothing, 1 to 4 = up to the most. */
export function shadeOf(orders: number, most: number): number {
    return orders === 0 ? 0 : Math.ceil((orders / most) * shades);
}

/** The fullest hours, the fullest first; of equal ones the earlier. */
export function peaksOf({ sums }: Hours, count: number): readonly Hour[] {
    return [...sums].sort((a, b) => b.orders - a.orders || a.hour - b.hour).slice(0, count);
}

/** "18:00", as the language writes it. */
export function hourText(hour: number): string {
    return timeText(new Date(2000, 0, 1, hour).getTime());
}

/** "18": over a column. */
export function hourName(hour: number): string {
    return String(hour).padStart(2, "0");
}

/** "4:05 min", "41 s". */
export function waitText(seconds: number): string {
    const ms = seconds * 1000;
    return seconds < 60 ? sayAge(ms) : t("minutesOf", { time: formatAge(ms) });
}

/** One that is newer than the screen goes by the name that the node has for it. */
const named = (name: string, text: string): string => t(text as Text) || name;

export function channelText(name: string): string {
    return named(name, `channel_${name}`);
}

export function modeText(name: string): string {
    return named(name, `mode_${name}`);
}

export function methodText(name: string): string {
    return named(name, `method_${name}`);
}

/** What people take off orders. */
export const takings = [
    { kind: "voids", said: "voided" },
    { kind: "cancels", said: "cancelled" },
    { kind: "discounts", said: "discounts" },
    { kind: "refunds", said: "given back" },
] as const;

export interface Named {
    readonly number: number;
    readonly name: string;
}

/** Every figure: what it is of, its name, how many, and the amount. */
export function csvOf(trade: Trade, digits: number): string {
    const { report, uncollected } = trade;
    const money = (minor: number): string => amountText(minor, digits);
    const sums = [
        ...(["owed", "tax", "discount", "tip", "paid", "refunded"] as const),
        ...(["give_back", "collect", "left_behind"] as const),
    ];
    const counts = ["orders", "open", "completed", "cancelled", "refused", "uncollected"] as const;
    const waits = ["cooking", "waiting", "handing"] as const;
    const shares = ["channels", "modes", "lanes"] as const;
    return csvTable(
        ["what", "name", "orders", "units", "amount"],
        [
            ...counts.map((name) => ["count", name, report[name], "", ""]),
            ...sums.map((name) => ["sum", name, "", "", money(report[name])]),
            ...trade.days.map((one) => ["day", one.day, one.orders, "", money(one.owed)]),
            ...trade.slots.map((one) => [
                "quarter of an hour",
                new Date(one.at).toISOString(),
                one.orders,
                "",
                money(one.owed),
            ]),
            ["without a time", "", trade.untimed, "", money(trade.untimed_owed)],
            ...shares.flatMap((name) =>
                trade[name].map((one) => [name, one.name, one.orders, "", money(one.owed)]),
            ),
            ...report.methods.flatMap((one) => [
                ["paid by", one.method, one.payments, "", money(one.paid)],
                ["given back by", one.method, one.refunds, "", money(one.refunded)],
            ]),
            ...report.tips.map((one) => ["tips of staff", one.staff, "", "", money(one.tip)]),
            ...report.rates.map((one) => ["tax at", one.tax_bp / 100, "", "", money(one.tax)]),
            ...trade.items.map((one) => ["item", one.name, one.lines, one.units, money(one.owed)]),
            ["kept of cancelled orders", "", "", "", money(trade.kept)],
            ["voided", "", trade.voided.lines, trade.voided.units, money(trade.voided.amount)],
            ["refused", "", trade.refused.lines, trade.refused.units, money(trade.refused.amount)],
            [
                ...["nobody came", ""],
                ...[uncollected.lines, uncollected.units, money(uncollected.amount)],
            ],
            ["cancelled", "", report.cancelled, "", money(trade.cancelled_owed)],
            ["discounted", "", trade.discounted, "", money(report.discount)],
            ...trade.people.flatMap((one) =>
                takings.map(({ kind, said }) => [
                    `${said} by staff`,
                    one.by === "person" ? one.staff : one.by,
                    "",
                    one[kind].count,
                    money(one[kind].amount),
                ]),
            ),
            ...waits.flatMap((name) =>
                (["half", "most", "nearly_all"] as const).map((part) => [
                    `${name}, seconds`,
                    part,
                    trade[name].orders,
                    trade[name][part],
                    "",
                ]),
            ),
        ],
    );
}
