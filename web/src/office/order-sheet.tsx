// One order as the ledger has it: for whoever settles a difference.
import { useEffect, useState } from "preact/hooks";
import { dateText } from "../base/date";
import { bankText } from "../base/holds";
import { formatMoney } from "../base/money";
import type { Order } from "../base/protocol";
import { phaseText } from "../base/states";
import { nodeNow } from "../base/stream";
import { whereText } from "../base/table";
import { Sheet } from "../ui/sheet";
import type { Office } from "./office";
import { type Text, t } from "./sums-words";

interface Props {
    office: Office;
    id: string;
    onClose(): void;
}

export function OrderSheet({ office, id, onClose }: Props) {
    const [order, setOrder] = useState<Order | "none" | null>(null);
    useEffect(() => {
        office.order(id).then(setOrder, () => setOrder("none"));
    }, [id]);
    const title =
        order === null || order === "none" ? t("order") : t("orderOf", { number: order.number });
    return (
        <Sheet title={title} onClose={onClose}>
            {order === null && <p role="status">{t("lookingUp")}</p>}
            {order === "none" && <p>{t("orderNotHere")}</p>}
            {order !== null && order !== "none" && <Content office={office} order={order} />}
        </Sheet>
    );
}

const linesSay = { active: "lineOf", void: "lineVoided", refused: "lineRefused" } as const;

function Content({ office, order }: { office: Office; order: Order }) {
    const session = office.session.value;
    if (session === null) {
        return null;
    }
    const where = whereText(order);
    const money = (minor: number): string => formatMoney(minor, session);
    const bank = bankText(order, nodeNow(office.stream));
    const { payments, refunds } = order.provider ?? { payments: [], refunds: [] };
    return (
        <>
            <p>
                {t("orderHead", {
                    day: order.day,
                    at: dateText(order.opened_at),
                    phase: phaseText(order),
                })}
                {where !== "" && (
                    <>
                        <br />
                        <bdi>{where}</bdi>
                    </>
                )}
            </p>
            <ul>
                {order.lines.map((line) => (
                    <li key={line.id}>
                        {t(linesSay[line.state], {
                            quantity: line.quantity,
                            name: line.name,
                            sum: money(line.total),
                        })}
                    </li>
                ))}
            </ul>
            <table class="sums">
                <tbody>
                    <Row name={t("owed")} value={money(order.owed)} />
                    <Row name={t("paid")} value={money(order.paid)} />
                    <Row name={t("givenBack")} value={money(order.refunded)} />
                    <Row
                        name={t(order.due > 0 ? "toGiveBack" : "toCollect")}
                        value={money(Math.abs(order.due))}
                    />
                </tbody>
            </table>
            {bank !== "" && <p data-end>{bank}</p>}
            {payments.length + refunds.length > 0 && (
                <table class="sums">
                    <thead>
                        <tr>
                            <th scope="col">{t("atStripe")}</th>
                            <th scope="col">{t("state")}</th>
                            <th scope="col">{t("amount")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {payments.map(({ id, state, amount }) => (
                            <ProviderRow key={id} id={id} state={state} amount={money(amount)} />
                        ))}
                        {refunds.map(({ id, status, amount }) => (
                            <ProviderRow key={id} id={id} state={status} amount={money(-amount)} />
                        ))}
                    </tbody>
                </table>
            )}
        </>
    );
}

function Row({ name, value }: { name: string; value: string }) {
    return (
        <tr>
            <th scope="row">{name}</th>
            <td>{value}</td>
        </tr>
    );
}

function ProviderRow({ id, state, amount }: { id: string; state: string; amount: string }) {
    return (
        <tr>
            <th scope="row">
                <code>{id}</code>
            </th>
            <td>{t(`at_${state}` as Text) || state}</td>
            <td>{amount}</td>
        </tr>
    );
}
