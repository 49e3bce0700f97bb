// What the page knows and does: the menu, the cart, the price, and this phone's orders.
import {
    addSame,
    type CartLine,
    type Chosen,
    changeQuantity,
    linesWanted,
    type Mode,
} from "../base/cart";
import { systemClock } from "../base/clock";
import { formatMoney } from "../base/money";
import type { GroupCart, OrderPage, OrderPlaced, Purchase, Quote } from "../base/protocol";
import { unlockTones } from "../ui/tones";
import { cell, derived } from "./cell";
import { keep, kept } from "./keep";
import { ask, askAsOwn, newKey, Refusal } from "./node";
import { type Text, t } from "./words";

export type How = "card" | "counter";

/** An order that this phone placed. */
export interface Own {
    readonly id: string;
    readonly number: string;
    readonly token: string;
    readonly how: How;
    /** What was heard of it last, and when by this phone's clock. */
    readonly last?: Purchase;
    readonly at?: number;
    /** When it said so: what lasts for some time was counted from then. */
    readonly heard?: number;
}

/** A line of this phone's cart, or of a group's. */
export interface Line extends CartLine {
    /** Whose it is, in a group. */
    readonly who?: string;
    /** It is not at the node yet. */
    readonly isUnsent?: boolean;
}
export type NewLine = Pick<CartLine, "item" | "options" | "note" | "quantity">;

/** What is ordered of a group's cart: the node takes it when it is still as it was seen. */
export interface Seen {
    readonly round: number;
    readonly version: number;
}

/** Others' phones, with which this one puts an order together; @see together.ts */
export interface Group {
    /** This phone's, of the session that all of them share. */
    readonly token: string;
    readonly seen: Seen;
    /** Everything that this phone did is in what was seen. */
    readonly isSettled: boolean;
    readonly people: readonly string[];
    put(line: NewLine): void;
    change(id: number, by: number): void;
    /** @param isNewest what was told before is older */
    hear(cart: GroupCart, isNewest: boolean): void;
    /** Asks for it now. */
    look(): void;
}

/** An order that was sent and not answered yet: sent again it is the same one. */
interface Pending {
    readonly key: string;
    /** Whose it is: who joins others meanwhile, or leaves them, has another. */
    readonly token: string;
    readonly body: { readonly quote: string; readonly cart?: Seen };
    readonly how: How;
}

export interface Choosing {
    readonly item: number;
    readonly options: readonly Chosen[];
    readonly quantity: number;
    readonly note: string;
}

const ownsMax = 12;
const emptyPage: OrderPage = {
    popup: "",
    epoch: 0,
    currency: "EUR",
    digits: 2,
    prices_include_tax: true,
    items: [],
};

export const page = cell<OrderPage>(emptyPage);
export const hasPage = cell(false);
export const now = cell(Date.now());
export const cart = cell<readonly Line[]>(keptCart());
/** null: this phone orders alone. */
export const group = cell<Group | null>(null);
export const mode = cell<Mode>(kept("mode") === "eat-in" ? "eat-in" : "take-away");
export const search = cell("");
export const diets = cell<ReadonlySet<string>>(new Set());
export const without = cell<ReadonlySet<string>>(new Set());
export const owns = cell<readonly Own[]>((kept("owns") as Own[] | undefined) ?? []);
/** What slides over the page: the filter, who orders together, or what is chosen of an item. */
export const sheet = cell<"filter" | "together" | Choosing | null>(null);
/** "", "review", or an order's id. */
export const place = cell(location.hash.slice(1));
/** What just changed, said once. */
export const news = cell("");
export const problem = cell("");
export const isSending = cell(false);
export const canRing = cell(false);
export const name = cell(String(kept("name") ?? ""));

export const items = derived(() => new Map(page.value.items.map((item) => [item.number, item])));
export const shownOwn = derived(() => owns.value.find(({ id }) => id === place.value));

export interface Quoted extends Quote {
    /** By this phone's clock. */
    readonly until: number;
    /** The group's cart that it is the price of. */
    readonly of: Seen | undefined;
    /** Whom it was told. */
    readonly token: string;
}
export const quote = cell<Quoted | null>(null);

/** What this phone put into a cart of its own. */
export function keptCart(): readonly Line[] {
    const lines = kept("cart");
    return Array.isArray(lines) ? lines : [];
}

export function money(amount: number): string {
    return formatMoney(amount, page.value);
}

/** Lets the page ring from now on. To be called from a tap. */
export function ring(): void {
    unlockTones((canBeHeard) => {
        canRing.value = canBeHeard;
    });
}

export function go(to: string): void {
    location.hash = to;
}

export function setCart(next: readonly Line[]): void {
    cart.value = next;
    keep("cart", next);
}

export function put({ item, options, note, quantity }: NewLine): void {
    const line = { item, options, note, quantity };
    if (group.value) {
        group.value.put(line);
    } else {
        setCart(addSame(cart.value, line));
    }
    sheet.value = null;
}

export function change(id: number, by: number): void {
    if (group.value) {
        group.value.change(id, by);
    } else {
        setCart(changeQuantity(cart.value, id, by));
        cartChanged();
    }
}

/** Under the eyes of who looks at its price. */
export function cartChanged(): void {
    if (place.value !== "review") {
        return;
    }
    if (cart.value.length === 0) {
        go("");
    } else {
        void askQuote();
    }
}

export function setMode(next: Mode): void {
    mode.value = next;
    keep("mode", next);
}

export function toggled(set: ReadonlySet<string>, word: string): ReadonlySet<string> {
    const next = new Set(set);
    if (!next.delete(word)) {
        next.add(word);
    }
    return next;
}

// --- the menu ---

/** What changed for somebody who is looking: one sentence each. */
export function changesBetween(before: OrderPage, after: OrderPage): string[] {
    const was = new Map(before.items.map((item) => [item.number, item.available]));
    return after.items
        .filter(({ number, available }) => (was.get(number) ?? available) !== available)
        .map(({ name, available }) => t(available ? "backAgain" : "justSoldOut", { name }));
}

export function setPage(next: OrderPage): void {
    if (hasPage.value) {
        news.value = changesBetween(page.value, next).join(" ") || news.value;
    }
    page.value = next;
    hasPage.value = true;
}

let pageTag = "";

/** Rejects when there is no answer. */
export async function readPage(): Promise<void> {
    const { body, etag } = await ask<OrderPage>("GET", "/api/order-page", { etag: pageTag });
    pageTag = etag;
    if (body) {
        setPage(body);
    }
}

// --- the price ---

let quoting = 0;

/** A group's is the others', too. */
function dropQuote(): void {
    const old = quote.value;
    quote.value = null;
    if (old && !old.of) {
        const asked = { body: {}, key: newKey(page.value.epoch) };
        void askAsOwn("POST", `/api/quotes/${old.id}/drop`, asked).catch(() => undefined);
    }
}

/** The price of the cart as it is now; what was asked before does not count any more. */
export async function askQuote(): Promise<void> {
    const turn = ++quoting;
    const of = group.value?.seen;
    problem.value = "";
    quote.value = null;
    if (cart.value.length === 0 || group.value?.isSettled === false) {
        return; // what is shown is not what would be ordered
    }
    try {
        const body = { mode: mode.value, lines: linesWanted(cart.value) };
        const asked = { body, key: newKey(page.value.epoch) };
        const { body: made, token } = await askAsOwn<Quote>("POST", "/api/quotes", asked);
        if (turn === quoting) {
            quote.value = { ...made, of, token, until: Date.now() + made.ends_in_ms };
        }
    } catch (error) {
        if (turn === quoting) {
            quoteFailed(turn, error);
        }
    }
}

/** A group has one quote: another phone's may have taken the place of this one's at once. */
function quoteFailed(turn: number, error: unknown): void {
    if (group.value && error instanceof Refusal && error.status === 410) {
        systemClock.after(300 + 900 * Math.random(), () => {
            if (turn === quoting) {
                void askQuote();
            }
        });
    } else {
        problem.value = wordsOf(error);
    }
}

/** The prices stand until then; afterwards they are asked for again. */
export function watchQuote(): void {
    if (place.value === "review" && quote.value && now.value >= quote.value.until) {
        void askQuote();
    }
}

export function leaveReview(): void {
    quoting += 1;
    dropQuote();
}

// --- ordering ---

const reasons: Partial<Record<number, Text>> = { 410: "gone", 429: "tooMany" };

export function wordsOf(error: unknown): string {
    if (!(error instanceof Refusal)) {
        return t("offline");
    }
    const known = reasons[error.status];
    const detail = error.problem?.detail || error.message;
    return known ? t(known) : t("failed", { why: detail });
}

export function keepOwn(own: Own): void {
    owns.value = [own, ...owns.value.filter(({ id }) => id !== own.id)].slice(0, ownsMax);
    keep("owns", owns.value);
}

export function changeOwn(id: string, change: Partial<Own>): void {
    owns.value = owns.value.map((own) => (own.id === id ? { ...own, ...change } : own));
    keep("owns", owns.value);
}

async function placeOrder({ key, token, body, how }: Pending): Promise<void> {
    const placed = await askAsOwn<OrderPlaced>("POST", "/api/orders", { body, key, token });
    const { id, number } = placed.body;
    keepOwn({ id, number, token: placed.token, how });
    if (!body.cart) {
        setCart([]);
    }
    group.value?.look();
    quote.value = null;
    keep("pending", null);
    go(id);
}

/** A refusal is final, no answer is not: then the order is sent again as it was. */
async function send(pending: Pending): Promise<void> {
    isSending.value = true;
    problem.value = "";
    try {
        await placeOrder(pending);
    } catch (error) {
        const isFinal = error instanceof Refusal && error.status < 500;
        if (isFinal) {
            keep("pending", null);
        }
        const isStale = error instanceof Refusal && error.problem?.code === "mismatch";
        if (isStale) {
            group.value?.look();
        } else if (error instanceof Refusal && error.status === 410) {
            await askQuote();
        }
        problem.value = isStale && group.value ? t("groupChanged") : wordsOf(error);
    } finally {
        isSending.value = false;
    }
}

/** What an order is of: the same twice is one order. */
function sold({ quote, cart }: Pending["body"]): string {
    return JSON.stringify([quote, cart]);
}

/** Orders what was quoted. To be called from a tap. */
export async function order(how: How): Promise<void> {
    const quoted = quote.value;
    if (!quoted || isSending.value) {
        return;
    }
    ring();
    keep("name", name.value);
    const called = name.value.trim();
    const body = {
        channel: "phone",
        quote: quoted.id,
        ...(quoted.of ? { cart: quoted.of } : {}),
        ...(called ? { name: called } : {}),
    };
    const before = kept("pending") as Pending | undefined;
    if (before && sold(before.body) !== sold(body)) {
        await send(before); // it may be an order by now: what became of it is told first
        return;
    }
    const fresh = { key: newKey(page.value.epoch), token: quoted.token, body };
    const pending = { ...(before ?? fresh), how };
    keep("pending", pending);
    await send(pending);
}

/** What was sent and not answered is sent again, @return whether none is left. */
export async function resume(): Promise<boolean> {
    const pending = kept("pending") as Pending | undefined;
    if (pending && !isSending.value) {
        await send(pending);
    }
    return kept("pending") === undefined;
}
