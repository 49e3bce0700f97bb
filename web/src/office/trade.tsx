// The owner's figures of one or more trading days, and the report that is printed of them.
import { useEffect, useState } from "preact/hooks";
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
    hourName,
    hoursOf,
    hourText,
    methodText,
    modeText,
    type Named,
    type Period,
    pathOf,
    peaksOf,
    periodBefore,
    periodName,
    periodText,
    placeHere,
    waitText,
} from "./figures";
import { Losses, People } from "./losses";
import type { Office } from "./office";
import { counted, percentText, t } from "./sums-words";
import { Figure, Missing, Remaking } from "./takings";

const booksPart = makePart(() => import("./books-part"));
const lookEvery = 30_000; // ms
const daysShown = 14;
const itemsShown = 8; // on one page of paper with the rest

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
            <section class="panel" aria-label={t("figures")}>
                <h2>{t("noDay")}</h2>
                <p>{t("noDayHow")}</p>
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
                <section class="panel" aria-label={t("figures")}>
                    <p role="status">{t("adding")}</p>
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
    readonly staff: readonly Named[];
}

async function look(office: Office, period: Period): Promise<Look> {
    const earlier = periodBefore(period);
    const [trade, before, { staff }] = await Promise.all([
        office.read<Trade>(pathOf(period)),
        earlier === null ? null : office.read<Trade>(pathOf(earlier)),
        office.read<{ staff: readonly Named[] }>("/api/staff"),
    ]);
    return { period, trade, before, staff };
}

// --- which days, and what to do with them ---

function periods(today: number): { period: Period; text: string }[] {
    const single = Array.from({ length: Math.min(today, daysShown) }, (_, back) => ({
        period: { day: today - back, days: 1 },
        text: t(back === 0 ? "dayNewest" : "dayOne", { day: today - back }),
    }));
    const last = [2, 3, 7, 14, daysMost]
        .filter((days) => days <= today)
        .map((days) => ({ period: { day: today, days }, text: counted("lastDays", days) }));
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
    const name = (kind: string): string => `figures-${periodName(period)}.${kind}`;
    return (
        <section class="panel choose-days no-print" aria-label={t("whichDays")}>
            <label>
                {t("tradingDays")}
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
                    {t("printReport")}
                </button>
                <button
                    type="button"
                    disabled={trade === null}
                    onClick={() =>
                        trade && save(name("csv"), "text/csv", csvOf(trade, session.digits))
                    }
                >
                    {t("saveCsv")}
                </button>
                <button
                    type="button"
                    disabled={trade === null}
                    onClick={() =>
                        trade && save(name("json"), "application/json", JSON.stringify(trade))
                    }
                >
                    {t("saveJson")}
                </button>
            </div>
        </section>
    );
}

// --- the report ---

function Report({ session, shown }: { session: Session; shown: Look }) {
    const { period, trade, before, staff } = shown;
    const money: Money = (minor) => formatMoney(minor, session);
    const popup = session.popup || t("thePopup");
    return (
        <div class="report">
            <header class="report-head">
                <h2>{t("titleOf", { popup, period: periodText(period) })}</h2>
                <p class="quiet">
                    {t("asHere", { at: dateText(Date.now()) })}
                    {before === null && ` ${t("noBefore")}`}
                </p>
            </header>
            <KeyFigures period={period} trade={trade} before={before} money={money} />
            <Peaks trade={trade} money={money} />
            <Items trade={trade} money={money} />
            <div class="split">
                <Payments trade={trade} money={money} />
                <Shares caption={t("whereOrdered")} money={money} text={channelText}>
                    {trade.channels}
                </Shares>
                <Shares caption={t("eatOrTake")} money={money} text={modeText}>
                    {trade.modes}
                </Shares>
                <Shares caption={t("byLane")} money={money} text={(lane) => lane || t("none")}>
                    {trade.lanes}
                </Shares>
                <Waits trade={trade} />
                <Losses trade={trade} money={money} />
                <People trade={trade} money={money} staff={staff} />
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
    const text = percent > 0 ? "comparedUp" : percent < 0 ? "comparedDown" : "comparedSame";
    return t(text, { percent: percentText(Math.abs(percent) / 100), before });
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
        <section class="panel" aria-label={t("keyFigures")}>
            <dl class="figures">
                <Figure
                    name={t("sold")}
                    value={money(report.owed)}
                    note={comparison(report.owed, before?.report.owed, than)}
                    isMain
                />
                <Figure
                    name={t("orders")}
                    value={`${report.orders}`}
                    note={comparison(report.orders, before?.report.orders, than)}
                />
                <Figure
                    name={t("averageOrder")}
                    value={money(each)}
                    note={comparison(each, eachBefore, than)}
                />
                <Figure name={t("taxInIt")} value={money(report.tax)} />
                <Figure name={t("givenBack")} value={money(report.refunded)} />
                <Figure name={t("discounts")} value={money(report.discount)} />
                {report.tip > 0 && (
                    <Figure name={t("tips")} value={money(report.tip)} note={t("tipsApart")} />
                )}
                <Figure
                    name={t("halfReady")}
                    value={trade.waiting.orders > 0 ? waitText(trade.waiting.half) : "–"}
                />
            </dl>
            {!report.complete && (
                <p class="flag" role="status">
                    {t("tooManyOrders")}
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
        <section class="panel" aria-label={t("peakHours")}>
            <h3>
                {t("peakFrom", {
                    from: hourText(first.hour),
                    to: hourText((first.hour + 1) % 24),
                })}
            </h3>
            <Columns
                label={t("soldByHour")}
                columns={hours.sums.map(({ hour, orders, owed }) => ({
                    key: `${hour}`,
                    name: hourName(hour),
                    amount: owed,
                    text: counted("hourSays", orders, { sum: money(owed) }),
                }))}
            />
            <HeatMap hours={hours} />
            {trade.untimed > 0 && (
                <p class="quiet">
                    {counted("untimed", trade.untimed, { sum: money(trade.untimed_owed) })}
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
        <section class="panel" aria-label={t("items")}>
            <BarTable
                caption={t("itemsBest")}
                heads={[t("item"), t("unitsHead"), t("sold"), t("share")]}
                rows={shown.map((one) => ({
                    key: `${one.stall} ${one.item} ${one.name}`,
                    name: one.name,
                    amount: one.owed,
                    cells: [one.units, money(one.owed), shareText(one.owed, report.owed)],
                }))}
            />
            {rest.length > 0 && (
                <p class="quiet">{counted("moreItems", rest.length, { sum: money(restOwed) })}</p>
            )}
            {items.length > itemsShown && (
                <button type="button" class="no-print" onClick={() => setAll(!isAll)}>
                    {isAll ? t("showFirst", { n: itemsShown }) : t("showAll")}
                </button>
            )}
            {trade.kept > 0 && <p class="quiet">{t("keptOf", { sum: money(trade.kept) })}</p>}
        </section>
    );
}

function shareText(part: number, whole: number): string {
    return whole > 0 ? percentText(part / whole) : "–";
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
                heads={[t("nameHead"), t("orders"), t("sold")]}
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
        <section class="panel" aria-label={t("howPaid")}>
            <BarTable
                caption={t("howPaid")}
                heads={[t("paidBy"), t("taken"), t("givenBack")]}
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
        { name: t("orderedToReady"), wait: trade.waiting },
        { name: t("acceptedToReady"), wait: trade.cooking },
        { name: t("readyToHanded"), wait: trade.handing },
    ];
    return (
        <section class="panel" aria-label={t("howLong")}>
            <table class="sums">
                <caption>{t("howLongMinutes")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t("within")}</th>
                        <th scope="col">{t("half")}</th>
                        <th scope="col">{t("most")}</th>
                        <th scope="col">{t("nearlyAll")}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.map(({ name, wait }) => (
                        <tr key={name}>
                            <th scope="row">
                                {name}
                                <small>{counted("orderCount", wait.orders)}</small>
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

function Days({ trade, money }: Props) {
    return (
        <section class="panel" aria-label={t("byDay")}>
            <BarTable
                caption={t("byDay")}
                heads={[t("day"), t("orders"), t("sold")]}
                rows={trade.days.map(({ day, orders, owed }) => ({
                    key: `${day}`,
                    name: t("dayOne", { day }),
                    amount: owed,
                    cells: [orders, money(owed)],
                }))}
            />
        </section>
    );
}
