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
import { percentText, signed } from "./figures";
import { givenBack, leftOnCard } from "./give-back";
import * as later from "./later-words";
import { Discounts, offerText } from "./offers";
import { DueWord, EndWord, heldOf, Ticks } from "./orders";
import { giveBackPart } from "./parts";
import { ReceiptButton } from "./receipt-button";
import { Sum } from "./sum";
import { methodText, returnable } from "./tender";
import { listed, t } from "./words";

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
            title={later.t("orderOf", { number: numberText(order) })}
            onClose={counter.close}
            isWide
            actions={<Buttons counter={counter} order={order} onAsk={setAsking} />}
        >
            <p class="order-head">
                <strong>{phaseText(order)}</strong>
                {whereText(order) && (
                    <span>
                        <bdi>{whereText(order)}</bdi>
                    </span>
                )}
                {order.reason !== "" && (
                    <span>
                        <bdi>{order.reason}</bdi>
                    </span>
                )}
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

function lineState(line: Line): string {
    if (line.state !== "active") {
        return later.t(line.state === "void" ? "voided" : "refused");
    }
    if (line.handed > 0) {
        return line.handed < line.quantity
            ? later.counted("handedSome", line.handed)
            : later.t("handedOver");
    }
    return line.progress === "waiting" ? "" : later.t(line.progress);
}

interface DetailProps extends Props {
    line: Line;
    onVoid(): void;
}

function DetailLine({ counter, order, line, onVoid }: DetailProps) {
    const isOpen = line.state === "active" && !isClosed(order);
    const options = listed(line.options.map((option) => option.name));
    const change = (delta: number) => () =>
        void counter.desk.act(actions.changeLine(order, line.id, delta));
    return (
        <li class={line.state === "active" ? "" : "is-struck"}>
            <span class="quantity">{line.quantity}×</span>
            <span class="what">
                <span class="name">
                    <bdi>{line.name}</bdi>
                </span>
                {options !== "" && (
                    <small>
                        <bdi>{options}</bdi>
                    </small>
                )}
                {line.note !== "" && (
                    <small>
                        <bdi>{line.note}</bdi>
                    </small>
                )}
                <small>{lineState(line)}</small>
                {line.wished !== line.quantity && (
                    <small>{later.t("askedFor", { n: line.wished })}</small>
                )}
            </span>
            <span class="row-total">{counter.money(line.total)}</span>
            {isOpen && (
                <span class="line-buttons">
                    <button
                        type="button"
                        aria-label={t("oneMoreOf", { name: line.name })}
                        onClick={change(1)}
                    >
                        <Icon name="plus" />
                    </button>
                    <button
                        type="button"
                        aria-label={t("oneLessOf", { name: line.name })}
                        disabled={line.wished <= 1}
                        onClick={change(-1)}
                    >
                        <Icon name="minus" />
                    </button>
                    <button
                        type="button"
                        aria-label={later.t("voidOf", { name: line.name })}
                        onClick={onVoid}
                    >
                        {later.t("voidIt")}
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
                <Sum name={later.t("discount")} text={signed(counter.money(-Math.abs(discount)))} />
            )}
            <Sum name={t("total")} text={counter.money(order.total)} />
            {order.tip && <Sum name={t("tip")} text={counter.money(order.tip)} />}
            {order.payments.map((payment) => {
                const { id, method } = payment;
                const amount = back.get(id);
                const how = methodText(payment);
                return (
                    <div key={id} class="part">
                        <dt>{later.t(payment.refund ? "refundedBy" : "paidBy", { how })}</dt>
                        <dd>
                            {amount !== undefined && (
                                <button
                                    type="button"
                                    aria-label={later.t("giveBackOf", {
                                        price: counter.money(amount),
                                        how,
                                    })}
                                    onClick={() => onAsk({ kind: "part", method, amount })}
                                >
                                    {later.t("giveBack")}
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
                    <Sum key={id} name={later.t("paidOnline")} text={counter.money(received)} />
                ))}
            {givenBack(order).map(({ id, name, amount }) => (
                <Sum key={id} name={name} text={counter.money(amount)} />
            ))}
            {heldOf(order) > 0 && (
                <Sum name={later.t("heldOnCard")} text={counter.money(heldOf(order))} />
            )}
            {order.due !== 0 && (
                <div>
                    <dt>{later.t("open")}</dt>
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
    return (
        <div class="order-buttons">
            {order.due < 0 && desk.can("take-money") && (
                <button
                    type="button"
                    class="primary"
                    onClick={() => (counter.sheet.value = { kind: "pay-order", id: order.id })}
                >
                    <Icon name="cash" /> {t("payPrice", { price: counter.money(-order.due) })}
                </button>
            )}
            {order.due > 0 && desk.can("refund") && (
                <button type="button" class="primary" onClick={() => onAsk({ kind: "refund" })}>
                    {t("giveBackPrice", { price: counter.money(order.due) })}
                </button>
            )}
            {leftOnCard(order) > 0 && desk.can("refund") && (
                <button type="button" onClick={() => onAsk({ kind: "give-back" })}>
                    {later.t("giveBackToCard")}
                </button>
            )}
            {order.tip && order.due < 0 && (
                <button type="button" onClick={() => void desk.act(actions.dropTip(order))}>
                    {later.t("noTip")}
                </button>
            )}
            <ReceiptButton counter={counter} order={order} />
            {isOpen && (
                <button type="button" onClick={addTo}>
                    <Icon name="plus" /> {later.t("addLine")}
                </button>
            )}
            {isOpen && desk.can("discount") && (
                <Discounts
                    counter={counter}
                    onPercent={(percent) => onAsk({ kind: "discount", percent })}
                    onOffer={(offer) => onAsk({ kind: "offer", offer })}
                />
            )}
            {isOpen && desk.can("cancel") && (
                <button type="button" class="danger" onClick={() => onAsk({ kind: "cancel" })}>
                    {later.t("cancelOrder")}
                </button>
            )}
            {order.phase === "cancelled" && (
                <button type="button" onClick={() => void desk.act(actions.reinstate(order))}>
                    <Icon name="undo" /> {later.t("bringBack")}
                </button>
            )}
        </div>
    );
}

const reasons = {
    void: ["wrongItem", "changedMind", "whySoldOut"],
    cancel: ["customerLeft", "wrongOrder", "waitedTooLong"],
    refund: ["cancelled", "wrongItem", "notGood", "waitedTooLong"],
    part: ["wrongAmount", "paidOtherWay", "notGood"],
    discount: ["regular", "waitedTooLong", "staff", "voucher"],
} as const;

/** The pop-up's own discount has its reason. */
function reasonsOf(asking: AskProps["asking"]): readonly string[] {
    return asking.kind === "offer"
        ? [asking.offer.reason || asking.offer.name]
        : reasons[asking.kind].map((reason) => later.t(reason));
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
            return {
                title: later.t("voidWhy", { name: asking.line.name }),
                verb: later.t("voidIt"),
            };
        case "cancel":
            return { title: later.t("cancelWhy", { number }), verb: later.t("cancelTheOrder") };
        case "refund":
        case "part": {
            const amount = asking.kind === "part" ? asking.amount : order.due;
            const price = counter.money(amount);
            return { title: later.t("giveBackWhy", { price }), verb: later.t("giveBack") };
        }
        case "discount":
            return discountWords(number, percentText(asking.percent * 100));
        case "offer":
            return discountWords(number, offerText(counter, asking.offer));
    }
}

function discountWords(number: string, off: string) {
    return { title: later.t("discountWhy", { off, number }), verb: later.t("giveDiscount") };
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
            return actions.discount(order, { offer: asking.offer.number, reason });
    }
}

/** The way it came. */
function refundMethod(order: Order): string {
    return order.payments.find((payment) => !payment.refund)?.method ?? "cash";
}
