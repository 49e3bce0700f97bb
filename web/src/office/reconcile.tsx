// Orders, ledger and Stripe side by side.
import { useState } from "preact/hooks";
import { count } from "../base/count";
import { dateText } from "../base/date";
import { formatMoney } from "../base/money";
import type { Difference, Reconciliation, Sums } from "../base/protocol";
import { Icon } from "../ui/icon";
import { csvOf, save } from "./export";
import { isUnderWay, type Office, type Span } from "./office";
import { OrderSheet } from "./order-sheet";

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
        <section class="panel reconcile" aria-label="Reconciliation">
            <h2>Does it match?</h2>
            <p class="no-print">
                The gateway compares what the orders say, what the ledger has and what Stripe has.
                It changes nothing. Close the day first, when everybody has gone.
            </p>
            <div class="ask no-print">
                <label>
                    Compare
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
                    Others use the Stripe account, too
                </label>
                <button
                    type="button"
                    class="primary"
                    disabled={office.isBusy.value}
                    onClick={compare}
                >
                    {office.isBusy.value ? "Comparing" : "Compare now"}
                </button>
            </div>
            {office.problem.value !== null && (
                <p class="flag flag-bad" role="alert">
                    <Icon name="warn" />
                    <span>Nothing was compared: {office.problem.value}</span>
                </p>
            )}
            {isUnderWay(look) && <Progress look={look} waited={office.waited.value} />}
            {look?.state === "failed" && (
                <p class="flag flag-bad" role="alert">
                    <Icon name="warn" />
                    <span>
                        Nothing was compared: {look.problem ?? "no reason was given"}
                        {look.gateway ? ` (says ${look.gateway})` : ""}
                    </span>
                </p>
            )}
            {look?.state === "done" && <Result look={look} onOrder={setShown} />}
            {shown !== null && (
                <OrderSheet office={office} id={shown} onClose={() => setShown(null)} />
            )}
        </section>
    );
}

function choices(day: number): { value: string; text: string }[] {
    const days = Array.from({ length: Math.min(day, daysShown) }, (_, back) => ({
        value: back === 0 ? "today" : `day ${day - back}`,
        text: back === 0 ? `The present day (${day})` : `Day ${day - back}`,
    }));
    return [
        ...days,
        { value: "last 8", text: "All orders of the last 8 days" },
        { value: "last 31", text: "All orders of the last 31 days" },
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
            <progress aria-label="Comparing" />
            {isAsked && waited < patience && <p>The gateway is asked.</p>}
            {isAsked && waited >= patience && (
                <p class="flag">
                    The gateway has not answered yet. It answers while it is linked to this device,
                    and one question after the other; another version of its software may not know
                    this one.
                </p>
            )}
            {!isAsked && (
                <p>
                    {look?.gateway ?? "The gateway"} reads {readingText(look)}
                </p>
            )}
        </div>
    );
}

function readingText(look: Reconciliation | null): string {
    return look?.reading === "orders"
        ? `the orders: ${look.orders ?? 0} so far.`
        : `what Stripe has: ${look?.objects ?? 0} so far.`;
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
                        <DifferenceRow key={at} one={one} onOrder={onOrder} />
                    ))}
                </ol>
            )}
            {hidden > 0 && (
                <p class="flag">
                    And {hidden} more: <code>trestle-gateway reconcile</code> on the gateway lists
                    all.
                </p>
            )}
            <p class="quiet">{footText(look)}</p>
            <div class="tools no-print">
                <button type="button" onClick={() => window.print()}>
                    Print
                </button>
                <button
                    type="button"
                    onClick={() => save(nameOf(look, "csv"), "text/csv", csvOf(look))}
                >
                    Save as CSV
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
                    Save as JSON
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
            All matches
        </p>
    ) : (
        <p class="verdict verdict-bad" role="alert">
            <Icon name="warn" />
            {count(found, "thing does not match", "things do not match")}
        </p>
    );
}

function footText(look: Reconciliation): string {
    const time = (ms: number | undefined): string => dateText(ms ?? 0);
    const of = look.day === undefined ? "All orders" : `Orders of day ${look.day}`;
    const others = look.others ?? 0;
    return [
        `${of}, compared ${time(look.ended)}${look.gateway ? ` by ${look.gateway}` : ""}.`,
        `Payments at Stripe since ${time(look.since)}:`,
        `${count(look.payments ?? 0, "payment", "payments")},`,
        `${count(look.refunds ?? 0, "refund", "refunds")},`,
        `${count(look.disputes ?? 0, "dispute", "disputes")}.`,
        ...(others > 0 ? [`${others} at Stripe ${others === 1 ? "is" : "are"} of others.`] : []),
    ].join(" ");
}

const none: Sums = { taken: 0, given_back: 0, held: 0, disputed: 0 };
const rows = [
    { name: "Taken", of: ({ taken }: Sums) => taken },
    { name: "Given back", of: ({ given_back }: Sums) => -given_back },
    { name: "Held, not taken yet", of: ({ held }: Sums) => held },
    { name: "Disputed by banks", of: ({ disputed }: Sums) => disputed },
] as const;

const sumOf = ({ taken, given_back, held }: Sums): number => taken - given_back + held;

function SideBySide({ look }: { look: Reconciliation }) {
    const currency = { currency: look.currency || "EUR", digits: look.digits ?? 2 };
    const money = (minor: number): string => formatMoney(minor, currency);
    const ledger = look.in_ledger ?? none;
    const stripe = look.at_provider ?? none;
    return (
        <table class="sums">
            <thead>
                <tr>
                    <th scope="col">By card</th>
                    <th scope="col">Orders</th>
                    <th scope="col">Ledger</th>
                    <th scope="col">Stripe</th>
                </tr>
            </thead>
            <tbody>
                {rows.map(({ name, of }) => (
                    <tr key={name} class={of(ledger) === of(stripe) ? "" : "is-off"}>
                        <th scope="row">{name}</th>
                        <td aria-label="not said by orders">–</td>
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
                    <th scope="row">Comes to</th>
                    <td>
                        {money(look.owed ?? 0)}
                        {(look.tip ?? 0) > 0 && <small>with tips of {money(look.tip ?? 0)}</small>}
                    </td>
                    <td>{money(sumOf(ledger))}</td>
                    <td>{money(sumOf(stripe))}</td>
                </tr>
            </tfoot>
        </table>
    );
}

interface RowProps {
    one: Difference;
    onOrder(id: string): void;
}

function DifferenceRow({ one, onOrder }: RowProps) {
    const { order } = one;
    return (
        <li>
            <p>
                <strong>{capital(one.said)}</strong>
            </p>
            <p>
                <b>Next:</b> {one.next}.
            </p>
            {one.object !== "" && <code>{one.object}</code>}
            {order !== undefined && (
                <button type="button" class="no-print" onClick={() => onOrder(order)}>
                    Show the order {one.number}
                </button>
            )}
        </li>
    );
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
