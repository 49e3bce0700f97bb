import { dateText } from "../base/date";
import { formatMoney } from "../base/money";
import type { Report } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { t as say } from "../base/words";
import { methodText } from "./figures";
import type { Office } from "./office";
import { counted, listed, t } from "./sums-words";

/** Whose they are, as far as somebody signed in took them. */
export function TipsTaken({ report, money }: { report: Report; money(minor: number): string }) {
    return report.tips.length === 0 ? null : (
        <table class="sums">
            <thead>
                <tr>
                    <th scope="col">{t("tipsTakenBy")}</th>
                    <th scope="col">{t("tips")}</th>
                </tr>
            </thead>
            <tbody>
                {report.tips.map(({ staff, tip }) => (
                    <tr key={staff}>
                        <th scope="row">
                            {staff === 0 ? t("nobody") : say("staff", { number: staff })}
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
    return t(end > now ? "heldUntil" : "heldEnded", { at: dateText(end) });
}

export function Takings({ office }: { office: Office }) {
    const session = office.session.value;
    const report = office.report.value;
    if (session === null || report === null) {
        return (
            <section class="panel" aria-label={t("takings")}>
                <h2>{t("takings")}</h2>
                <p role="status">{t("adding")}</p>
            </section>
        );
    }
    const money = (minor: number): string => formatMoney(minor, session);
    return (
        <section class="panel" aria-label={t("takings")}>
            <h2>{report.day === 0 ? t("noDay") : t("takingsOf", { day: report.day })}</h2>
            <dl class="figures">
                <Figure name={t("sold")} value={money(report.owed)} isMain />
                <Figure name={t("orders")} value={`${report.orders}`} note={ordersText(report)} />
                <Figure name={t("givenBack")} value={money(report.refunded)} />
                <Figure name={t("taxInIt")} value={money(report.tax)} />
                {report.tip > 0 && (
                    <Figure name={t("tips")} value={money(report.tip)} note={t("tipsApart")} />
                )}
                {report.held > 0 && (
                    <Figure
                        name={t("heldByBanks")}
                        value={money(report.held)}
                        note={heldText(report, nodeNow(office.stream))}
                    />
                )}
                {report.give_back > 0 && (
                    <Figure name={t("toGiveBack")} value={money(report.give_back)} />
                )}
                {report.collect > 0 && (
                    <Figure name={t("toCollect")} value={money(report.collect)} />
                )}
            </dl>
            {report.methods.length > 0 && (
                <table class="sums">
                    <thead>
                        <tr>
                            <th scope="col">{t("paidBy")}</th>
                            <th scope="col">{t("taken")}</th>
                            <th scope="col">{t("givenBack")}</th>
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
    const parts = [counted("openCount", open), counted("handedCount", completed)];
    const left = uncollected > 0 ? [counted("leftBehind", uncollected)] : [];
    const gone = cancelled > 0 ? [counted("cancelledCount", cancelled)] : [];
    return listed([...parts, ...left, ...gone]);
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
    return remaking ? t("remaking") : "";
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
    const names = listed(report.missing.map(({ name }) => name));
    return names === "" ? null : (
        <p class="flag" role="status">
            {counted("missing", report.missing.length, { names })}
        </p>
    );
}
