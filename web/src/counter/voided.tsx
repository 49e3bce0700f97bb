// What a revocation voided: orders that do not count until a manager decides about each.
import { useEffect, useState } from "preact/hooks";
import type { Draft } from "../base/action";
import { fetchVoided } from "../base/ask";
import { dateText } from "../base/date";
import type { Voided } from "../base/protocol";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import { say } from "../ui/toast";
import * as actions from "./actions";
import type { Counter } from "./counter";
import { counted, t } from "./later-words";
import { Told } from "./told";

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
        <section class="all-orders" aria-label={t("toDecide")}>
            <h2>{t("toDecide")}</h2>
            <p>{t("toDecideHow")}</p>
            {!counter.desk.can("adopt") && (
                <p>
                    <strong>{t("managerDecides")}</strong>
                </p>
            )}
            {orders === null && <p role="status">{t("waitingForNode")}</p>}
            {orders?.length === 0 && <p class="empty">{t("nothingToDecide")}</p>}
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
            <b class="order-number">
                <bdi>{voided.number}</bdi>
            </b>
            <div class="order-what">
                <span class="order-head">
                    <strong>{deviceText(voided)}</strong>
                    {voided.name !== "" && (
                        <span>
                            <bdi>{voided.name}</bdi>
                        </span>
                    )}
                    <time>{dateText(voided.opened_at)}</time>
                </span>
                <ul>
                    {voided.shown.map((line, at) => (
                        <li key={at}>
                            {line.quantity}× <bdi>{line.name}</bdi>
                        </li>
                    ))}
                    {hidden > 0 && <li>{counted("moreLines", hidden)}</li>}
                </ul>
                <small>{whyText(voided)}</small>
            </div>
            <span class="order-money">{counter.money(voided.total)}</span>
            {counter.desk.can("adopt") && (
                <div class="voided-buttons">
                    <button type="button" onClick={ask("adopt")}>
                        {t("adopt")}
                    </button>
                    <button type="button" class="danger" onClick={ask("drop")}>
                        {t("drop")}
                    </button>
                </div>
            )}
        </li>
    );
}

export function deviceText({ device_name, device }: Pick<Voided, "device_name" | "device">) {
    return t("takenOn", { device: device_name || device });
}

/** What voided it, in words. */
export function whyText({ events }: Pick<Voided, "events">): string {
    return counted("revokedEntries", events);
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
    const { number } = voided;
    const adopt = (): void => decide(counter, actions.adopt(voided), t("counts", { number }));
    return (
        <Sheet
            title={t("adoptTitle", { number })}
            onClose={counter.close}
            actions={
                <div class="force-buttons">
                    <button type="button" class="primary" onClick={adopt}>
                        {t("adopt")}
                    </button>
                    <button type="button" onClick={counter.close}>
                        {t("notNow")}
                    </button>
                </div>
            }
        >
            <p>
                <Told text={t("adoptIf", { price: counter.money(voided.total) })} />
            </p>
            <p>{t("adoptThen")}</p>
        </Sheet>
    );
}

const reasons = ["notSold", "takenElsewhere", "nobodyPaid"] as const;

function DropSheet({ counter, voided }: Props) {
    const { number } = voided;
    const drop = (reason: string): void =>
        decide(counter, actions.drop(voided, reason), t("isDropped", { number }));
    return (
        <Sheet title={t("dropWhy", { number })} onClose={counter.close}>
            <p>
                <Told text={t("dropIf")} />
            </p>
            <Reasons
                reasons={reasons.map((reason) => t(reason))}
                verb={t("dropTheOrder")}
                onChoose={drop}
            />
        </Sheet>
    );
}
