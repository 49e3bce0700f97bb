// Buying what is in the cart: its price, the order, and what became of it when no answer came.
import { changeQuantity, linesWanted } from "../base/cart";
import { systemClock } from "../base/clock";
import type { BodyOf, Quote } from "../base/protocol";
import { unlockTones } from "../ui/tones";
import { cell } from "./cell";
import { keep, kept } from "./keep";
import { Refusal } from "./node";
import { askAsOwn, newKey } from "./self";
import {
    canRing,
    cart,
    go,
    group,
    type How,
    isSending,
    mode,
    name,
    now,
    type Own,
    owns,
    page,
    place,
    problem,
    type Seen,
    setCart,
    wordsOf,
} from "./shop";
import { t } from "./words";

const ownsMax = 12;

/** An order that was sent and not answered yet: sent again it is the same one. */
interface Pending {
    readonly key: string;
    /** Whose it is: who joins others meanwhile, or leaves them, has another. */
    readonly token: string;
    readonly body: BodyOf<"/api/orders", "post"> & { readonly quote: string };
    readonly how: How;
}

export interface Quoted extends Quote {
    /** By this phone's clock. */
    readonly until: number;
    /** The group's cart that it is the price of. */
    readonly of: Seen | undefined;
    /** Whom it was told. */
    readonly token: string;
}
export const quote = cell<Quoted | null>(null);

/** What is given on top: nothing, a share, or an amount. Asked for anew with each order. */
export type Tip = { readonly tip_bp?: number; readonly tip?: number };
export const tip = cell<Tip>({});

export function setTip(next: Tip): void {
    tip.value = next;
    void askQuote();
}

/** Lets the page ring from now on. To be called from a tap. */
export function ring(): void {
    unlockTones((canBeHeard) => {
        canRing.value = canBeHeard;
    });
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
        const lines = linesWanted(cart.value);
        const body = { mode: mode.value, lines, ...(of ? { cart: of } : {}), ...tip.value };
        const asked = { body, key: newKey(page.value.epoch) };
        const { body: made, token } = await askAsOwn("POST", "/api/quotes", asked);
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
        const isTooMuch = error instanceof Refusal && error.problem?.code === "too_large";
        problem.value = isTooMuch && tip.value.tip ? t("tipTooLarge") : wordsOf(error);
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

export function keepOwn(own: Own): void {
    owns.value = [own, ...owns.value.filter(({ id }) => id !== own.id)].slice(0, ownsMax);
    keep("owns", owns.value);
}

async function placeOrder({ key, token, body, how }: Pending): Promise<void> {
    const placed = await askAsOwn("POST", "/api/orders", { body, key, token });
    const { id, number } = placed.body;
    keepOwn({ id, number, token: placed.token, how });
    if (!body.cart) {
        setCart([]);
    }
    group.value?.look();
    tip.value = {};
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
export async function order(how: How, isAgain = false): Promise<void> {
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
    if (!isAgain && group.value?.isAgreed(quote.value, quoted)) {
        await order(how, true);
    }
}

/** What was sent and not answered is sent again, @return whether none is left. */
export async function resume(): Promise<boolean> {
    const pending = kept("pending") as Pending | undefined;
    if (pending && !isSending.value) {
        await send(pending);
    }
    return kept("pending") === undefined;
}
