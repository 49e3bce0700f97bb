// The owner's figures of one or more trading days, and the report that is printed of them.
import { useEffect, useState } from "preact/hooks";
import { count } from "../base/count";
import { dateText } from "../base/date";
import { formatMoney } from "../base/money";
import { makePart } from "../base/part";
import type { Session, Trade, TradeShare } from "../base/protocol";
import { formatAge } from "../base/time";
import { Shown } from "../ui/part";
import { BarTable, Columns, HeatMap } from "./charts";
import { save } from "./export";
import {
    average,
    change,
    channelText,
    csvOf,
    daysMost,
    hoursOf,
    hourText,
    methodText,
    modeText,
    type Period,
    pathOf,
    peaksOf,
    periodBefore,
    periodText,
    placeHere,
    waitText,
} from "./figures";
import type { Office } from "./office";
import { Figure, Missing, Remaking } from "./takings";
import { t } from "./words";

const booksPart = makePart(() => import("./books-part"));
const lookEvery = 30_000; // ms
const daysShown = 14;
const itemsShown = 12; // on one page of paper with the rest

type Money = (minor: number) => string;

export function Figures({ office }: { office: Office }) {
    const session = office.session.value;
    const today = office.report.value?.day ?? session?.day ?? 0;
    const [chosen, setChosen] = useState<Period | null>(null);
    const [shown, setShown] = useState<Look | null>(null);
    const [problem, setProblem] = useState("");
    const period = chosen ?? { day: today, days: 1 };
    const { day, days } = period;
    const [round, setRound] = useState(0);
    useEffect(() => {
        let isOver = false;
        const show = (found: Look | null, why: string): void => {
            if (!isOver) {
                setShown(found);
                setProblem(why);
            }
        };
        if (day > 0) {
            look(office, { day, days }).then(
                (found) => show(found, ""),
                (error: Error) => show(null, error.message),
            );
        }
        return () => {
            isOver = true;
        };
    }, [day, days, round]);
    // Many orders take the node a while: what was sold since is asked for now and then.
    useEffect(() => {
        const timer = setInterval(() => setRound((one) => one + 1), lookEvery);
        return () => clearInterval(timer);
    }, []);
    if (session === null || day === 0) {
        return (
            <section class="panel" aria-label="Figures">
                <h2>No trading day yet</h2>
                <p>Figures begin with the first order.</p>
            </section>
        );
    }
    const isShown = shown?.period.day === day && shown.period.days === days;
    return (
        <>
            <Tools session={session} period={period} today={today} onChoose={setChosen}>
                {isShown ? shown.trade : null}
            </Tools>
            {problem !== "" && (
                <p class="flag flag-bad" role="alert">
                    {problem}
                </p>
            )}
            {isShown && <Report session={session} shown={shown} />}
            <Shown part={booksPart}>
                {({ Books }) => <Books office={office} period={period} />}
            </Shown>
            {!isShown && problem === "" && (
                <section class="panel" aria-label="Figures">
                    <p role="status">Adding up.</p>
                </section>
            )}
        </>
    );
}

interface Look {
    readonly period: Period;
    readonly trade: Trade;
    /** The same number of days before; null: there were not as many. */
    readonly before: Trade | null;
}

async function look(office: Office, period: Period): Promise<Look> {
    const earlier = periodBefore(period);
    const [trade, before] = await Promise.all([
        office.read<Trade>(pathOf(period)),
        earlier === null ? null : office.read<Trade>(pathOf(earlier)),
    ]);
    return { period, trade, before };
}

// --- which days, and what to do with them ---

function periods(today: number): { period: Period; text: string }[] {
    const single = Array.from({ length: Math.min(today, daysShown) }, (_, back) => ({
        period: { day: today - back, days: 1 },
        text: back === 0 ? `Day ${today}, the newest` : `Day ${today - back}`,
    }));
    const last = [2, 3, 7, 14, daysMost]
        .filter((days) => days <= today)
        .map((days) => ({ period: { day: today, days }, text: `The last ${days} days` }));
    return [...single.slice(0, 1), ...last, ...single.slice(1)];
}

interface ToolsProps {
    session: Session;
    period: Period;
    today: number;
    onChoose(period: Period): void;
    children: Trade | null;
}

function Tools({ session, period, today, onChoose, children: trade }: ToolsProps) {
    const key = ({ day, days }: Period): string => `${day} ${days}`;
    const name = (kind: string): string =>
        `figures-${periodText(period).replaceAll(" ", "-")}.${kind}`;
    return (
        <section class="panel choose-days no-print" aria-label="Which days">
            <label>
                Trading days
                <select
                    value={key(period)}
                    onChange={(event) => {
                        const [day = 0, days = 1] = event.currentTarget.value
                            .split(" ")
                            .map(Number);
                        onChoose({ day, days });
                    }}
                >
                    {periods(today).map((one) => (
                        <option key={key(one.period)} value={key(one.period)}>
                            {one.text}
                        </option>
                    ))}
                </select>
            </label>
            <div class="tools">
                <button type="button" disabled={trade === null} onClick={() => window.print()}>
                    Print the report
                </button>
                <button
                    type="button"
                    disabled={trade === null}
                    onClick={() =>
                        trade && save(name("csv"), "text/csv", csvOf(trade, session.digits))
                    }
                >
                    Save as CSV
                </button>
                <button
                    type="button"
                    disabled={trade === null}
                    onClick={() =>
                        trade && save(name("json"), "application/json", JSON.stringify(trade))
                    }
                >
                    Save as JSON
                </button>
            </div>
        </section>
    );
}

// --- the report ---

function Report({ session, shown }: { session: Session; shown: Look }) {
    const { period, trade, before } = shown;
    const money: Money = (minor) => formatMoney(minor, session);
    const title = periodText(period);
    return (
        <div class="report">
            <header class="report-head">
                <h2>
                    {session.popup || "The pop-up"}: {title}
                </h2>
                <p class="quiet">
                    As this device has it, {dateText(Date.now())}.
                    {before === null && " There are not as many days before to compare with."}
                </p>
            </header>
            <KeyFigures period={period} trade={trade} before={before} money={money} />
            <Peaks trade={trade} money={money} />
            <Items trade={trade} money={money} />
            <div class="split">
                <Payments trade={trade} money={money} />
                <Shares caption="Where it was ordered" money={money} text={channelText}>
                    {trade.channels}
                </Shares>
                <Shares caption="Eat in or take away" money={money} text={modeText}>
                    {trade.modes}
                </Shares>
                <Shares
                    caption="Numbers given by device"
                    money={money}
                    text={(lane) => lane || "None"}
                >
                    {trade.lanes}
                </Shares>
                <Waits trade={trade} />
                <Losses trade={trade} money={money} />
            </div>
            {trade.days.length > 1 && <Days trade={trade} money={money} />}
        </div>
    );
}

interface Props {
    trade: Trade;
    money: Money;
}

function comparison(now: number, then: number | undefined, before: string): string {
    const percent = then === undefined ? null : change(now, then);
    if (percent === null) {
        return "";
    }
    const sign = percent > 0 ? "▲" : percent < 0 ? "▼" : "=";
    return `${sign} ${Math.abs(percent)} % on ${before}`;
}

function KeyFigures({
    period,
    trade,
    before,
    money,
}: Props & { period: Period; before: Trade | null }) {
    const { report } = trade;
    const earlier = periodBefore(period);
    const than = earlier === null ? "" : periodText(earlier);
    const each = average(report.owed, report.orders);
    const eachBefore = before ? average(before.report.owed, before.report.orders) : undefined;
    return (
        <section class="panel" aria-label="Key figures">
            <dl class="figures">
                <Figure
                    name="Sold"
                    value={money(report.owed)}
                    note={comparison(report.owed, before?.report.owed, than)}
                    isMain
                />
                <Figure
                    name="Orders"
                    value={`${report.orders}`}
                    note={comparison(report.orders, before?.report.orders, than)}
                />
                <Figure
                    name="Average order"
                    value={money(each)}
                    note={comparison(each, eachBefore, than)}
                />
                <Figure name="Tax in it" value={money(report.tax)} />
                <Figure name="Given back" value={money(report.refunded)} />
                <Figure name="Discounts" value={money(report.discount)} />
                {report.tip > 0 && (
                    <Figure name="Tips" value={money(report.tip)} note="not in what was sold" />
                )}
                <Figure
                    name="Half ready within"
                    value={trade.waiting.orders > 0 ? waitText(trade.waiting.half) : "–"}
                />
            </dl>
            {!report.complete && (
                <p class="flag" role="status">
                    These days have more orders than one report adds up. Choose fewer days.
                </p>
            )}
            <Remaking report={report} />
            <Missing report={report} />
        </section>
    );
}

function Peaks({ trade, money }: Props) {
    const hours = hoursOf(trade.slots, placeHere);
    const [first] = peaksOf(hours, 1);
    if (first === undefined) {
        return null;
    }
    return (
        <section class="panel" aria-label="Peak hours">
            <h3>
                Most orders came from {hourText(first.hour)} to {hourText((first.hour + 1) % 24)}
            </h3>
            <Columns
                label="Sold by hour"
                columns={hours.sums.map(({ hour, orders, owed }) => ({
                    key: `${hour}`,
                    name: hourText(hour).slice(0, 2),
                    amount: owed,
                    text: `${money(owed)}, ${count(orders, "order", "orders")}`,
                }))}
            />
            <HeatMap hours={hours} />
            {trade.untimed > 0 && (
                <p class="quiet">
                    {count(trade.untimed, "order has", "orders have")} no sound time:{" "}
                    {money(trade.untimed_owed)}.
                </p>
            )}
        </section>
    );
}

function Items({ trade, money }: Props) {
    const [isAll, setAll] = useState(false);
    const { items, report } = trade;
    if (items.length === 0) {
        return null;
    }
    const shown = isAll ? items : items.slice(0, itemsShown);
    const rest = items.slice(shown.length);
    const restOwed = rest.reduce((sum, { owed }) => sum + owed, 0);
    return (
        <section class="panel" aria-label="Items">
            <BarTable
                caption="Items, what brought most first"
                heads={["Item", "Units", "Sold", "Share"]}
                rows={shown.map((one) => ({
                    key: `${one.stall} ${one.item} ${one.name}`,
                    name: one.name,
                    amount: one.owed,
                    cells: [one.units, money(one.owed), shareText(one.owed, report.owed)],
                }))}
            />
            {rest.length > 0 && (
                <p class="quiet">
                    And {count(rest.length, "item", "items")} more for {money(restOwed)}.
                </p>
            )}
            {items.length > itemsShown && (
                <button type="button" class="no-print" onClick={() => setAll(!isAll)}>
                    {isAll ? `Show the first ${itemsShown}` : "Show all items"}
                </button>
            )}
            {trade.kept > 0 && (
                <p class="quiet">
                    {money(trade.kept)} more is owed for what was handed over of cancelled orders.
                </p>
            )}
        </section>
    );
}

function shareText(part: number, whole: number): string {
    return whole > 0 ? `${Math.round((part / whole) * 100)} %` : "–";
}

interface SharesProps {
    caption: string;
    money: Money;
    text(name: string): string;
    children: readonly TradeShare[];
}

function Shares({ caption, money, text, children }: SharesProps) {
    return (
        <section class="panel" aria-label={caption}>
            <BarTable
                caption={caption}
                heads={["Name", "Orders", "Sold"]}
                rows={children.map(({ name, orders, owed }) => ({
                    key: name,
                    name: text(name),
                    amount: owed,
                    cells: [orders, money(owed)],
                }))}
            />
        </section>
    );
}

function Payments({ trade, money }: Props) {
    return (
        <section class="panel" aria-label="How it was paid">
            <BarTable
                caption="How it was paid"
                heads={["Paid by", "Taken", "Given back"]}
                rows={trade.report.methods.map(({ method, paid, refunded }) => ({
                    key: method,
                    name: methodText(method),
                    amount: paid,
                    cells: [money(paid), money(refunded)],
                }))}
            />
        </section>
    );
}

function Waits({ trade }: { trade: Trade }) {
    const rows = [
        { name: "Ordered to ready", wait: trade.waiting },
        { name: "Accepted to ready", wait: trade.cooking },
        { name: "Ready to handed over", wait: trade.handing },
    ];
    return (
        <section class="panel" aria-label="How long it took">
            <table class="sums">
                <caption>How long it took, in minutes</caption>
                <thead>
                    <tr>
                        <th scope="col">Within</th>
                        <th scope="col">Half</th>
                        <th scope="col">9 in 10</th>
                        <th scope="col">99 in 100</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.map(({ name, wait }) => (
                        <tr key={name}>
                            <th scope="row">
                                {name}
                                <small>{count(wait.orders, "order", "orders")}</small>
                            </th>
                            {([wait.half, wait.most, wait.nearly_all] as const).map((one, at) => (
                                <td key={at}>{wait.orders > 0 ? formatAge(one * 1000) : "–"}</td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}

function Losses({ trade, money }: Props) {
    const { voided, refused, uncollected, report } = trade;
    const rows = [
        { name: "Voided", what: count(voided.units, "unit", "units"), amount: voided.amount },
        { name: "Refused", what: count(refused.units, "unit", "units"), amount: refused.amount },
        {
            name: t("nobodyCame"),
            what: count(uncollected.units, "unit", "units"),
            amount: uncollected.amount,
        },
        {
            name: "Cancelled",
            what: count(report.cancelled, "order", "orders"),
            amount: trade.cancelled_owed,
        },
        {
            name: "Discounts",
            what: count(trade.discounted, "order", "orders"),
            amount: report.discount,
        },
    ];
    return (
        <section class="panel" aria-label="Not earned, or left behind">
            <table class="sums">
                <caption>Not earned, or left behind</caption>
                <thead>
                    <tr>
                        <th scope="col">Why</th>
                        <th scope="col">How many</th>
                        <th scope="col">Worth</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.map(({ name, what, amount }) => (
                        <tr key={name}>
                            <th scope="row">{name}</th>
                            <td>{what}</td>
                            <td>{money(amount)}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}

function Days({ trade, money }: Props) {
    return (
        <section class="panel" aria-label="By trading day">
            <BarTable
                caption="By trading day"
                heads={["Day", "Orders", "Sold"]}
                rows={trade.days.map(({ day, orders, owed }) => ({
                    key: `${day}`,
                    name: `Day ${day}`,
                    amount: owed,
                    cells: [orders, money(owed)],
                }))}
            />
        </section>
    );
}
