// What opens over the board: sold out, recall, refuse, busy.
import { useEffect, useState } from "preact/hooks";
import { fetchOrders } from "../base/ask";
import type { MenuItem, Order } from "../base/protocol";
import { phaseText } from "../base/states";
import { isGoneByCount, leftText, oversoldText } from "../base/stock";
import { numberText, sayAge } from "../base/words";
import { Icon } from "../ui/icon";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import { doneLines } from "./board";
import { BusyPanel } from "./busy";
import type { Kitchen } from "./kitchen";
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
            return <MenuPanel kitchen={kitchen} onClose={close} />;
        case "busy":
            return <BusyPanel kitchen={kitchen} onClose={close} />;
        default:
            return <RecallPanel kitchen={kitchen} onClose={close} />;
    }
}

/** Two taps: this panel, and the item. */
function MenuPanel({ kitchen, onClose }: Props) {
    const items = [...kitchen.desk.stream.state.value.items.values()]
        .filter((item) => !item.hidden)
        .sort((a, b) => Number(a.available) - Number(b.available) || byPlace(a, b));
    return (
        <Sheet title={t("tapSoldOut")} onClose={onClose} isWide>
            <div class="menu-toggles">
                {items.map((item) => (
                    <Toggle key={item.number} kitchen={kitchen} item={item} />
                ))}
            </div>
        </Sheet>
    );
}

/** What nobody may sell any more comes back by counting, not by a tap. */
function Toggle({ kitchen, item }: { kitchen: Kitchen; item: MenuItem }) {
    const isGone = isGoneByCount(item);
    const left = [leftText(item), oversoldText(item)].filter(Boolean).join(", ");
    return (
        <button
            type="button"
            class={item.available ? "" : "is-sold-out"}
            disabled={isGone}
            onClick={() => kitchen.setAvailable(item, !item.available)}
        >
            <bdi>{item.name}</bdi>
            {left !== "" && <small>{left}</small>}
            {!item.available && <strong>{t(isGone ? "goneByCount" : "tapBack")}</strong>}
        </button>
    );
}

function byPlace(a: MenuItem, b: MenuItem): number {
    return a.category.localeCompare(b.category) || a.position - b.position;
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
