// Orders, ledger and Stripe side by side.
import { useState } from "preact/hooks";
import { dateText } from "../base/date";
import { formatMoney } from "../base/money";
import type { Difference, Reconciliation, Sums } from "../base/protocol";
import { Icon } from "../ui/icon";
import { csvOf, save } from "./export";
import { isUnderWay, type Office, type Span } from "./office";
import { OrderSheet } from "./order-sheet";
import { counted, listed, type Text, t } from "./sums-words";

const daysShown = 14;
const patience = 8_000; // ms, until an answer is late

export function Reconcile({ office }: { office: Office }) {
    const [chosen, setChosen] = useState("today");
    const [isShared, setShared] = useState(false);
    const [shown, setShown] = useState<string | null>(null);
    const look = office.look.value;
    // The totals know of a day that was opened since somebody came to look.
    const day = office.report.value?.day ?? office.session.value?.day ?? 0;
    const compare = (): void => void office.compare(spanOf(chosen, day), isShared);
    return (
        <section class="panel reconcile" aria-label={t("reconciliation")}>
            <h2>{t("doesMatch")}</h2>
            <p class="no-print">{t("matchHow")}</p>
            <div class="ask no-print">
                <label>
                    {t("compare")}
                    <select
                        value={chosen}
                        onChange={(event) => setChosen(event.currentTarget.value)}
                    >
                        {choices(day).map(({ value, text }) => (
                            <option key={value} value={value}>
                                {text}
                            </option>
                        ))}
                    </select>
                </label>
                <label class="check">
                    <input
                        type="checkbox"
                        checked={isShared}
                        onChange={(event) => setShared(event.currentTarget.checked)}
                    />
                    {t("othersToo")}
                </label>
                <button
                    type="button"
                    class="primary"
                    disabled={office.isBusy.value}
                    onClick={compare}
                >
                    {t(office.isBusy.value ? "comparing" : "compareNow")}
                </button>
            </div>
            {office.problem.value !== null && (
                <p class="flag flag-bad" role="alert">
                    <Icon name="warn" />
                    <span>{t("notCompared", { why: office.problem.value })}</span>
                </p>
            )}
            {isUnderWay(look) && <Progress look={look} waited={office.waited.value} />}
            {look?.state === "failed" && (
                <p class="flag flag-bad" role="alert">
                    <Icon name="warn" />
                    <span>{failedText(look)}</span>
                </p>
            )}
            {look?.state === "done" && <Result look={look} onOrder={setShown} />}
            {shown !== null && (
                <OrderSheet office={office} id={shown} onClose={() => setShown(null)} />
            )}
        </section>
    );
}

function failedText({ problem, gateway }: Reconciliation): string {
    const why = problem ?? t("noReason");
    return gateway ? t("notComparedBy", { why, gateway }) : t("notCompared", { why });
}

function choices(day: number): { value: string; text: string }[] {
    const days = Array.from({ length: Math.min(day, daysShown) }, (_, back) => ({
        value: back === 0 ? "today" : `day ${day - back}`,
        text: t(back === 0 ? "presentDay" : "dayOne", { day: day - back }),
    }));
    return [
        ...days,
        ...[8, 31].map((days) => ({ value: `last ${days}`, text: counted("allOfLast", days) })),
    ];
}

function spanOf(chosen: string, day: number): Span {
    const number = Number(chosen.split(" ")[1]);
    if (chosen.startsWith("last ")) {
        return { days: number };
    }
    if (chosen.startsWith("day ")) {
        return { day: number };
    }
    return day > 0 ? { day } : { days: 8 };
}

function Progress({ look, waited }: { look: Reconciliation | null; waited: number }) {
    const isAsked = look?.state === "asked";
    return (
        <div class="progress" role="status">
            <progress aria-label={t("comparing")} />
            {isAsked && waited < patience && <p>{t("isAsked")}</p>}
            {isAsked && waited >= patience && <p class="flag">{t("notAnswered")}</p>}
            {!isAsked && <p>{readingText(look)}</p>}
        </div>
    );
}

function readingText(look: Reconciliation | null): string {
    const gateway = look?.gateway ?? t("theGateway");
    return look?.reading === "orders"
        ? counted("readsOrders", look.orders ?? 0, { gateway })
        : counted("readsStripe", look?.objects ?? 0, { gateway });
}

interface ResultProps {
    look: Reconciliation;
    onOrder(id: string): void;
}

function Result({ look, onOrder }: ResultProps) {
    const differences = look.differences ?? [];
    const hidden = (look.found ?? 0) - differences.length;
    return (
        <>
            <Verdict look={look} />
            <SideBySide look={look} />
            {differences.length > 0 && (
                <ol class="differences">
                    {differences.map((one, at) => (
                        <DifferenceRow key={at} look={look} one={one} onOrder={onOrder} />
                    ))}
                </ol>
            )}
            {hidden > 0 && <p class="flag">{counted("moreHidden", hidden)}</p>}
            <p class="quiet">{footText(look)}</p>
            <div class="tools no-print">
                <button type="button" onClick={() => window.print()}>
                    {t("print")}
                </button>
                <button
                    type="button"
                    onClick={() => save(nameOf(look, "csv"), "text/csv", csvOf(look))}
                >
                    {t("saveCsv")}
                </button>
                <button
                    type="button"
                    onClick={() =>
                        save(
                            nameOf(look, "json"),
                            "application/json",
                            JSON.stringify(look, null, 1),
                        )
                    }
                >
                    {t("saveJson")}
                </button>
            </div>
        </>
    );
}

function nameOf({ day, ended }: Reconciliation, kind: string): string {
    const when = new Date(ended ?? 0).toISOString().slice(0, 16).replace(":", "");
    return `reconciliation-${day ? `day-${day}-` : ""}${when}.${kind}`;
}

function Verdict({ look }: { look: Reconciliation }) {
    const found = look.found ?? 0;
    return look.matches ? (
        <p class="verdict verdict-good" role="status">
            <Icon name="check" />
            {t("allMatches")}
        </p>
    ) : (
        <p class="verdict verdict-bad" role="alert">
            <Icon name="warn" />
            {counted("mismatches", found)}
        </p>
    );
}

/** What was compared, when, and where. */
function comparedText({ day, ended, gateway = "" }: Reconciliation): string {
    const values = { at: dateText(ended ?? 0), day: day ?? 0, gateway };
    if (day === undefined) {
        return t(gateway ? "comparedAllBy" : "comparedAll", values);
    }
    return t(gateway ? "comparedDayBy" : "comparedDay", values);
}

function footText(look: Reconciliation): string {
    const counts = listed([
        counted("paymentCount", look.payments ?? 0),
        counted("refundCount", look.refunds ?? 0),
        counted("disputeCount", look.disputes ?? 0),
    ]);
    const others = look.others ?? 0;
    return [
        comparedText(look),
        t("stripeSince", { at: dateText(look.since ?? 0), counts }),
        ...(others > 0 ? [counted("ofOthers", others)] : []),
    ].join(" ");
}

const none: Sums = { taken: 0, given_back: 0, held: 0, disputed: 0 };
const rows = [
    { name: "taken", of: ({ taken }: Sums) => taken },
    { name: "givenBack", of: ({ given_back }: Sums) => -given_back },
    { name: "heldNotTaken", of: ({ held }: Sums) => held },
    { name: "disputedByBanks", of: ({ disputed }: Sums) => disputed },
] as const;

const sumOf = ({ taken, given_back, held }: Sums): number => taken - given_back + held;

function moneyOf({ currency, digits = 2 }: Reconciliation): (minor: number) => string {
    return (minor) => formatMoney(minor, { currency: currency || "EUR", digits });
}

function SideBySide({ look }: { look: Reconciliation }) {
    const money = moneyOf(look);
    const ledger = look.in_ledger ?? none;
    const stripe = look.at_provider ?? none;
    return (
        <table class="sums">
            <thead>
                <tr>
                    <th scope="col">{t("byCard")}</th>
                    <th scope="col">{t("orders")}</th>
                    <th scope="col">{t("ledger")}</th>
                    <th scope="col">Stripe</th>
                </tr>
            </thead>
            <tbody>
                {rows.map(({ name, of }) => (
                    <tr key={name} class={of(ledger) === of(stripe) ? "" : "is-off"}>
                        <th scope="row">{t(name)}</th>
                        <td aria-label={t("notSaid")}>–</td>
                        <td>{money(of(ledger))}</td>
                        <td>{money(of(stripe))}</td>
                    </tr>
                ))}
            </tbody>
            <tfoot>
                <tr
                    class={
                        sumOf(ledger) === sumOf(stripe) && sumOf(ledger) === (look.owed ?? 0)
                            ? ""
                            : "is-off"
                    }
                >
                    <th scope="row">{t("comesTo")}</th>
                    <td>
                        {money(look.owed ?? 0)}
                        {(look.tip ?? 0) > 0 && (
                            <small>{t("withTips", { sum: money(look.tip ?? 0) })}</small>
                        )}
                    </td>
                    <td>{money(sumOf(ledger))}</td>
                    <td>{money(sumOf(stripe))}</td>
                </tr>
            </tfoot>
        </table>
    );
}

/** In the language that is worn where it has a sentence for that kind, else as the gateway says it.
 * Both are whole sentences without their stop. */
function differenceText(
    what: "said" | "next",
    one: Difference,
    money: (minor: number) => string,
): string {
    const values = {
        said: capital(one.said),
        next: one.next,
        order: one.number || t("aPayment"),
        provider: money(one.provider),
        ledger: money(one.ledger),
    };
    return t(`${what}_${one.kind}` as Text, values) || values[what];
}

interface RowProps {
    look: Reconciliation;
    one: Difference;
    onOrder(id: string): void;
}

function DifferenceRow({ look, one, onOrder }: RowProps) {
    const { order } = one;
    const money = moneyOf(look);
    return (
        <li>
            <p>
                <strong>{differenceText("said", one, money)}</strong>
            </p>
            <p>
                <b>{t("nextDo")}</b> {differenceText("next", one, money)}.
            </p>
            {one.object !== "" && <code>{one.object}</code>}
            {order !== undefined && (
                <button type="button" class="no-print" onClick={() => onOrder(order)}>
                    {t("showOrder", { number: one.number })}
                </button>
            )}
        </li>
    );
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
