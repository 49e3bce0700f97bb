// The hand-over: who waits, found by number or code.
import "@preact/signals";
import "../ui/icons";
import { useState } from "preact/hooks";
import { send, sign } from "../base/ask";
import { world } from "../base/browser";
import { type Desk, startDesk } from "../base/desk";
import type { Order } from "../base/protocol";
import { fillRandom } from "../base/random";
import { browserShelf } from "../base/shelf";
import { nodeNow } from "../base/stream";
import { whereText } from "../base/table";
import { formatAge } from "../base/time";
import { modeText, numberText, t as say } from "../base/words";
import { Connection } from "../ui/connection";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { ShownOver } from "../ui/part-sheet";
import { complain, Toasts } from "../ui/toast";
import { Who, WhoSheet } from "../ui/who";
import { waitingLongAfter } from "./board";
import { Find } from "./find";
import { Due, HandOver } from "./guard";
import { summary } from "./hand-over";
import type { Pickup } from "./pickup";
import { rare } from "./rare";
import { SoundButton, setStaff } from "./screen";
import { t } from "./words";

export function startStaff(pickup: Pickup) {
    const shelf = browserShelf("pickup");
    const desk = startDesk(pickup.stream, {
        ...world,
        shelf,
        send,
        sign,
        fill: fillRandom,
        complain,
    });
    pickup.stream.onUp(rare.load);
    return () => <Staff pickup={pickup} desk={desk} />;
}

interface StaffProps {
    pickup: Pickup;
    desk: Desk;
}

function Staff({ pickup, desk }: StaffProps) {
    const { stream } = pickup;
    const { preparing, ready, waiting } = pickup.board.value;
    const [chosen, setChosen] = useState<string | null>(null);
    const [isBackOpen, setBackOpen] = useState(false);
    const order = chosen === null ? undefined : stream.state.value.orders.get(chosen);
    const rows = { pickup, desk, onChoose: setChosen };
    return (
        <>
            <Header view="pickup" title={say("peer_pickup")} session={stream.state.value.session}>
                <Connection stream={stream} waiting={desk.waiting} />
                <nav class="tools" aria-label={say("peer_pickup")}>
                    <SoundButton />
                    <Who />
                    <button type="button" onClick={() => setBackOpen(true)}>
                        <Icon name="undo" /> {t("handedOver")}
                    </button>
                    <button type="button" onClick={() => setStaff(pickup, false)}>
                        {t("board")}
                    </button>
                </nav>
            </Header>
            <main class="staff">
                <Find orders={[...waiting, ...ready, ...preparing]} onChoose={setChosen} />
                <Rows
                    title={say("phase_ready")}
                    orders={[...waiting].reverse().concat(ready)}
                    {...rows}
                />
                <Rows title={say("preparing")} orders={preparing} {...rows} />
            </main>
            {order && (
                <HandOver
                    key={order.id}
                    desk={desk}
                    order={order}
                    onClose={() => setChosen(null)}
                />
            )}
            {isBackOpen && (
                <ShownOver part={rare} onClose={() => setBackOpen(false)}>
                    {({ HandedOver }) => (
                        <HandedOver desk={desk} onClose={() => setBackOpen(false)} />
                    )}
                </ShownOver>
            )}
            <WhoSheet />
            <Toasts />
        </>
    );
}

interface RowsProps extends StaffProps {
    title: string;
    orders: readonly Order[];
    onChoose(id: string): void;
}

function Rows({ pickup, desk, title, orders, onChoose }: RowsProps) {
    const now = nodeNow(pickup.stream);
    return (
        <section aria-label={title}>
            <h2>
                {title} <span class="number">{orders.length}</span>
            </h2>
            {orders.length === 0 && <p class="empty">{t("none")}</p>}
            <ul class="staff-rows">
                {orders.map((order) => (
                    <li key={order.id}>
                        <button type="button" onClick={() => onChoose(order.id)}>
                            <b>{numberText(order)}</b>
                            <span class="staff-who">
                                <strong>
                                    <bdi>{whereText(order) || modeText(order.mode)}</bdi>
                                </strong>
                                <small>
                                    <bdi>{summary(order)}</bdi>
                                </small>
                                <Due desk={desk} order={order} />
                            </span>
                            <RowAge order={order} now={now} />
                        </button>
                    </li>
                ))}
            </ul>
        </section>
    );
}

/** Ready for long: it is time to say that nobody came. */
function RowAge({ order, now }: { order: Order; now: number }) {
    const age = now - (order.ready_at || order.opened_at);
    const isLong = order.ready_at > 0 && age >= waitingLongAfter;
    return (
        <span class={isLong ? "age is-long" : "age"}>
            <Icon name={isLong ? "late" : "clock"} />
            {isLong && <strong>{t("nobodyCameAsk")}</strong>}
            {formatAge(age)}
        </span>
    );
}
