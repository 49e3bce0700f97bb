// What the page knows: the menu, the cart, and this phone's orders. What it does with them beyond
// the first look is in buy.ts.
import { addSame, type CartLine, type Chosen, type Mode } from "../base/cart";
import { formatMoney } from "../base/money";
import type { Bill, GroupCart, OrderPage, Purchase, Qr, Quote } from "../base/protocol";
import { cell, derived } from "./cell";
import { keep, kept } from "./keep";
import { isKiosk } from "./kiosk";
import { ask, Refusal } from "./node";
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
    /** By what this phone is told of it while nobody looks; @see notify.tsx */
    readonly told?: {
        readonly push: boolean;
        readonly sms: boolean;
        /** Of the push, as the node was last told it. */
        readonly endpoint?: string;
    };
    /** When it said so: what lasts for some time was counted from then. */
    readonly heard?: number;
    /** What it was and cost, and of which standing; @see after.tsx */
    readonly bill?: Bill;
    readonly billOf?: string;
    /** For the scanner at the hand-over; @see code.tsx */
    readonly code?: Qr;
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
    /** Whether @next says no more than the person agreed to in @quoted. */
    isAgreed(next: Priced | null, quoted: Priced): boolean;
}

/** As much of a quote as a group looks at. */
export interface Priced {
    readonly id: string;
    readonly of: Seen | undefined;
    readonly total: number;
}

export interface Choosing {
    readonly item: number;
    readonly options: readonly Chosen[];
    readonly quantity: number;
    readonly note: string;
}

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
/** When the menu was heard of last; 0 while it is as new as the page. */
export const menuOld = cell(0);
export const now = cell(Date.now());
export const cart = cell<readonly Line[]>(keptCart());
/** null: this phone orders alone. */
export const group = cell<Group | null>(null);
export const mode = cell<Mode>(kept("mode") === "eat-in" ? "eat-in" : "take-away");
export const search = cell("");
/** What somebody eats, and what he must not: words of the menu's. */
export const filter = cell(keptFilter());
export const owns = cell<readonly Own[]>((kept("owns") as Own[] | undefined) ?? []);
/** What slides over the page: the filter, who orders together, or what is chosen of an item. */
export const sheet = cell<"filter" | "together" | Choosing | null>(null);
/** "", "review", or an order's id, with "/receipt" behind it for that. */
export const place = cell(location.hash.slice(1));
/** A bank that took the page away sent it back here. */
export const cameBack = cell(false);
/** What just changed, said once. */
export const news = cell("");
export const problem = cell("");
export const isSending = cell(false);
export const canRing = cell(false);
export const name = cell(String(kept("name") ?? ""));

export const items = derived(() => new Map(page.value.items.map((item) => [item.number, item])));
export const shownOwn = derived(() =>
    owns.value.find(({ id }) => id === place.value.split("/")[0]),
);

/** What this phone put into a cart of its own. */
export function keptCart(): readonly Line[] {
    const lines = kept("cart");
    return Array.isArray(lines) ? lines : [];
}

export interface Filter {
    readonly diet: ReadonlySet<string>;
    readonly allergens: ReadonlySet<string>;
}

/** Who must not eat something is not asked again after a reload. */
function keptFilter(): Filter {
    const [diet = [], allergens = []] = (kept("filter") as string[][] | undefined) ?? [];
    return { diet: new Set(diet), allergens: new Set(allergens) };
}

export function setFilter({ diet, allergens }: Filter): void {
    filter.value = { diet, allergens };
    keep("filter", [[...diet], [...allergens]]);
}

export function money(amount: number): string {
    return formatMoney(amount, page.value);
}

export function go(to: string): void {
    location.hash = to;
}

export function setCart(next: readonly Line[]): void {
    cart.value = next;
    keep("cart", next);
}

export function setMode(next: Mode): void {
    mode.value = next;
    keep("mode", next);
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

export function toggled(set: ReadonlySet<string>, word: string): ReadonlySet<string> {
    const next = new Set(set);
    if (!next.delete(word)) {
        next.add(word);
    }
    return next;
}

export function changeOwn(id: string, change: Partial<Own>): void {
    owns.value = owns.value.map((own) => (own.id === id ? { ...own, ...change } : own));
    keep("owns", owns.value);
}

// --- the menu ---

/** What changed for somebody who is looking: one sentence each. */
export function changesBetween(before: OrderPage, after: OrderPage): string[] {
    const was = new Map(before.items.map((item) => [item.number, item.available]));
    return after.items
        .filter(({ number, available }) => (was.get(number) ?? available) !== available)
        .map(({ name, available }) => t(available ? "backAgain" : "justSoldOut", { name }));
}

/** At a kiosk nobody types a card, and no phone is his that a message could reach. */
function asOffered({ card, messages, ...plain }: OrderPage): OrderPage {
    const phones = { ...(card ? { card } : {}), ...(messages ? { messages } : {}) };
    return isKiosk ? plain : { ...plain, ...phones };
}

export function setPage(next: OrderPage): void {
    if (hasPage.value) {
        news.value = changesBetween(page.value, next).join(" ") || news.value;
    }
    page.value = asOffered(next);
    hasPage.value = true;
}

let pageTag = "";
let heardAt = Date.now();

/** The document in which the menu came is an older one, of @at: there was no network. */
export function setOld(at: number): void {
    heardAt = at;
    menuOld.value = at;
}

/** Rejects when there is no answer. */
export async function readPage(): Promise<void> {
    const asking = ask("GET", "/api/order-page", { etag: pageTag });
    const { body, etag } = await asking.catch((error: unknown) => {
        menuOld.value = heardAt;
        throw error;
    });
    heardAt = Date.now();
    menuOld.value = 0;
    pageTag = etag;
    if (body) {
        setPage(body);
    }
}

// --- words for a kitchen that is busy, and for what failed ---

const minute = 60_000; // ms

/** How long what is quoted takes at the station that has most to make; that nobody can order. */
export function noticesOf(quoted: Pick<Quote, "busy"> | null): string[] {
    const range = quoted?.busy;
    const minutes = range && {
        low: Math.floor(range.low_ms / minute),
        high: Math.ceil(range.high_ms / minute),
    };
    return [
        ...(minutes ? [t("kitchenBusy", minutes)] : []),
        ...(page.value.paused ? [t("paused")] : []),
    ];
}

const reasons: Partial<Record<number, Text>> = { 410: "gone", 429: "tooMany" };

export function wordsOf(error: unknown): string {
    if (!(error instanceof Refusal)) {
        return t("offline");
    }
    const { away, station } = error.problem ?? {};
    const known = away ? "groupAway" : station ? "kitchenFull" : reasons[error.status];
    const detail = error.problem?.detail || error.message;
    return known ? t(known) : t("failed", { why: detail });
}
