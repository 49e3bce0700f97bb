// One order in full, and what can still be done to it.
import { useState } from "preact/hooks";
import type { Line, Offer, Order } from "../base/protocol";
import { flagText, phaseText } from "../base/states";
import { whereText } from "../base/table";
import { numberText } from "../base/words";
import { Icon } from "../ui/icon";
import { ShownOver } from "../ui/part-sheet";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import * as actions from "./actions";
import type { Counter } from "./counter";
import { givenBack, leftOnCard } from "./give-back";
import { Offers, offerBody, offerText } from "./offers";
import { DueWord, EndWord, heldOf, Ticks } from "./orders";
import { giveBackPart } from "./parts";
import { ReceiptButton } from "./receipt-button";
import { Sum } from "./sum";
import { methodText, returnable } from "./tender";

type Asking =
    | { kind: "nothing" }
    | { kind: "void"; line: Line }
    | { kind: "cancel" }
    | { kind: "refund" }
    /** One part of what was paid. */
    | { kind: "part"; method: string; amount: number }
    /** To a card that the provider charged. */
    | { kind: "give-back" }
    | { kind: "discount"; percent: number }
    | { kind: "offer"; offer: Offer };

interface Props {
    counter: Counter;
    order: Order;
}

export function OrderSheet({ counter, order }: Props) {
    const [asking, setAsking] = useState<Asking>({ kind: "nothing" });
    const back = (): void => setAsking({ kind: "nothing" });
    if (asking.kind === "give-back") {
        return (
            <ShownOver part={giveBackPart} onClose={back}>
                {({ GiveBackSheet }) => (
                    <GiveBackSheet counter={counter} order={order} onDone={back} />
                )}
            </ShownOver>
        );
    }
    if (asking.kind !== "nothing") {
        return <Ask counter={counter} order={order} asking={asking} onDone={back} />;
    }
    return (
        <Sheet
            title={`Order ${numberText(order)}`}
            onClose={counter.close}
            isWide
            actions={<Buttons counter={counter} order={order} onAsk={setAsking} />}
        >
            <p class="order-head">
                <strong>{phaseText(order)}</strong>
                {whereText(order) && <span>{whereText(order)}</span>}
                {order.reason !== "" && <span>{order.reason}</span>}
            </p>
            {order.flags.map((flag) => (
                <p key={flag} class="flag">
                    <Icon name="warn" /> <span>{flagText(flag)}</span>
                </p>
            ))}
            <Ticks counter={counter} order={order} />
            <ul class="detail-lines">
                {order.lines.map((line) => (
                    <DetailLine
                        key={line.id}
                        counter={counter}
                        order={order}
                        line={line}
                        onVoid={() => setAsking({ kind: "void", line })}
                    />
                ))}
            </ul>
            <Sums counter={counter} order={order} onAsk={setAsking} />
            <EndWord counter={counter} order={order} />
        </Sheet>
    );
}

const progressWords = { waiting: "", started: "Started", done: "Done" } as const;

function lineState(line: Line): string {
    if (line.state !== "active") {
        return line.state === "void" ? "Voided" : "Refused";
    }
    if (line.handed > 0) {
        return line.handed < line.quantity ? `${line.handed} handed over` : "Handed over";
    }
    return progressWords[line.progress];
}

interface DetailProps extends Props {
    line: Line;
    onVoid(): void;
}

function DetailLine({ counter, order, line, onVoid }: DetailProps) {
    const isOpen = line.state === "active" && !isClosed(order);
    const options = line.options.map((option) => option.name).join(", ");
    const change = (delta: number) => () =>
        void counter.desk.act(actions.changeLine(order, line.id, delta));
    return (
        <li class={line.state === "active" ? "" : "is-struck"}>
            <span class="quantity">{line.quantity}×</span>
            <span class="what">
                <span class="name">{line.name}</span>
                {options !== "" && <small>{options}</small>}
                {line.note !== "" && <small>{line.note}</small>}
                <small>{lineState(line)}</small>
                {line.wished !== line.quantity && <small>Asked for {line.wished}</small>}
            </span>
            <span class="row-total">{counter.money(line.total)}</span>
            {isOpen && (
                <span class="line-buttons">
                    <button type="button" aria-label={`One more ${line.name}`} onClick={change(1)}>
                        <Icon name="plus" />
                    </button>
                    <button
                        type="button"
                        aria-label={`One less ${line.name}`}
                        disabled={line.wished <= 1}
                        onClick={change(-1)}
                    >
                        <Icon name="minus" />
                    </button>
                    <button type="button" aria-label={`Void ${line.name}`} onClick={onVoid}>
                        Void
                    </button>
                </span>
            )}
        </li>
    );
}

function isClosed(order: Order): boolean {
    return ["completed", "cancelled", "refused"].includes(order.phase);
}

function Sums({ counter, order, onAsk }: Props & { onAsk(asking: Asking): void }) {
    const discount = order.lines.reduce((sum, line) => sum + line.discount, 0);
    const back = counter.desk.can("refund") ? returnable(order) : new Map<string, number>();
    return (
        <dl class="sums">
            {discount !== 0 && (
                <Sum name="Discount" text={`−${counter.money(Math.abs(discount))}`} />
            )}
            <Sum name="Total" text={counter.money(order.total)} />
            {order.tip && <Sum name="Tip" text={counter.money(order.tip)} />}
            {order.payments.map((payment) => {
                const { id, method } = payment;
                const amount = back.get(id);
                const name = methodText(payment);
                return (
                    <div key={id} class="part">
                        <dt>
                            {payment.refund ? "Refunded" : "Paid"}, {name}
                        </dt>
                        <dd>
                            {amount !== undefined && (
                                <button
                                    type="button"
                                    aria-label={`Give back ${counter.money(amount)}, ${name}`}
                                    onClick={() => onAsk({ kind: "part", method, amount })}
                                >
                                    Give back
                                </button>
                            )}
                            {counter.money(payment.amount)}
                        </dd>
                    </div>
                );
            })}
            {(order.provider?.payments ?? [])
                .filter(({ received }) => received > 0)
                .map(({ id, received }) => (
                    <Sum key={id} name="Paid, card online" text={counter.money(received)} />
                ))}
            {givenBack(order).map(({ id, name, amount }) => (
                <Sum key={id} name={name} text={counter.money(amount)} />
            ))}
            {heldOf(order) > 0 && (
                <Sum name="Held on a card, not charged" text={counter.money(heldOf(order))} />
            )}
            {order.due !== 0 && (
                <div>
                    <dt>Open</dt>
                    <dd>
                        <DueWord counter={counter} order={order} />
                    </dd>
                </div>
            )}
        </dl>
    );
}

function Buttons({ counter, order, onAsk }: Props & { onAsk(asking: Asking): void }) {
    const { desk } = counter;
    const isOpen = !isClosed(order);
    const addTo = (): void => {
        counter.clear();
        counter.placing.value = null;
        counter.target.value = order;
        counter.tab.value = "sell";
    };
    const discounts = [10, 50, 100];
    return (
        <div class="order-buttons">
            {order.due < 0 && desk.can("take-money") && (
                <button
                    type="button"
                    class="primary"
                    onClick={() => (counter.sheet.value = { kind: "pay-order", id: order.id })}
                >
                    <Icon name="cash" /> Pay {counter.money(-order.due)}
                </button>
            )}
            {order.due > 0 && desk.can("refund") && (
                <button type="button" class="primary" onClick={() => onAsk({ kind: "refund" })}>
                    Give back {counter.money(order.due)}
                </button>
            )}
            {leftOnCard(order) > 0 && desk.can("refund") && (
                <button type="button" onClick={() => onAsk({ kind: "give-back" })}>
                    Give back to the card
                </button>
            )}
            {order.tip && order.due < 0 && (
                <button type="button" onClick={() => void desk.act(actions.dropTip(order))}>
                    No tip
                </button>
            )}
            <ReceiptButton counter={counter} order={order} />
            {isOpen && (
                <button type="button" onClick={addTo}>
                    <Icon name="plus" /> Add a line
                </button>
            )}
            {isOpen &&
                desk.can("discount") &&
                discounts.map((percent) => (
                    <button
                        key={percent}
                        type="button"
                        onClick={() => onAsk({ kind: "discount", percent })}
                    >
                        {percent === 100 ? "On the house" : `−${percent} %`}
                    </button>
                ))}
            {isOpen && desk.can("discount") && (
                <Offers counter={counter} onChoose={(offer) => onAsk({ kind: "offer", offer })} />
            )}
            {isOpen && desk.can("cancel") && (
                <button type="button" class="danger" onClick={() => onAsk({ kind: "cancel" })}>
                    Cancel order
                </button>
            )}
            {order.phase === "cancelled" && (
                <button type="button" onClick={() => void desk.act(actions.reinstate(order))}>
                    <Icon name="undo" /> Bring back
                </button>
            )}
        </div>
    );
}

const reasons = {
    void: ["Wrong item", "Changed their mind", "Sold out"],
    cancel: ["Customer left", "Wrong order", "Waited too long"],
    refund: ["Cancelled", "Wrong item", "Not good", "Waited too long"],
    part: ["Wrong amount", "Paid another way", "Not good"],
    discount: ["Regular guest", "Waited too long", "Staff", "Voucher"],
} as const;

/** The pop-up's own discount has its reason. */
function reasonsOf(asking: AskProps["asking"]): readonly string[] {
    return asking.kind === "offer"
        ? [asking.offer.reason || asking.offer.name]
        : reasons[asking.kind];
}

interface AskProps extends Props {
    asking: Exclude<Asking, { kind: "nothing" | "give-back" }>;
    onDone(): void;
}

/** Whatever takes something back says why. */
function Ask({ counter, order, asking, onDone }: AskProps) {
    const words = askWords(counter, order, asking);
    const choose = (reason: string): void => {
        void counter.desk.act(draftOf(order, asking, reason));
        onDone();
    };
    return (
        <Sheet key={asking.kind} title={words.title} onClose={onDone}>
            <Reasons reasons={reasonsOf(asking)} verb={words.verb} onChoose={choose} />
        </Sheet>
    );
}

function askWords(counter: Counter, order: Order, asking: AskProps["asking"]) {
    const number = numberText(order);
    switch (asking.kind) {
        case "void":
            return { title: `Void ${asking.line.name}: why?`, verb: "Void" };
        case "cancel":
            return { title: `Cancel ${number}: why?`, verb: "Cancel the order" };
        case "refund":
        case "part": {
            const amount = asking.kind === "part" ? asking.amount : order.due;
            return { title: `Give back ${counter.money(amount)}: why?`, verb: "Give back" };
        }
        case "discount":
            return { title: `${asking.percent} % off ${number}: why?`, verb: "Give the discount" };
        case "offer":
            return {
                title: `${offerText(counter, asking.offer)} off ${number}: why?`,
                verb: "Give the discount",
            };
    }
}

function draftOf(order: Order, asking: AskProps["asking"], reason: string) {
    switch (asking.kind) {
        case "void":
            return actions.voidLine(order, asking.line.id, reason);
        case "cancel":
            return actions.cancel(order, reason);
        case "refund":
            return actions.refund(order, refundMethod(order), order.due, reason);
        case "part":
            return actions.refund(order, asking.method, asking.amount, reason);
        case "discount":
            return actions.discount(order, { percent_bp: asking.percent * 100, reason });
        case "offer":
            return actions.discount(order, { ...offerBody(asking.offer), reason });
    }
}

/** The way it came. */
function refundMethod(order: Order): string {
    return order.payments.find((payment) => !payment.refund)?.method ?? "cash";
}
