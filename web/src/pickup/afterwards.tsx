// What is rare at the hand-over: nobody came, and what was given out is taken back.
import { useEffect, useState } from "preact/hooks";
import { fetchOrders } from "../base/ask";
import type { Desk } from "../base/desk";
import type { Order } from "../base/protocol";
import { phaseText } from "../base/states";
import { nodeNow } from "../base/stream";
import { whereText } from "../base/table";
import { numberText, sayAge } from "../base/words";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { offerUndo } from "../ui/toast";
import { cancel, leave, reinstate, unhand } from "./deeds";
import { summary } from "./hand-over";
import { type Ending, endingOf, foodWords, moneyWords } from "./no-show";

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
        offerUndo(`${numberText(order)} not collected.`, () => void desk.act(undo(order)));
        onClose();
    };
    return (
        <Sheet
            title={`Nobody came for ${numberText(order)}`}
            onClose={onClose}
            actions={
                <button type="button" class="danger huge" disabled={ending === "ask"} onClick={end}>
                    <Icon name="close" /> Not collected
                </button>
            }
        >
            <p class="guard">
                <strong>{whereText(order) || "No name"}</strong>
                <span>Ready for {sayAge(nodeNow(desk.stream) - order.ready_at)}</span>
            </p>
            <ul class="meaning">
                {session && (
                    <li>
                        <Icon name="cash" /> <span>{moneyWords(order, ending, session)}</span>
                    </li>
                )}
                <li>
                    <Icon name="plate" /> <span>{foodWords}</span>
                </li>
                <li>
                    <Icon name="undo" /> <span>{lateWords[ending]}</span>
                </li>
            </ul>
        </Sheet>
    );
}

const lateWords: Record<Ending, string> = {
    leave: "If somebody comes for it after all: Handed over, Undo.",
    cancel: "If somebody comes for it after all, the counter reinstates the order.",
    ask: "Until then it stays on this list.",
};

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
        <Sheet title="Handed over" onClose={onClose}>
            {isFailed && <p class="flag">The node cannot be asked right now.</p>}
            {orders && handed.length === 0 && <p>Nothing was handed over yet.</p>}
            <ul class="recall">
                {handed.map((order) => (
                    <li key={order.id}>
                        <b>{numberText(order)}</b>
                        <span>
                            <strong>{phaseText(order)}</strong> {sayAge(now - order.handed_at)} ago
                            {whereText(order) && `, ${whereText(order)}`}
                            <br />
                            <small>{summary(order)}</small>
                        </span>
                        <button
                            type="button"
                            onClick={() => {
                                void desk.act(unhand(order));
                                onClose();
                            }}
                        >
                            <Icon name="undo" /> Undo
                        </button>
                    </li>
                ))}
            </ul>
        </Sheet>
    );
}
