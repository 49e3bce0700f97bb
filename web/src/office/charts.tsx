// Charts that need no script to be read and are printed as they stand: bars in SVG, a table whose
// cells are shaded. What a shade or a length says stands beside it as a number.
import type { ComponentChildren } from "preact";
import { locale } from "../base/locale";
import { type Hours, hourName, shadeOf } from "./figures";
import { t } from "./sums-words";

/** A part of the largest, 0 to 1. */
export function Bar({ part }: { part: number }) {
    return (
        <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-ground" width="100" height="10" />
            <rect class="bar-part" width={Math.max(0, Math.min(part, 1)) * 100} height="10" />
        </svg>
    );
}

export interface BarRow {
    readonly key: string;
    readonly name: ComponentChildren;
    readonly amount: number;
    /** What stands in the columns, from the second on. */
    readonly cells: readonly ComponentChildren[];
}

interface BarTableProps {
    caption: string;
    heads: readonly string[];
    rows: readonly BarRow[];
}

/** A table whose rows have a bar under their name, as long as the amount is large. */
export function BarTable({ caption, heads, rows }: BarTableProps) {
    const most = Math.max(1, ...rows.map(({ amount }) => amount));
    return (
        <table class="sums bars">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    {heads.map((head) => (
                        <th key={head} scope="col">
                            {head}
                        </th>
                    ))}
                </tr>
            </thead>
            <tbody>
                {rows.map(({ key, name, amount, cells }) => (
                    <tr key={key}>
                        <th scope="row">
                            {name}
                            <Bar part={amount / most} />
                        </th>
                        {cells.map((cell, at) => (
                            <td key={heads[at + 1]}>{cell}</td>
                        ))}
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

interface ColumnsProps {
    label: string;
    columns: readonly { key: string; name: string; amount: number; text: string }[];
}

/** Columns beside each other, each with its name below and its text for who cannot see it. */
export function Columns({ label, columns }: ColumnsProps) {
    const most = Math.max(1, ...columns.map(({ amount }) => amount));
    return (
        <ol class="columns" aria-label={label}>
            {columns.map(({ key, name, amount, text }) => {
                const height = Math.max(0, amount / most) * 100;
                return (
                    <li key={key} title={t("columnSays", { hour: name, what: text })}>
                        <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
                            <rect
                                class={amount === most ? "bar-part bar-most" : "bar-part"}
                                y={100 - height}
                                width="10"
                                height={height}
                            />
                        </svg>
                        <span>{name}</span>
                        <span class="unseen">{text}</span>
                    </li>
                );
            })}
        </ol>
    );
}

function dateLabel(date: string): string {
    return new Date(`${date}T12:00`).toLocaleDateString(locale(), {
        weekday: "short",
        day: "numeric",
        month: "short",
    });
}

/** Orders by date and hour: the more, the darker. */
export function HeatMap({ hours }: { hours: Hours }) {
    return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard too
        <section class="heat-frame" tabIndex={0} aria-label={t("byDateAndHour")}>
            <table class="heat">
                <caption>{t("byDateAndHour")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t("date")}</th>
                        {hours.hours.map((hour) => (
                            <th key={hour} scope="col">
                                {hourName(hour)}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {hours.rows.map(({ date, cells }) => (
                        <tr key={date}>
                            <th scope="row">{dateLabel(date)}</th>
                            {cells.map(({ hour, orders }) => (
                                <td key={hour} class={`shade-${shadeOf(orders, hours.most)}`}>
                                    {orders === 0 ? "·" : orders}
                                </td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}
