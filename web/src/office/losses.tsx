// What was not earned, and whose word took it off.
import type { Trade } from "../base/protocol";
import { t as say } from "../base/words";
import { type Named, takings } from "./figures";
import { counted, t } from "./sums-words";

interface Props {
    trade: Trade;
    money(minor: number): string;
}

export function Losses({ trade, money }: Props) {
    const { voided, refused, uncollected, report } = trade;
    const rows = [
        {
            name: t("voided"),
            what: counted("unitCount", voided.units),
            amount: voided.amount,
        },
        {
            name: t("refused"),
            what: counted("unitCount", refused.units),
            amount: refused.amount,
        },
        {
            name: t("nobodyCame"),
            what: counted("unitCount", uncollected.units),
            amount: uncollected.amount,
        },
        {
            name: t("cancelled"),
            what: counted("orderCount", report.cancelled),
            amount: trade.cancelled_owed,
        },
        {
            name: t("discounts"),
            what: counted("orderCount", trade.discounted),
            amount: report.discount,
        },
    ];
    return (
        <section class="panel" aria-label={t("notEarned")}>
            <table class="sums">
                <caption>{t("notEarned")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t("why")}</th>
                        <th scope="col">{t("howMany")}</th>
                        <th scope="col">{t("worth")}</th>
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

const nobodies: Record<string, "nobodySignedIn" | "byRule" | "atProvider"> = {
    nobody: "nobodySignedIn",
    rule: "byRule",
    provider: "atProvider",
};

/** A person by the name in the records, else by number. */
function whoText({ by, staff: number }: Trade["people"][number], staff: readonly Named[]): string {
    const nobody = nobodies[by];
    return nobody
        ? t(nobody)
        : staff.find((one) => one.number === number)?.name || say("staff", { number });
}

export function People({ trade, money, staff }: Props & { staff: readonly Named[] }) {
    if (trade.people.length === 0) {
        return null;
    }
    return (
        <section class="panel people" aria-label={t("takenOff")}>
            <table class="sums">
                <caption>{t("takenOff")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t("who")}</th>
                        <th scope="col">{t("voided")}</th>
                        <th scope="col">{t("cancelled")}</th>
                        <th scope="col">{t("discounts")}</th>
                        <th scope="col">{t("givenBack")}</th>
                    </tr>
                </thead>
                <tbody>
                    {trade.people.map((person) => (
                        <tr key={`${person.by} ${person.staff}`}>
                            <th scope="row">{whoText(person, staff)}</th>
                            {takings.map(({ kind }) => (
                                <td key={kind}>{money(person[kind].amount)}</td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}
