// What a revocation voided: orders that do not count until a manager decides about each.
import { useEffect, useState } from "preact/hooks";
import type { Draft } from "../base/action";
import { fetchVoided } from "../base/ask";
import { count } from "../base/count";
import { dateText } from "../base/date";
import type { Voided } from "../base/protocol";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import { say } from "../ui/toast";
import * as actions from "./actions";
import type { Counter } from "./counter";

/** The node's list, read again whenever there may be another one. */
function useVoided({ desk }: Counter): readonly Voided[] | null {
    const [orders, setOrders] = useState<readonly Voided[] | null>(null);
    const { voided, isCurrent } = desk.stream.state.value;
    const waiting = desk.waiting.value.length;
    useEffect(() => {
        let isWanted = true;
        fetchVoided().then(
            (read) => isWanted && setOrders(read),
            () => {}, // what is shown stays until the node is back
        );
        return () => {
            isWanted = false;
        };
    }, [voided, isCurrent, waiting]);
    return orders;
}

export function VoidedOrders({ counter }: { counter: Counter }) {
    const orders = useVoided(counter);
    return (
        <section class="all-orders" aria-label="To decide">
            <h2>To decide</h2>
            <p>
                A device that was revoked took or changed these orders, and that does not count.
                Take over what was a real sale, drop what was none.
            </p>
            {!counter.desk.can("adopt") && (
                <p>
                    <strong>Only a manager's device can decide.</strong>
                </p>
            )}
            {orders === null && <p role="status">Waiting for the node.</p>}
            {orders?.length === 0 && <p class="empty">Nothing is left to decide.</p>}
            <ul class="orders">
                {orders?.map((order) => (
                    <VoidedOrder key={order.id} counter={counter} voided={order} />
                ))}
            </ul>
        </section>
    );
}

interface Props {
    counter: Counter;
    voided: Voided;
}

function VoidedOrder({ counter, voided }: Props) {
    const hidden = voided.lines - voided.shown.length;
    const ask = (kind: "adopt" | "drop") => () => {
        counter.sheet.value = { kind, voided };
    };
    return (
        <li class="voided">
            <b class="order-number">{voided.number}</b>
            <div class="order-what">
                <span class="order-head">
                    <strong>{deviceText(voided)}</strong>
                    {voided.name !== "" && <span>{voided.name}</span>}
                    <time>{dateText(voided.opened_at)}</time>
                </span>
                <ul>
                    {voided.shown.map((line, at) => (
                        <li key={at}>
                            {line.quantity}× {line.name}
                        </li>
                    ))}
                    {hidden > 0 && <li>and {count(hidden, "line", "lines")} more</li>}
                </ul>
                <small>{whyText(voided)}</small>
            </div>
            <span class="order-money">{counter.money(voided.total)}</span>
            {counter.desk.can("adopt") && (
                <div class="voided-buttons">
                    <button type="button" onClick={ask("adopt")}>
                        Take over
                    </button>
                    <button type="button" class="danger" onClick={ask("drop")}>
                        Drop
                    </button>
                </div>
            )}
        </li>
    );
}

export function deviceText({ device_name, device }: Pick<Voided, "device_name" | "device">) {
    return `Taken on ${device_name || device}`;
}

/** What voided it, in words. */
export function whyText({ events }: Pick<Voided, "events">): string {
    const what = count(events, "entry", "entries");
    return `The device was revoked: ${what} of it ${events === 1 ? "does" : "do"} not count.`;
}

/** @param done what is said when the node has done it */
function decide(counter: Counter, what: Draft, done: string): void {
    counter.close();
    void counter.desk.act(what).then(({ ok }) => {
        if (ok) {
            say(done);
        }
    });
}

export function DecideSheet({ kind, ...props }: Props & { kind: "adopt" | "drop" }) {
    return kind === "adopt" ? <AdoptSheet {...props} /> : <DropSheet {...props} />;
}

function AdoptSheet({ counter, voided }: Props) {
    const adopt = (): void => decide(counter, actions.adopt(voided), `${voided.number} counts.`);
    return (
        <Sheet
            title={`Take over ${voided.number}?`}
            onClose={counter.close}
            actions={
                <div class="force-buttons">
                    <button type="button" class="primary" onClick={adopt}>
                        Take over
                    </button>
                    <button type="button" onClick={counter.close}>
                        Not now
                    </button>
                </div>
            }
        >
            <p>
                Do so if it was a <strong>real sale</strong>. Its number and its money (
                {counter.money(voided.total)}) then count on every device.
            </p>
            <p>That cannot be taken back; the order can be cancelled like any other.</p>
        </Sheet>
    );
}

const reasons = ["It was not sold", "It was taken again elsewhere", "Nobody paid"];

function DropSheet({ counter, voided }: Props) {
    const drop = (reason: string): void =>
        decide(counter, actions.drop(voided, reason), `${voided.number} is dropped.`);
    return (
        <Sheet title={`Drop ${voided.number}: why?`} onClose={counter.close}>
            <p>
                Do so if it was <strong>no sale</strong>. The journal keeps it, and why it was
                dropped.
            </p>
            <Reasons reasons={reasons} verb="Drop the order" onChoose={drop} />
        </Sheet>
    );
}
