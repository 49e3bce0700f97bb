// The counter's own state, and what a cashier does with it.
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import {
    addLine,
    addPlain,
    type Cart,
    type CartLine,
    cartTotal,
    linesWanted,
    type Mode,
    needsOptions,
    replaceLine,
} from "../base/cart";
import type { Desk } from "../base/desk";
import { type Currency, formatMoney, roundToStep } from "../base/money";
import type { MenuItem, Order, OrderPlaced, Session, Voided } from "../base/protocol";
import { isGoneByCount } from "../base/stock";
import { byAge } from "../base/stream";
import { numberText } from "../base/words";
import { say } from "../ui/toast";
import * as actions from "./actions";
import type { Parked } from "./parked";
import { type Forced, shortages } from "./shortage";
import { overdue, type Unseen, watchUnseen } from "./ticks";
import { t } from "./words";

/** Over the screen: nothing, or one of these. */
export type Sheet =
    | { kind: "none" }
    | { kind: "options"; item: MenuItem; line: CartLine | null }
    | { kind: "cart" }
    | { kind: "pay" }
    | { kind: "more" | "drawer" | "park" | "parked" }
    | { kind: "force"; item: MenuItem; isTap: boolean }
    | { kind: "receipt"; id: string }
    | { kind: "order"; id: string }
    | { kind: "pay-order"; id: string }
    /** In parts; null: the cart, which is placed with the first of them. */
    | { kind: "split"; id: string | null }
    | { kind: "adopt" | "drop"; voided: Voided };

export type Tab = "sell" | "orders" | "voided";

/** The order just placed, as far as the node has answered. */
export interface Placing {
    readonly placed: OrderPlaced | null;
    readonly tendered: number;
    readonly tip: number;
    readonly isLater: boolean;
    /** Only a part was paid with it. */
    readonly isPart: boolean;
}

export interface Payment {
    readonly method: "cash" | "card-external";
    readonly tendered: number;
    /** Beyond what is to be paid. */
    readonly tip: number;
    /** The number of the card terminal's slip; "" for none. */
    readonly reference: string;
    /** Only so much of what is to be paid. */
    readonly part?: number;
}

export interface Counter {
    readonly desk: Desk;
    readonly tab: Signal<Tab>;
    readonly sheet: Signal<Sheet>;
    /** "" for all. */
    readonly category: Signal<string>;
    readonly search: Signal<string>;
    readonly cart: Signal<Cart>;
    readonly mode: Signal<Mode>;
    readonly name: Signal<string>;
    /** Where it is brought; "" to none. */
    readonly table: Signal<string>;
    /** The order that the cart is added to, instead of a new one. */
    readonly target: Signal<Order | null>;
    readonly placing: Signal<Placing | null>;
    /** Parked on this device: no orders. */
    readonly parked: Signal<readonly Parked[]>;
    /** What is another since the cart was kept. */
    readonly notes: Signal<readonly string[]>;
    /** Newest first. */
    readonly orders: ReadonlySignal<readonly Order[]>;
    /** Not seen by the kitchen for too long. */
    readonly unseen: ReadonlySignal<readonly Order[]>;
    readonly categories: ReadonlySignal<readonly string[]>;
    /** What the cart costs, in cash if there is no smaller coin. */
    readonly total: ReadonlySignal<number>;
    session(): Session | null;
    money(amount: number): string;
    /** Items of this cart that are sold without a right to them. */
    readonly forced: Signal<Forced>;
    force(item: MenuItem): void;
    /** One tap on the menu: into the cart, or its choices first. */
    tap(item: MenuItem): void;
    putLine(line: Omit<CartLine, "id"> | CartLine): void;
    /** Null: pays later. False: the node refused it. */
    place(payment: Payment | null): Promise<boolean>;
    addToOrder(): void;
    clear(): void;
    close(): void;
}

const euro: Currency = { currency: "EUR", digits: 2 };

export function startCounter(desk: Desk): Counter {
    const { stream } = desk;
    const session = (): Session | null => stream.state.value.session;
    const currency = (): Currency => session() ?? euro;
    const tab = signal<Tab>("sell");
    const sheet = signal<Sheet>({ kind: "none" });
    const cart = signal<Cart>([]);
    const mode = signal<Mode>("eat-in");
    const name = signal("");
    const table = signal("");
    const target = signal<Order | null>(null);
    const placing = signal<Placing | null>(null);
    const notes = signal<readonly string[]>([]);
    const forced = signal<Forced>(new Set());
    const chosenCategory = signal("");
    const watched = signal<Unseen>(new Map());

    const orders = computed(() => [...stream.state.value.orders.values()].sort(byAge).reverse());
    const categories = computed(() => categoriesOf(stream.state.value.items.values()));
    const total = computed(() => {
        const pricing = session() ?? { prices_include_tax: true };
        const sum = cartTotal(cart.value, stream.state.value.items, mode.value, pricing);
        return roundToStep(sum, session()?.cash_step ?? 1);
    });
    effect(() => {
        watched.value = watchUnseen(watched.peek(), orders.value, stream.now.value);
    });
    const unseen = computed(() => {
        const late = new Set(
            overdue(watched.value, stream.now.value, session()?.escalate_after_s ?? 0),
        );
        return orders.value.filter((order) => late.has(order.id));
    });

    function close(): void {
        sheet.value = { kind: "none" };
    }

    function clear(): void {
        cart.value = [];
        forced.value = new Set();
        name.value = "";
        table.value = "";
        target.value = null;
        notes.value = [];
        close();
    }

    /** Whoever starts the next order has read the last number. */
    function putLine(line: Omit<CartLine, "id"> | CartLine): void {
        placing.value = null;
        cart.value = "id" in line ? replaceLine(cart.value, line) : addLine(cart.value, line);
        close();
    }

    /** Only where it is still short: rights may have arrived meanwhile. */
    function forcedBody(): { forced?: true } {
        const short = shortages(cart.value, stream.state.value.items);
        return short.some(({ item }) => forced.value.has(item)) ? { forced: true } : {};
    }

    async function place(payment: Payment | null): Promise<boolean> {
        const order = {
            channel: "counter",
            mode: mode.value,
            lines: linesWanted(cart.value),
            ...forcedBody(),
            ...(name.value.trim() === "" ? {} : { name: name.value.trim() }),
            ...(Number(table.value) > 0 ? { table: Number(table.value) } : {}),
            ...(payment === null ? {} : { payment: paymentBody(payment, total.value) }),
            ...(payment?.tip ? { tip: payment.tip } : {}),
        };
        const before = {
            cart: cart.value,
            name: name.value,
            table: table.value,
            forced: forced.value,
        };
        const mine: Placing = {
            placed: null,
            tendered: payment?.tendered ?? 0,
            tip: payment?.tip ?? 0,
            isLater: payment === null,
            isPart: payment?.part !== undefined,
        };
        clear();
        if (mine.isPart) {
            sheet.value = { kind: "split", id: null };
        }
        placing.value = mine;
        const outcome = await desk.act(actions.place(order));
        const isShown = placing.value === mine;
        if (outcome.ok) {
            const placed = outcome.body as OrderPlaced;
            if (isShown) {
                placing.value = { ...mine, placed };
                const open = sheet.value;
                sheet.value =
                    open.kind === "split" && open.id === null ? { ...open, id: placed.id } : open;
            } else {
                const price = formatMoney(placed.total, currency());
                say(t("saved", { number: placed.number, price }));
            }
        } else if (isShown) {
            placing.value = null;
            forced.value = cart.value.length === 0 ? before.forced : forced.value;
            cart.value = cart.value.length === 0 ? before.cart : cart.value;
            name.value = name.value === "" ? before.name : name.value;
            table.value = table.value === "" ? before.table : table.value;
        }
        return outcome.ok;
    }

    return {
        desk,
        tab,
        sheet,
        cart,
        mode,
        name,
        table,
        target,
        placing,
        parked: signal<readonly Parked[]>([]),
        notes,
        orders,
        unseen,
        categories,
        total,
        category: chosenCategory,
        search: signal(""),
        session,
        money: (amount) => formatMoney(amount, currency()),
        forced,
        force(item) {
            forced.value = new Set(forced.value).add(item.number);
        },
        tap(item) {
            if (!item.available && !(isGoneByCount(item) && forced.value.has(item.number))) {
                sheet.value = isGoneByCount(item)
                    ? { kind: "force", item, isTap: true }
                    : sheet.value;
                return;
            }
            placing.value = null;
            if (needsOptions(item)) {
                sheet.value = { kind: "options", item, line: null };
            } else {
                cart.value = addPlain(cart.value, item.number);
            }
        },
        putLine,
        place,
        addToOrder() {
            const order = target.value;
            if (order && cart.value.length > 0) {
                const body = { lines: linesWanted(cart.value), ...forcedBody() };
                clear();
                say(t("added", { number: numberText(order) }));
                void desk.act(actions.addLines(order, body));
            }
        },
        clear,
        close,
    };
}

/** Without an amount the node takes what it computed itself. */
function paymentBody({ method, tendered, reference, part }: Payment, total: number) {
    return {
        method,
        ...(part === undefined ? {} : { amount: part }),
        ...(tendered > (part ?? total) ? { tendered } : {}),
        ...(reference === "" ? {} : { reference }),
    };
}

function categoriesOf(items: Iterable<MenuItem>): string[] {
    const first = new Map<string, number>();
    for (const item of items) {
        if (!item.hidden) {
            const before = first.get(item.category) ?? Number.POSITIVE_INFINITY;
            first.set(item.category, Math.min(before, item.number));
        }
    }
    return [...first].sort((a, b) => a[1] - b[1]).map(([category]) => category);
}
