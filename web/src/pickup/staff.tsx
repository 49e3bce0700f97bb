// Handing over: whole or by units, with a look at what is in the bag, and a way back.
import "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { type Draft, draft } from "../base/action";
import { fetchOrders, send, sign } from "../base/ask";
import { world } from "../base/browser";
import { type Desk, startDesk } from "../base/desk";
import { formatMoney } from "../base/money";
import type { Line, Order } from "../base/protocol";
import { fillRandom } from "../base/random";
import { browserShelf } from "../base/shelf";
import { flagText } from "../base/states";
import { nodeNow } from "../base/stream";
import { whereText } from "../base/table";
import { formatAge, sayAge } from "../base/time";
import { modeText, numberText } from "../base/words";
import { Connection } from "../ui/connection";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { complain, offerUndo, Toasts } from "../ui/toast";
import { Who, WhoSheet } from "../ui/who";
import { findOrders, isWhole, readyUnits, type Units, unitsLeft } from "./hand-over";
import type { Pickup } from "./pickup";
import { SoundButton, setStaff } from "./screen";

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
    return () => <Staff pickup={pickup} desk={desk} />;
}

function handOver(order: Order, units: Units[]): Draft {
    const body = isWhole(order, units) ? {} : { units };
    const label = `Hand over ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/hand-over", { id: order.id }, body, label);
}

function unhand(order: Order): Draft {
    const label = `Take back ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/unhand", { id: order.id }, {}, label);
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
            <Header view="pickup" title="Pickup" session={stream.state.value.session}>
                <Connection stream={stream} waiting={desk.waiting} />
                <nav class="tools" aria-label="Pickup">
                    <SoundButton />
                    <Who />
                    <button type="button" onClick={() => setBackOpen(true)}>
                        <Icon name="undo" /> Handed over
                    </button>
                    <button type="button" onClick={() => setStaff(pickup, false)}>
                        Board
                    </button>
                </nav>
            </Header>
            <main class="staff">
                <Find orders={[...waiting, ...ready, ...preparing]} onChoose={setChosen} />
                <Rows title="Ready" orders={[...waiting].reverse().concat(ready)} {...rows} />
                <Rows title="Preparing" orders={preparing} {...rows} />
            </main>
            {order && (
                <HandOver
                    key={order.id}
                    desk={desk}
                    order={order}
                    onClose={() => setChosen(null)}
                />
            )}
            {isBackOpen && <HandedOver desk={desk} onClose={() => setBackOpen(false)} />}
            <WhoSheet />
            <Toasts />
        </>
    );
}

interface FindProps {
    orders: readonly Order[];
    onChoose(id: string): void;
}

/** By the number that the guest says: the sheet then shows whose it is, and what is in it. */
function Find({ orders, onChoose }: FindProps) {
    const [said, setSaid] = useState("");
    const find = (form: HTMLFormElement): void => {
        const typed = String(new FormData(form).get("number"));
        const found = findOrders(orders, typed);
        const [one] = found;
        if (one && found.length === 1) {
            onChoose(one.id);
            form.reset();
        }
        setSaid(findText(typed, found));
    };
    return (
        <form
            class="find"
            onSubmit={(event) => {
                event.preventDefault();
                find(event.currentTarget);
            }}
        >
            <label>
                Number
                <input name="number" required autocomplete="off" autocapitalize="characters" />
            </label>
            <button type="submit">
                <Icon name="search" /> Find
            </button>
            <output>{said}</output>
        </form>
    );
}

function findText(typed: string, found: readonly Order[]): string {
    if (found.length > 1) {
        return `Which one: ${found.map(numberText).join(", ")}?`;
    }
    return found.length === 1
        ? ""
        : `${typed.toUpperCase()} is not here: handed over, cancelled, or of another stall.`;
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
            {orders.length === 0 && <p class="empty">None.</p>}
            <ul class="staff-rows">
                {orders.map((order) => (
                    <li key={order.id}>
                        <button type="button" onClick={() => onChoose(order.id)}>
                            <b>{numberText(order)}</b>
                            <span class="staff-who">
                                <strong>{whereText(order) || modeText(order.mode)}</strong>
                                <small>{summary(order)}</small>
                                <Due desk={desk} order={order} />
                            </span>
                            <span class="age">
                                <Icon name="clock" />
                                {formatAge(now - (order.ready_at || order.opened_at))}
                            </span>
                        </button>
                    </li>
                ))}
            </ul>
        </section>
    );
}

function summary(order: Order): string {
    return order.lines
        .filter((line) => line.state === "active")
        .map((line) => `${line.quantity}× ${line.name}`)
        .join(", ");
}

function Due({ desk, order }: { desk: Desk; order: Order }) {
    const session = desk.stream.state.value.session;
    if (order.due >= 0 || !session) {
        return null;
    }
    return (
        <strong class="due">
            <Icon name="cash" /> Collect {formatMoney(-order.due, session)} first
        </strong>
    );
}

interface HandOverProps {
    desk: Desk;
    order: Order;
    onClose(): void;
}

/** The wrong-order guard: who and what, before anything leaves the counter. */
function HandOver({ desk, order, onClose }: HandOverProps) {
    const [chosen, setChosen] = useState<Units[] | null>(null);
    const units = chosen ?? readyUnits(order); // follows the kitchen until a person chooses
    const given = new Map(units.map(({ line, units: count }) => [line, count]));
    const set = (line: number, count: number): void =>
        setChosen([
            ...units.filter((other) => other.line !== line),
            ...(count > 0 ? [{ line, units: count }] : []),
        ]);
    const total = units.reduce((sum, { units: count }) => sum + count, 0);
    const confirm = (): void => {
        void desk.act(handOver(order, units));
        offerUndo(`${numberText(order)} handed over.`, () => void desk.act(unhand(order)));
        onClose();
    };
    const verb = isWhole(order, units) ? "Hand over everything" : `Hand over ${total}`;
    return (
        <Sheet
            title={`Hand over ${numberText(order)}`}
            onClose={onClose}
            actions={
                <button type="button" class="primary huge" disabled={total === 0} onClick={confirm}>
                    <Icon name="check" /> {total === 0 ? "Nothing chosen" : verb}
                </button>
            }
        >
            <p class="guard">
                <strong>{whereText(order) || "No name"}</strong>
                <span>{modeText(order.mode)}</span>
            </p>
            <Due desk={desk} order={order} />
            {order.flags.map((flag) => (
                <p key={flag} class="flag">
                    <Icon name="warn" /> <span>{flagText(flag)}</span>
                </p>
            ))}
            <ul class="guard-lines">
                {order.lines.map((line) => (
                    <GuardLine
                        key={line.id}
                        line={line}
                        count={given.get(line.id) ?? 0}
                        onChange={(count) => set(line.id, count)}
                    />
                ))}
            </ul>
        </Sheet>
    );
}

interface GuardProps {
    line: Line;
    count: number;
    onChange(count: number): void;
}

function GuardLine({ line, count, onChange }: GuardProps) {
    const left = unitsLeft(line);
    const options = line.options.map((option) => option.name).join(", ");
    return (
        <li class={line.state === "active" ? "" : "is-struck"}>
            <span class="what">
                <span class="name">
                    {line.quantity}× {line.name}
                </span>
                {options !== "" && <small>{options}</small>}
                {line.note !== "" && <small>{line.note}</small>}
                <small>{guardWords(line)}</small>
            </span>
            {left > 0 && (
                <span class="stepper">
                    <button
                        type="button"
                        aria-label={`One less ${line.name}`}
                        disabled={count === 0}
                        onClick={() => onChange(count - 1)}
                    >
                        <Icon name="minus" />
                    </button>
                    <output>
                        {count}/{left}
                    </output>
                    <button
                        type="button"
                        aria-label={`One more ${line.name}`}
                        disabled={count >= left}
                        onClick={() => onChange(count + 1)}
                    >
                        <Icon name="plus" />
                    </button>
                </span>
            )}
        </li>
    );
}

function guardWords(line: Line): string {
    if (line.state !== "active") {
        return line.state === "void" ? "Voided" : "Refused";
    }
    if (line.handed > 0) {
        return `${line.handed} already handed over`;
    }
    return line.progress === "done" ? "Ready" : "Not ready yet";
}

/** The newest hand-overs, each to be taken back. */
function HandedOver({ desk, onClose }: { desk: Desk; onClose(): void }) {
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
                            {whereText(order)} {sayAge(now - order.handed_at)} ago
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
