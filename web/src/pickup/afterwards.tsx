// What is rare at the hand-over: nobody came, and what was given out is taken back.
import { useEffect, useState } from "preact/hooks";
import { fetchOrders } from "../base/ask";
import type { Desk } from "../base/desk";
import type { Order } from "../base/protocol";
import { phaseText } from "../base/states";
import { nodeNow } from "../base/stream";
import { whereText } from "../base/table";
import { numberText, t as say, sayAge } from "../base/words";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { offerUndo } from "../ui/toast";
import { cancel, leave, reinstate, unhand } from "./deeds";
import { summary } from "./hand-over";
import { type Ending, endingOf, moneyWords } from "./no-show";
import { type Text, t } from "./words";

interface NoShowProps {
    desk: Desk;
    order: Order;
    onClose(): void;
}

/** Before it is done it says what that means; afterwards it is taken back as a hand-over is. */
export function NoShow({ desk, order, onClose }: NoShowProps) {
    const session = desk.stream.state.value.session;
    const ending = endingOf(order, desk.can("cancel") && desk.can("order"));
    const end = (): void => {
        const isCancel = ending === "cancel";
        void desk.act(isCancel ? cancel(order) : leave(order));
        const undo = isCancel ? reinstate : unhand;
        offerUndo(t("wasLeft", { number: numberText(order) }), () => void desk.act(undo(order)));
        onClose();
    };
    return (
        <Sheet
            title={t("nobodyCameFor", { number: numberText(order) })}
            onClose={onClose}
            actions={
                <button type="button" class="danger huge" disabled={ending === "ask"} onClick={end}>
                    <Icon name="close" /> {t("notCollectedReason")}
                </button>
            }
        >
            <p class="guard">
                <strong>
                    <bdi>{whereText(order) || t("noName")}</bdi>
                </strong>
                <span>{t("readyFor", { age: sayAge(nodeNow(desk.stream) - order.ready_at) })}</span>
            </p>
            <ul class="meaning">
                {session && (
                    <li>
                        <Icon name="cash" /> <span>{moneyWords(order, ending, session)}</span>
                    </li>
                )}
                <li>
                    <Icon name="plate" /> <span>{t("food")}</span>
                </li>
                <li>
                    <Icon name="undo" /> <span>{t(lateWords[ending])}</span>
                </li>
            </ul>
        </Sheet>
    );
}

const lateWords: Record<Ending, Text> = {
    leave: "lateLeave",
    cancel: "lateCancel",
    ask: "lateAsk",
};

function handedText(order: Order, now: number): string {
    const age = sayAge(now - order.handed_at);
    const who = whereText(order);
    return who === "" ? t("handedAgo", { age }) : t("handedAgoTo", { age, who });
}

/** The newest hand-overs, each to be taken back. */
export function HandedOver({ desk, onClose }: { desk: Desk; onClose(): void }) {
    const [orders, setOrders] = useState<readonly Order[] | null>(null);
    const [isFailed, setFailed] = useState(false);
    useEffect(() => {
        fetchOrders().then(setOrders, () => setFailed(true));
    }, []);
    const now = nodeNow(desk.stream);
    const handed = (orders ?? [])
        .filter((order) => order.handed_at > 0)
        .sort((a, b) => b.handed_at - a.handed_at);
    return (
        <Sheet title={t("handedOver")} onClose={onClose}>
            {isFailed && <p class="flag">{t("nodeNotAsked")}</p>}
            {orders && handed.length === 0 && <p>{t("noneHanded")}</p>}
            <ul class="recall">
                {handed.map((order) => (
                    <li key={order.id}>
                        <b>{numberText(order)}</b>
                        <span>
                            <strong>{phaseText(order)}</strong> {handedText(order, now)}
                            <br />
                            <small>
                                <bdi>{summary(order)}</bdi>
                            </small>
                        </span>
                        <button
                            type="button"
                            onClick={() => {
                                void desk.act(unhand(order));
                                onClose();
                            }}
                        >
                            <Icon name="undo" /> {say("undo")}
                        </button>
                    </li>
                ))}
            </ul>
        </Sheet>
    );
}
