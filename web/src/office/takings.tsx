import { count } from "../base/count";
import { dateText } from "../base/date";
import { formatMoney } from "../base/money";
import type { Report } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { methodText } from "./figures";
import type { Office } from "./office";
import { counted } from "./words";

/** Whose they are, as far as somebody signed in took them. */
export function TipsTaken({ report, money }: { report: Report; money(minor: number): string }) {
    return report.tips.length === 0 ? null : (
        <table class="sums">
            <thead>
                <tr>
                    <th scope="col">Tips taken by</th>
                    <th scope="col">Tips</th>
                </tr>
            </thead>
            <tbody>
                {report.tips.map(({ staff, tip }) => (
                    <tr key={staff}>
                        <th scope="row">
                            {staff === 0 ? "Nobody in particular" : `Staff ${staff}`}
                        </th>
                        <td>{money(tip)}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

/** When the first bank lets go of what it holds; "" where no gateway heard it. */
export function heldText({ held_until: end }: Report, now: number): string {
    if (end === undefined) {
        return "";
    }
    return end > now
        ? `the first until ${dateText(end)}`
        : `the first ended on ${dateText(end)}, and no gateway has said that it was charged`;
}

export function Takings({ office }: { office: Office }) {
    const session = office.session.value;
    const report = office.report.value;
    if (session === null || report === null) {
        return (
            <section class="panel" aria-label="Takings">
                <h2>Takings</h2>
                <p role="status">Adding up.</p>
            </section>
        );
    }
    const money = (minor: number): string => formatMoney(minor, session);
    return (
        <section class="panel" aria-label="Takings">
            <h2>{report.day === 0 ? "No trading day yet" : `Takings of day ${report.day}`}</h2>
            <dl class="figures">
                <Figure name="Sold" value={money(report.owed)} isMain />
                <Figure name="Orders" value={`${report.orders}`} note={ordersText(report)} />
                <Figure name="Given back" value={money(report.refunded)} />
                <Figure name="Tax in it" value={money(report.tax)} />
                {report.tip > 0 && (
                    <Figure name="Tips" value={money(report.tip)} note="not in what was sold" />
                )}
                {report.held > 0 && (
                    <Figure
                        name="Held by banks"
                        value={money(report.held)}
                        note={heldText(report, nodeNow(office.stream))}
                    />
                )}
                {report.give_back > 0 && (
                    <Figure name="Still to give back" value={money(report.give_back)} />
                )}
                {report.collect > 0 && (
                    <Figure name="Still to collect" value={money(report.collect)} />
                )}
            </dl>
            {report.methods.length > 0 && (
                <table class="sums">
                    <thead>
                        <tr>
                            <th scope="col">Paid by</th>
                            <th scope="col">Taken</th>
                            <th scope="col">Given back</th>
                        </tr>
                    </thead>
                    <tbody>
                        {report.methods.map(({ method, paid, refunded }) => (
                            <tr key={method}>
                                <th scope="row">{methodText(method)}</th>
                                <td>{money(paid)}</td>
                                <td>{money(refunded)}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            )}
            <TipsTaken report={report} money={money} />
            <Remaking report={report} />
            <Missing report={report} />
        </section>
    );
}

function ordersText({ open, completed, cancelled, uncollected }: Report): string {
    const parts = [`${open} open`, `${completed} handed over`];
    const left = uncollected > 0 ? [counted("leftBehind", uncollected)] : [];
    return [...parts, ...left, ...(cancelled > 0 ? [`${cancelled} cancelled`] : [])].join(", ");
}

interface FigureProps {
    name: string;
    value: string;
    note?: string;
    isMain?: boolean;
}

export function Figure({ name, value, note, isMain }: FigureProps) {
    return (
        <div class={isMain ? "figure figure-main" : "figure"}>
            <dt>{name}</dt>
            <dd>
                <strong>{value}</strong>
                {note && <small>{note}</small>}
            </dd>
        </div>
    );
}

/** What to make of the figures; "" when they are right. */
export function remakingText({ remaking }: Report): string {
    return remaking
        ? "This device is working its figures over, and they may be as before: wait some seconds."
        : "";
}

export function Remaking({ report }: { report: Report }) {
    const text = remakingText(report);
    return text === "" ? null : (
        <p class="flag" role="status">
            {text}
        </p>
    );
}

/** What is shown is what this device has. */
export function Missing({ report }: { report: Report }) {
    const names = report.missing.map(({ name }) => name).join(", ");
    return names === "" ? null : (
        <p class="flag" role="status">
            {count(report.missing.length, "device is", "devices are")} out of reach or ahead of this
            one, so sales may be missing here: {names}.
        </p>
    );
}
