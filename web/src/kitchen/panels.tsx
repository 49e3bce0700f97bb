// What opens over the board: sold out, recall, refuse, busy.
import { useEffect, useState } from "preact/hooks";
import { fetchOrders } from "../base/ask";
import type { Order } from "../base/protocol";
import { phaseText } from "../base/states";
import { numberText, sayAge } from "../base/words";
import { Icon } from "../ui/icon";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import { doneLines } from "./board";
import { BusyPanel } from "./busy";
import type { Kitchen } from "./kitchen";
import { SoldOutPanel } from "./sold-out";
import { t } from "./words";

interface Props {
    kitchen: Kitchen;
    onClose(): void;
}

/** Whichever is open. */
export function OpenPanel({ kitchen }: { kitchen: Kitchen }) {
    const close = (): void => {
        kitchen.panel.value = "none";
    };
    if (kitchen.refusing.value) {
        return <RefusePanel kitchen={kitchen} order={kitchen.refusing.value} />;
    }
    switch (kitchen.panel.value) {
        case "menu":
            return <SoldOutPanel kitchen={kitchen} onClose={close} />;
        case "busy":
            return <BusyPanel kitchen={kitchen} onClose={close} />;
        default:
            return <RecallPanel kitchen={kitchen} onClose={close} />;
    }
}

const recallMax = 50;

/** What left the board, the newest first. */
function RecallPanel({ kitchen, onClose }: Props) {
    const [orders, setOrders] = useState<readonly Order[] | null>(null);
    const [isFailed, setFailed] = useState(false);
    useEffect(() => {
        fetchOrders().then(setOrders, () => setFailed(true));
    }, []);
    const finished = (orders ?? [])
        .filter((order) => order.ready_at > 0 && doneLines(order, kitchen.station.value).length > 0)
        .sort((a, b) => b.ready_at - a.ready_at)
        .slice(0, recallMax);
    return (
        <Sheet title={t("recallTitle")} onClose={onClose}>
            {isFailed && <p class="flag">{t("nodeNotAsked")}</p>}
            {orders && finished.length === 0 && <p>{t("noneBumped")}</p>}
            <ul class="recall">
                {finished.map((order) => (
                    <li key={order.id}>
                        <b>{numberText(order)}</b>
                        <span>
                            {t("phaseAgo", {
                                phase: phaseText(order),
                                age: sayAge(kitchen.time() - order.ready_at),
                            })}
                            <br />
                            <small>
                                <bdi>{summary(order)}</bdi>
                            </small>
                        </span>
                        <button
                            type="button"
                            onClick={() => {
                                kitchen.recall(order);
                                onClose();
                            }}
                        >
                            <Icon name="undo" /> {t("recall")}
                        </button>
                    </li>
                ))}
            </ul>
        </Sheet>
    );
}

function summary(order: Order): string {
    return order.lines.map((line) => `${line.quantity}× ${line.name}`).join(", ");
}

const refusals = ["whySoldOut", "whyBusy", "whyClosing", "whyAsked"] as const;

function RefusePanel({ kitchen, order }: { kitchen: Kitchen; order: Order }) {
    const close = (): void => {
        kitchen.refusing.value = null;
    };
    return (
        <Sheet title={t("refuseWhy", { number: numberText(order) })} onClose={close}>
            <Reasons
                reasons={refusals.map((reason) => t(reason))}
                verb={t("refuse")}
                onChoose={(reason) => kitchen.refuse(order, reason)}
            />
        </Sheet>
    );
}
