// One order as the ledger has it: for whoever settles a difference.
import { useEffect, useState } from "preact/hooks";
import { dateText } from "../base/date";
import { bankText } from "../base/holds";
import { formatMoney } from "../base/money";
import type { Order } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { whereText } from "../base/table";
import { Sheet } from "../ui/sheet";
import type { Office } from "./office";

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
    const title = order === null || order === "none" ? "Order" : `Order ${order.number}`;
    return (
        <Sheet title={title} onClose={onClose}>
            {order === null && <p role="status">Looking it up.</p>}
            {order === "none" && <p>It is not on this device, or cannot be read just now.</p>}
            {order !== null && order !== "none" && <Content office={office} order={order} />}
        </Sheet>
    );
}

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
                Day {order.day}, {dateText(order.opened_at)}, {order.phase}
                {where !== "" && `, ${where}`}
            </p>
            <ul>
                {order.lines.map((line) => (
                    <li key={line.id}>
                        {line.quantity}× {line.name}
                        {line.state === "active" ? "" : ` (${line.state})`}: {money(line.total)}
                    </li>
                ))}
            </ul>
            <table class="sums">
                <tbody>
                    <Row name="Owed" value={money(order.owed)} />
                    <Row name="Paid" value={money(order.paid)} />
                    <Row name="Given back" value={money(order.refunded)} />
                    <Row
                        name={order.due > 0 ? "Still to give back" : "Still to collect"}
                        value={money(Math.abs(order.due))}
                    />
                </tbody>
            </table>
            {bank !== "" && <p data-end>{bank}</p>}
            {payments.length + refunds.length > 0 && (
                <table class="sums">
                    <thead>
                        <tr>
                            <th scope="col">At Stripe, by the ledger</th>
                            <th scope="col">State</th>
                            <th scope="col">Amount</th>
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
            <td>{state.replaceAll("_", " ")}</td>
            <td>{amount}</td>
        </tr>
    );
}
