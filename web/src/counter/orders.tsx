// The day's orders, each with how far it got.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { bankText, type HoldNews, holdNews } from "../base/holds";
import type { Order } from "../base/protocol";
import { phaseText } from "../base/states";
import { nodeNow } from "../base/stream";
import { whereText } from "../base/table";
import { formatAge } from "../base/time";
import { modeText, numberText, sayAge } from "../base/words";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";
import { furthest, isAlone, stuckTexts, ticksOf } from "./ticks";
import { Told } from "./told";
import { listed, t } from "./words";

interface OrderProps {
    counter: Counter;
    order: Order;
}

export function ticksFor(counter: Counter, order: Order) {
    const { marks, peers, session } = counter.desk.stream.state.value;
    return ticksOf(order, marks, session?.copies ?? 2, isAlone(peers));
}

/** All four in words: what is reached and what is awaited. */
export function Ticks({ counter, order }: OrderProps) {
    return (
        <ol class="ticks" aria-label={t("ticks")}>
            {ticksFor(counter, order).map(({ name, words, isReached }) => (
                <li key={name} class={isReached ? "is-reached" : ""} data-tick={name}>
                    <Icon name={isReached ? "check" : "clock"} />
                    <span>{isReached ? words : t("tickAwaited", { what: words })}</span>
                </li>
            ))}
        </ol>
    );
}

/** The same in a row: four marks and the furthest in words. */
function TickRow({ counter, order }: OrderProps) {
    const ticks = ticksFor(counter, order);
    return (
        <span class="tick-row">
            <span class="tick-marks" aria-hidden="true">
                {ticks.map(({ name, isReached }) => (
                    <span key={name} class={isReached ? "tick is-reached" : "tick"}>
                        {isReached && <Icon name="check" />}
                    </span>
                ))}
            </span>
            <span>{furthest(ticks)}</span>
        </span>
    );
}

/** Those that the guest may mean by what he says: his number, with or without its letter, first. */
export function findOrders(orders: readonly Order[], wanted: string): readonly Order[] {
    const sought = wanted.trim().toLowerCase();
    const isNumber = ({ numbers }: Order): boolean =>
        numbers.some((number) => {
            const text = number.toLowerCase();
            return text === sought || text.replace(/^\D+/, "") === sought;
        });
    const found = orders.filter((order) =>
        `${order.numbers.join(" ")} ${whereText(order)}`.toLowerCase().includes(sought),
    );
    return [...found.filter(isNumber), ...found.filter((order) => !isNumber(order))];
}

const ordersMax = 200;

/** All of today's, and a field that finds one: "A113" said at the counter is not scrolled for. */
export function AllOrders({ counter }: { counter: Counter }) {
    const [wanted, setWanted] = useState("");
    const openFirst = (event: Event): void => {
        event.preventDefault();
        const first = findOrders(counter.orders.value, wanted)[0];
        if (first && wanted !== "") {
            counter.sheet.value = { kind: "order", id: first.id };
        }
    };
    return (
        <section class="all-orders" aria-label={t("orders")}>
            <form class="search" onSubmit={openFirst}>
                <Icon name="search" />
                <input
                    id="search"
                    type="search"
                    placeholder={t("findHint")}
                    aria-label={t("findOrder")}
                    autocomplete="off"
                    value={wanted}
                    onInput={(event) => setWanted(event.currentTarget.value)}
                />
            </form>
            <h2>{t("todaysOrders")}</h2>
            <RecentOrders counter={counter} limit={ordersMax} wanted={wanted} />
        </section>
    );
}

interface RecentProps {
    counter: Counter;
    limit: number;
    wanted?: string;
}

export function RecentOrders({ counter, limit, wanted = "" }: RecentProps) {
    const orders = findOrders(counter.orders.value, wanted).slice(0, limit);
    if (orders.length === 0) {
        return <p class="empty">{t(wanted.trim() === "" ? "noOrders" : "noneFound")}</p>;
    }
    return (
        <ul class="orders">
            {orders.map((order) => (
                <li key={order.id}>
                    <OrderRow counter={counter} order={order} />
                </li>
            ))}
        </ul>
    );
}

function OrderRow({ counter, order }: OrderProps) {
    const open = (): void => {
        counter.sheet.value = { kind: "order", id: order.id };
    };
    const age = nodeNow(counter.desk.stream) - order.opened_at;
    return (
        <button type="button" class="order-row" onClick={open}>
            <b class="order-number">
                <bdi>{numberText(order)}</bdi>
            </b>
            <span class="order-what">
                <span class="order-head">
                    <strong>{phaseText(order)}</strong>
                    {whereText(order) && (
                        <span>
                            <bdi>{whereText(order)}</bdi>
                        </span>
                    )}
                    <span>{modeText(order.mode)}</span>
                    <span class="age">{formatAge(age)}</span>
                </span>
                <TickRow counter={counter} order={order} />
            </span>
            <span class="order-money">
                {counter.money(order.total)}
                <DueWord counter={counter} order={order} />
            </span>
        </button>
    );
}

/** What a bank holds for it: promised, not paid. */
export function heldOf({ provider }: Order): number {
    return provider?.held ?? 0;
}

/** When a hold, or an order that nobody paid, ends by itself; "" where nothing does.
 * @param since ms since the node told of it */
export function endText(order: Order, since: number): string {
    const { reserved_for_ms: left, kept_for_ms: kept } = order;
    if (heldOf(order) > 0) {
        return left === undefined
            ? t("holdEndsUntold")
            : t("holdEnds", { time: sayAge(left - since) });
    }
    return kept === undefined ? "" : t("unpaidEnds", { time: sayAge(kept - since) });
}

/** An order that stays as it is is not told again: its end comes nearer by our clock. */
export function EndWord({ counter, order }: OrderProps) {
    const { stream } = counter.desk;
    const told = stream.state.value.toldAt.get(order.id) ?? stream.now.value;
    const since = Math.max(0, stream.now.value - told);
    const texts = [endText(order, since), bankText(order, nodeNow(stream))];
    const text = texts.filter((one) => one !== "").join(" ");
    return text === "" ? null : <p data-end>{text}</p>;
}

const holdWords = {
    undecided: "holdUndecided",
    uncharged: "holdUncharged",
    ended: "holdEnded",
    lapsed: "holdLapsed",
} as const satisfies Record<HoldNews, string>;

/** What is held and ends soon, or ended: the orders' numbers, and why. */
export function holdTexts(orders: readonly Order[], now: number): string[] {
    return Object.entries(holdWords).flatMap(([news, words]) => {
        const found = orders.filter((order) => holdNews(order, now) === news);
        return found.length === 0 ? [] : t(words, { numbers: listed(found.map(numberText)) });
    });
}

/** Holds that are about to end, and those that did, of the orders that the counter lists: what was
 * handed over on an earlier day is not among them. */
export function HoldAlert({ counter }: { counter: Counter }) {
    const texts = holdTexts(counter.orders.value, nodeNow(counter.desk.stream));
    return <Alert counter={counter} kind="hold" texts={texts} />;
}

/** What is to be done about its money; "" when nothing is. */
export function dueText(order: Order, money: (amount: number) => string): string {
    const { due } = order;
    const held = heldOf(order);
    if (due >= 0) {
        return due === 0 ? "" : t("giveBackPrice", { price: money(due) });
    }
    return held >= -due
        ? t("heldPrice", { price: money(held) })
        : t("collectPrice", { price: money(-due) });
}

export function DueWord({ counter, order }: OrderProps) {
    const text = dueText(order, counter.money);
    return text === "" ? null : <strong class="due">{text}</strong>;
}

/** Orders that the node has counted as stuck, by what they wait for. */
export function StuckAlert({ counter }: { counter: Counter }) {
    const { stuck } = counter.desk.stream.state.value;
    const told = new Set(counter.unseen.value); // by the alert below
    const orders = counter.orders.value.filter(
        (order) => stuck.get(order.id) !== "seen" || !told.has(order),
    );
    return <Alert counter={counter} kind="stuck" texts={stuckTexts(orders, stuck)} />;
}

interface AlertProps {
    counter: Counter;
    kind: string;
    texts: readonly string[];
}

function Alert({ counter, kind, texts }: AlertProps) {
    return texts.length === 0 ? null : (
        <Warning counter={counter} kind={kind}>
            {texts.map((text) => (
                <span key={text}>
                    <Told text={text} />{" "}
                </span>
            ))}
        </Warning>
    );
}

interface WarningProps {
    counter: Counter;
    kind: string;
    children: ComponentChildren;
}

function Warning({ counter, kind, children }: WarningProps) {
    return (
        <div class="alert" role="alert" data-alert={kind}>
            <Icon name="warn" />
            <span>{children}</span>
            <button type="button" onClick={() => (counter.tab.value = "orders")}>
                {t("show")}
            </button>
        </div>
    );
}

/** Said where nobody can miss it, and until it is seen. */
export function UnseenAlert({ counter }: { counter: Counter }) {
    const orders = counter.unseen.value;
    if (orders.length === 0) {
        return null;
    }
    return (
        <Warning counter={counter} kind="unseen">
            <Told text={t("kitchenNotSeen", { numbers: listed(orders.map(numberText)) })} />
        </Warning>
    );
}
