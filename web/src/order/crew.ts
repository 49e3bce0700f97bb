// The cart of a group as this phone keeps it: what the node says of it, what this phone still has
// to send, and what of others' deeds is worth a word.
import type { GroupCart } from "../base/protocol";
import { type Edit, editFor, happenedBetween, peopleIn, shownLines } from "./edits";
import type { Line, NewLine, Priced, Seen } from "./shop";
import type { Host } from "./together";

export interface Member {
    readonly link: string;
    readonly token: string;
    readonly who: string;
}

export interface Crew {
    /** null: this phone orders alone. */
    member(): Member | null;
    /** From now on it is of this group, and brings @own with it. */
    join(member: Member, own: readonly Line[]): void;
    /** Where the cart cannot be reached, what this person put there comes along. */
    leave(why: string): void;
}

const askEvery = 3_000; // ms, while the line tells nothing
const askSeldom = 60_000;
const retryMax = 8_000;
const nothing: GroupCart = { version: 0, round: 0, lines: [] };
const refusals: Partial<Record<number, "lineGone" | "groupFull">> = {
    404: "lineGone",
    422: "groupFull",
};

/** Of a refusal; 0: there was no answer. */
export function statusOf(error: unknown): number {
    return (error as { status?: number }).status ?? 0;
}

/** The device that keeps the cart is not reached from the one that this phone talks to. */
function isAwayBy(error: unknown): boolean {
    return (error as { problem?: { away?: boolean } }).problem?.away === true;
}

/** A group has one quote, which another phone that asked for the price ended: what was agreed to is
 * the same price of the same cart. */
function isAgreed(next: Priced | null, { id, of, total }: Priced): boolean {
    const seen = (cart: Seen | undefined): string => JSON.stringify([cart?.round, cart?.version]);
    return next?.total === total && next.id !== id && seen(next.of) === seen(of);
}

function isOlder(one: GroupCart, other: GroupCart | null): boolean {
    return other !== null && (one.version < other.version || one.round < other.round);
}

export function makeCrew(host: Host): Crew {
    const { clock, t, keep, kept } = host;
    let member = (kept("group") as Member | undefined) ?? null;
    let edits = (kept("edits") as readonly Edit[] | undefined) ?? [];
    let cart = (kept("groupCart") as GroupCart | undefined) ?? null;
    let isSending = false;
    /** Asked for, and nobody knows yet whether the node has done it. */
    let underway: Edit | null = null;
    /** What was told of the cart meanwhile: the edit may be in it. */
    let held: GroupCart | null = null;
    let isAway = false;
    let cancel = (): void => undefined;

    // --- what is shown ---

    function publish(): void {
        if (!member) {
            return;
        }
        const { token, who } = member;
        const { round, version } = cart ?? nothing;
        const lines = shownLines(cart ?? nothing, edits, who);
        host.cart.value = lines;
        const people = peopleIn(lines, who);
        const seen = { round, version };
        const isSettled = edits.length === 0;
        const self = { token, seen, isSettled, people };
        host.group.value = { ...self, put, change, hear, look, isAgreed };
        if (cart || lines.length > 0) {
            host.cartChanged();
        }
    }

    /** The group's newest order is this phone's, too. */
    function keepPlaced({ placed }: GroupCart): void {
        if (member && placed && !host.owns.value.some(({ id }) => id === placed.order)) {
            const { token } = member;
            host.keepOwn({ id: placed.order, number: "", token, how: "counter" });
        }
    }

    /** @param order of another phone */
    function showPlaced(order: string): void {
        if (host.place.value === order) {
            return;
        }
        host.sheet.value = null;
        host.news.value = t("groupPlaced");
        host.go(order);
    }

    function sayWhatHappened(before: GroupCart, after: GroupCart): void {
        const happened = happenedBetween(before, after, member?.who ?? "");
        if (happened?.what === "added") {
            const { who = "", item } = happened.line;
            const name = host.items.value.get(item)?.name ?? "";
            host.news.value = t("groupAdded", { who, name });
        } else if (happened?.what === "emptied" && edits.length === 0) {
            host.news.value = t("groupEmptied");
        } else if (happened?.what === "placed" && after.placed) {
            showPlaced(after.placed.order);
        }
    }

    /** Beside an edit that it has already, the cart would show that twice. */
    function hear(next: GroupCart, isNewest: boolean): void {
        if (!underway) {
            take(next, isNewest);
        } else if (!isOlder(next, held)) {
            held = next;
        }
    }

    /** From now on it is known what became of the edit. */
    function hearHeld(): void {
        const next = held;
        underway = null;
        held = null;
        if (next) {
            take(next, false);
        }
    }

    function take(next: GroupCart, isNewest: boolean): void {
        const before = cart;
        if (isOlder(next, before) && !isNewest) {
            return;
        }
        keepPlaced(next);
        cart = next;
        keep("groupCart", next);
        if (next.version !== before?.version || next.round !== before.round) {
            publish();
        }
        if (before) {
            sayWhatHappened(before, next);
        }
    }

    // --- being of it ---

    function become(next: Member | null): void {
        member = next;
        keep("group", next);
        keep("token", next?.token ?? null);
        host.renewBy(next && renew);
    }

    function forget(): void {
        cancel();
        keepEdits([]);
        underway = null;
        held = null;
        isAway = false;
        cart = null;
        keep("groupCart", null);
    }

    function ownLines(): Line[] {
        const { who = "" } = member ?? {};
        const own = shownLines(cart ?? nothing, edits, who).filter((line) => line.who === who);
        return own.map(({ item, options, note, quantity }, at) => {
            return { id: at + 1, item, options, note, quantity };
        });
    }

    function leave(why: string, isLost = isAway): void {
        const brought = isLost ? ownLines() : host.keptCart();
        become(null);
        forget();
        host.group.value = null;
        host.setCart(brought);
        host.news.value = why;
        host.cartChanged();
    }

    /** Whether it is still of the group that was asked as @then: an answer may come late. */
    const isOf = (then: Member | null): boolean => member?.link === then?.link;

    /** The token is over: the link opens the same cart with another. */
    async function renew(): Promise<string> {
        const then = member;
        const asked = { body: { link: then?.link ?? "" } };
        const { body } = await host.ask("POST", "/api/cart/join", asked);
        const token = body?.token ?? "";
        if (isOf(then)) {
            become(then && { ...then, token });
            publish();
        }
        return token;
    }

    // --- asking for it ---

    async function read(): Promise<void> {
        const then = member;
        try {
            const { body } = await host.askAsOwn("GET", "/api/cart");
            if (isOf(then)) {
                isAway = false;
                hear(body, true);
            }
        } catch (error) {
            if (isOf(then)) {
                readFailed(error);
            }
        }
    }

    /** Others may still order it where it is, so nobody is sent away. */
    function readFailed(error: unknown): void {
        if (statusOf(error) === 404) {
            leave(t("groupGone"), true);
        } else if (isAwayBy(error) && !isAway) {
            isAway = true;
            host.news.value = t("groupAway");
        }
    }

    function look(): void {
        cancel();
        if (!member) {
            return;
        }
        void read().then(() => {
            cancel();
            const isTold = host.isTold() && !isAway && !cart?.away;
            cancel = clock.after(isTold ? askSeldom : askEvery, look);
        });
    }

    // --- changing it ---

    const newKey = (): string => host.newKey(host.epoch());

    function keepEdits(next: readonly Edit[]): void {
        edits = next;
        keep("edits", next);
    }

    function drop({ key: done }: Edit): void {
        keepEdits(edits.filter(({ key }) => key !== done));
    }

    async function sendOne(edit: Edit): Promise<void> {
        const then = member;
        const { key } = edit;
        underway = edit;
        const answer = await ("add" in edit
            ? host.askAsOwn("POST", "/api/cart/lines", {
                  key,
                  body: { ...edit.add, who: then?.who ?? "" },
              })
            : host.askAsOwn("PATCH", `/api/cart/lines/${edit.line}`, {
                  key,
                  body: { delta: edit.delta },
              }));
        if (isOf(then)) {
            drop(edit);
            take(answer.body, false);
            hearHeld();
            publish();
        }
    }

    /** @return whether it makes sense to send it again: with its key it is done once. */
    function mayStillGo(edit: Edit, error: unknown): boolean {
        const status = statusOf(error);
        if (!edits.includes(edit)) {
            return false; // of a group that it left
        }
        if (status !== 0) {
            hearHeld(); // it was not done
        }
        if (status === 0 || status >= 500 || status === 401 || status === 429) {
            return true;
        }
        const text = refusals[status];
        drop(edit);
        host.news.value = text ? t(text) : host.wordsOf(error);
        publish();
        return false;
    }

    async function sendAll(): Promise<void> {
        let failures = 0;
        isSending = true;
        for (let edit = edits[0]; member && edit; edit = edits[0]) {
            try {
                await sendOne(edit);
                failures = 0;
            } catch (error) {
                if (mayStillGo(edit, error)) {
                    const wait = Math.min(retryMax, 1_000 * 2 ** failures++);
                    await new Promise<void>((done) => clock.after(wait, done));
                }
            }
        }
        isSending = false; // at once: what comes next begins anew
    }

    function send(): void {
        if (!isSending) {
            void sendAll();
        }
    }

    function edit(next: Edit): void {
        keepEdits([...edits, next]);
        publish();
        send();
    }

    function put(add: NewLine): void {
        const to = { add, cart: cart ?? nothing, who: member?.who ?? "" };
        edit(editFor(newKey(), to));
    }

    function change(line: number, delta: number): void {
        edit({ key: newKey(), line, delta });
    }

    if (member) {
        become(member);
        publish();
        send();
        look();
    }
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") {
            look();
        }
    });
    return {
        member: () => member,
        join(next, own) {
            if (next.link !== member?.link) {
                forget();
            }
            become(next);
            keepEdits([
                ...edits,
                ...own.map(({ item, options, note, quantity }) => ({
                    key: newKey(),
                    add: { item, options, note, quantity },
                })),
            ]);
            publish();
            send();
            look();
        },
        leave,
    };
}
