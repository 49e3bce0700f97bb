// An order paid in several parts: some cash and the rest by card, or as many equal parts as there
// are guests. Each part is the node's before the next one is taken.
import { useState } from "preact/hooks";
import type { Order } from "../base/protocol";
import { numberText } from "../base/words";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { wear } from "../ui/wear";
import * as actions from "./actions";
import type { Counter, Payment } from "./counter";
import { Keypad, typedOn, useTyping } from "./keypad";
import * as later from "./later-words";
import { SlipNumber } from "./pay";
import styles from "./split.css?inline";
import { Stepper } from "./stepper";
import { Sum } from "./sum";
import { cardPart, cashPart, methodText, nextShare, type Part } from "./tender";
import { Told } from "./told";
import { t } from "./words";

wear(styles);

interface Props {
    counter: Counter;
    /** Null: the cart, which is placed with its first part. */
    id: string | null;
}

/** The last part that was taken here, for the change that it gives. */
type Taken = Part & { method: Payment["method"] };

export function SplitSheet({ counter, id }: Props) {
    const { stream, waiting } = counter.desk;
    const order = id === null ? null : (stream.state.value.orders.get(id) ?? null);
    const [guests, setGuests] = useState(1);
    const [taken, setTaken] = useState<Taken | null>(null);
    /** How many payments the order had when a part was sent. */
    const [sent, setSent] = useState(-1);
    const isNew = id === null && counter.cart.value.length > 0;
    const isWaiting =
        !(isNew || order) ||
        (order !== null && order.payments.length <= sent) ||
        waiting.value.some(({ lane }) => lane === id);
    const left = order ? Math.max(0, -order.due) : isNew ? counter.total.value : 0;

    const take = async (method: Payment["method"], part: Part, reference: string) => {
        const { amount, tendered } = part;
        const isAll = amount === left;
        const payment = { method, tendered, tip: 0, reference };
        const before = { guests, taken };
        setTaken({ ...part, method });
        setGuests(Math.max(1, guests - 1));
        setSent(order?.payments.length ?? 0);
        const isTaken = order
            ? (await counter.desk.act(actions.pay(order, { ...payment, part: amount }))).ok
            : await counter.place(isAll ? payment : { ...payment, part: amount });
        if (!isTaken) {
            setTaken(before.taken);
            setGuests(before.guests);
            setSent(-1);
        }
    };

    const close = (): void => {
        counter.close();
        if (order && counter.placing.value?.placed?.id !== order.id) {
            counter.sheet.value = { kind: "order", id: order.id };
        }
    };
    const title = order
        ? later.t("orderInParts", { number: numberText(order) })
        : later.t("payInParts");
    return (
        <Sheet title={title} onClose={close} isWide>
            {isWaiting ? (
                <Waiting />
            ) : left === 0 && order ? (
                <AllPaid counter={counter} order={order} taken={taken} onDone={close} />
            ) : (
                <NextPart
                    key={order?.payments.length ?? 0}
                    counter={counter}
                    order={order}
                    left={left}
                    guests={guests}
                    onGuests={setGuests}
                    taken={taken}
                    onTake={(...what) => void take(...what)}
                />
            )}
        </Sheet>
    );
}

function Waiting() {
    return (
        <div class="placed-wait" role="status">
            <Icon name="sync" />
            <p>
                <Told text={later.t("partKept")} />
            </p>
        </div>
    );
}

interface NextProps {
    counter: Counter;
    order: Order | null;
    left: number;
    guests: number;
    onGuests(guests: number): void;
    taken: Taken | null;
    onTake(method: Payment["method"], part: Part, reference: string): void;
}

function NextPart({ counter, order, left, guests, onGuests, taken, onTake }: NextProps) {
    const [text, setText] = useState("");
    const [slip, setSlip] = useState("");
    const { money } = counter;
    const step = counter.session()?.cash_step ?? 1;
    const typed = Number(text);
    const share = guests > 1 ? nextShare(left, guests, step) : null;
    const cash = cashPart(left, share, typed, step);
    const card = cardPart(left, share, typed);
    const press = (key: string): void => setText((before) => typedOn(before, key));
    const payCash = (): void => {
        if (cash) {
            onTake("cash", cash, "");
        }
    };
    useTyping(press, payCash, cash !== null);
    return (
        <div class="pay split">
            <div class="pay-left">
                <p class="pay-total">
                    <span>
                        {order ? later.t("leftOf", { price: money(order.owed) }) : t("toPay")}
                    </span>
                    <strong>{money(left)}</strong>
                </p>
                <Paid counter={counter} order={order} />
                {taken && <Change counter={counter} taken={taken} />}
                <div class="split-guests">
                    <span>
                        {later.t("equalParts")}
                        <small>
                            {share === null
                                ? later.t("guestsLeft")
                                : later.counted("guestsEach", guests, { price: money(share) })}
                        </small>
                    </span>
                    <Stepper
                        value={guests}
                        label={later.t("guest")}
                        onChange={(value) => nextShare(left, value, step) > 0 && onGuests(value)}
                    />
                </div>
            </div>
            <div class="pay-right">
                <p class="pay-given">
                    <span>{t("given")}</span>
                    <strong>{money(typed)}</strong>
                </p>
                <p class="pay-given">
                    <Rest counter={counter} left={left} due={share ?? left} cash={cash} />
                </p>
                <Keypad press={press} />
                <button type="button" class="primary" disabled={cash === null} onClick={payCash}>
                    <Icon name="cash" />{" "}
                    {cash ? later.t("cashAt", { price: money(cash.amount) }) : later.t("cashAlone")}
                </button>
                <div class="pay-card">
                    <button
                        type="button"
                        disabled={card === null}
                        onClick={() => card && onTake("card-external", card, slip.trim())}
                    >
                        {card
                            ? later.t("cardAt", { price: money(card.amount) })
                            : later.t("cardAlone")}
                    </button>
                    <SlipNumber value={slip} onChange={setSlip} />
                </div>
            </div>
        </div>
    );
}

interface RestProps {
    counter: Counter;
    left: number;
    due: number;
    cash: Part | null;
}

/** What becomes of what was typed, were it cash. */
function Rest({ counter, left, due, cash }: RestProps) {
    const [name, amount] =
        cash === null
            ? [later.t("tooLittle"), due]
            : cash.change > 0
              ? [t("change"), cash.change]
              : [later.t("leftAfter"), left - cash.amount];
    return (
        <>
            <span>{name}</span>
            <strong>{counter.money(amount)}</strong>
        </>
    );
}

/** The parts so far. */
function Paid({ counter, order }: { counter: Counter; order: Order | null }) {
    return order && order.payments.length > 0 ? (
        <dl class="sums">
            {order.payments.map((payment) => (
                <Sum
                    key={payment.id}
                    name={later.t(payment.refund ? "refundedBy" : "paidBy", {
                        how: methodText(payment),
                    })}
                    text={counter.money(payment.amount)}
                />
            ))}
        </dl>
    ) : null;
}

function Change({ counter, taken }: { counter: Counter; taken: Taken }) {
    return taken.change === 0 ? null : (
        <p class="placed-change" role="status">
            <span>{t("change")}</span>
            <strong>{counter.money(taken.change)}</strong>
            <span>
                {t("changeOf", {
                    given: counter.money(taken.tendered),
                    price: counter.money(taken.amount),
                })}
            </span>
        </p>
    );
}

interface AllPaidProps {
    counter: Counter;
    order: Order;
    taken: Taken | null;
    onDone(): void;
}

function AllPaid({ counter, order, taken, onDone }: AllPaidProps) {
    return (
        <>
            <p class="placed-number">
                <span>{later.t("allPaid")}</span>
                <strong>{counter.money(order.owed)}</strong>
            </p>
            {taken && <Change counter={counter} taken={taken} />}
            <Paid counter={counter} order={order} />
            <button type="button" class="primary huge" onClick={onDone}>
                {later.t("finish")}
            </button>
        </>
    );
}
