// What the office knows: who looks, what the day comes to, and what came of a reconciliation.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { makeKey } from "../base/action";
import { type Clock, every, type Undo } from "../base/clock";
import type {
    Hello,
    Marks,
    Order,
    OrderList,
    Reconciliation,
    Report,
    Session,
    Totals,
} from "../base/protocol";
import type { Wire } from "../base/socket";
import { disconnected, initial, reduce, type State } from "../base/store";
import { t as say } from "../base/words";
import type { Heard } from "../ui/connection";
import { type Ask, Refusal } from "./node";
import { t } from "./sums-words";

const lookEvery = 700; // ms, while one is under way
const backoffFirst = 1_000;
const backoffMax = 15_000;
const silenceMax = 5_000; // the node says something every second
const dayMs = 86_400_000;
const retryAfter = 1_000;
const tries = 4;
const daysLeast = 8; // a bank holds money for seven
const daysMost = 180;

export interface World {
    clock: Clock;
    ask: Ask;
    open(path: string, ticket: string | null): Wire;
    /** With random bytes. */
    fill(bytes: Uint8Array): void;
}

/** What is compared: a trading day, or all orders of so many days. */
export type Span = { readonly day: number } | { readonly days: number };

/** As the node takes it. */
type Wish = { readonly day?: number; readonly days: number; readonly shared: boolean };

export interface Office {
    readonly session: ReadonlySignal<Session | null>;
    /** A person's; null: this device's own screen. */
    readonly token: ReadonlySignal<string | null>;
    readonly report: ReadonlySignal<Report | null>;
    /** How it stands with its node, and that one with the others. */
    readonly stream: Heard;
    readonly look: ReadonlySignal<Reconciliation | null>;
    /** Why there is no answer, in words. */
    readonly problem: ReadonlySignal<string | null>;
    readonly isBusy: ReadonlySignal<boolean>;
    /** For so long the gateway has not answered, in ms. */
    readonly waited: ReadonlySignal<number>;
    mayLook(): boolean;
    /** Null when it worked, else why not. */
    signIn(staff: number, pin: string): Promise<string | null>;
    signOut(): Promise<void>;
    compare(span: Span, isShared: boolean): Promise<void>;
    order(id: string): Promise<Order>;
    /** What the node answers to a GET; rejects with words for a person. */
    read<T>(path: string): Promise<T>;
    /** As read(); a write without an answer is sent again, and is one all the same. */
    write(method: "POST" | "PATCH", path: string, body: object): Promise<void>;
    /** As write(); resolves to what the node answers, and rejects with what it refused with. */
    send<T>(method: "POST" | "PATCH", path: string, body: object): Promise<T>;
    /** The session anew: what it says of the pop-up was changed. */
    refresh(): Promise<void>;
    stop: Undo;
}

/** No answer, too many at once, or busy. */
function isPassing(error: unknown): boolean {
    return !(error instanceof Refusal) || [429, 503].includes(error.status);
}

function inWords(error: unknown): string {
    if (error instanceof Refusal) {
        return error.message;
    }
    return say("nodeSilent");
}

/** How far back the provider's lists are to be read for orders of that age. */
export function daysOf(openedAt: readonly number[], now: number): number {
    const oldest = Math.min(now, ...openedAt);
    const back = Math.ceil((now - oldest) / dayMs) + 2;
    return Math.min(Math.max(back, daysLeast), daysMost);
}

/** Whether it is of @wish, and not of what somebody else asked for meanwhile. */
function isOf(now: Reconciliation, wish: Wish): boolean {
    const isSame = now.days === wish.days && now.shared === wish.shared && now.day === wish.day;
    return now.days === undefined || isSame;
}

export function isUnderWay(look: Reconciliation | null): boolean {
    return look?.state === "asked" || look?.state === "reading";
}

export function startOffice({ clock, ask, open, fill }: World): Office {
    const session = signal<Session | null>(null);
    const token = signal<string | null>(null);
    const report = signal<Report | null>(null);
    const state = signal<State>(initial);
    const now = signal(clock.now());
    const heardAt = signal<number | null>(null);
    const look = signal<Reconciliation | null>(null);
    const problem = signal<string | null>(null);
    const isBusy = signal(false);
    const waited = signal(0);
    let wire: Wire | null = null;
    let attempts = 0;
    let startedAt = clock.now(); // when somebody began to look
    let asked = 0; // which comparison: an older one's answers are not shown
    let cancelTimer: Undo = () => {};
    let cancelLook: Undo = () => {};

    const mayLook = (): boolean => session.value?.capabilities.includes("read-reports") ?? false;
    const get = (path: string): Promise<unknown> => ask("GET", path, { token: token.value });
    const post = (path: string, body: object): Promise<unknown> =>
        ask("POST", path, { token: token.value, body });

    async function send(method: "POST" | "PATCH", path: string, body: object): Promise<unknown> {
        const key = makeKey(clock.now() + state.value.clockAhead, session.value?.epoch ?? 0, fill);
        for (let attempt = 1; ; attempt++) {
            try {
                return await ask(method, path, { token: token.value, body, key });
            } catch (error) {
                if (attempt === tries || !isPassing(error)) {
                    throw error;
                }
            }
            await new Promise<void>((resolve) => void clock.after(retryAfter, resolve));
        }
    }

    // --- the socket ---

    function later(): void {
        const wait = Math.min(backoffFirst * 2 ** attempts, backoffMax);
        attempts++;
        cancelTimer = clock.after(wait, () => void begin());
    }

    function hangUp(): void {
        cancelTimer();
        state.value = disconnected(state.value);
        const old = wire;
        wire = null;
        old?.close();
    }

    function lost(): void {
        hangUp();
        later();
    }

    function heard(data: unknown): void {
        const frame = JSON.parse(String(data)) as Hello | Marks | Totals;
        const at = clock.now();
        cancelTimer();
        cancelTimer = clock.after(silenceMax, lost);
        heardAt.value = at;
        attempts = 0;
        if (frame.type === "totals") {
            report.value = frame.report;
            state.value = { ...state.value, isCurrent: true };
        } else {
            state.value = reduce(state.value, frame, at);
        }
    }

    async function connect(): Promise<void> {
        const ticket =
            token.value === null
                ? null
                : ((await post("/api/session/ticket", {})) as { ticket: string }).ticket;
        const mine = open("/ws?view=office", ticket);
        wire = mine;
        mine.onmessage = ({ data }) => {
            if (wire === mine) {
                heard(data);
            }
        };
        mine.onclose = () => {
            if (wire === mine) {
                lost();
            }
        };
        cancelTimer = clock.after(silenceMax, lost);
    }

    /** Who looks, and the socket when they may. */
    async function begin(): Promise<void> {
        hangUp();
        try {
            session.value = (await get("/api/session")) as Session;
            if (mayLook()) {
                await connect();
            }
        } catch (error) {
            if (error instanceof Refusal && error.status === 401 && token.value !== null) {
                token.value = null; // it is over: the screen asks who looks
                report.value = null;
                void begin();
                return;
            }
            later();
        }
    }

    // --- a reconciliation ---

    function giveUp(why: string): void {
        problem.value = why;
        look.value = null;
        isBusy.value = false;
    }

    function show(mine: number, wish: Wish, now: Reconciliation, since: number): void {
        if (!isOf(now, wish)) {
            giveUp(t("otherDone"));
            return;
        }
        look.value = now;
        waited.value = now.state === "asked" ? clock.now() - since : 0;
        isBusy.value = isUnderWay(now);
        if (isUnderWay(now)) {
            cancelLook = clock.after(lookEvery, () => void lookAgain(mine, wish, since));
        }
    }

    async function lookAgain(mine: number, wish: Wish, since: number): Promise<void> {
        try {
            const now = (await get("/api/reconciliation")) as Reconciliation;
            if (mine === asked) {
                show(mine, wish, now, since);
            }
        } catch (error) {
            if (mine === asked) {
                giveUp(inWords(error));
            }
        }
    }

    async function wishOf(span: Span, shared: boolean): Promise<Wish> {
        if (!("day" in span)) {
            return { days: span.days, shared };
        }
        const lists = await Promise.all(
            ["", "&settled=1"].map((more) => get(`/api/orders?day=${span.day}${more}`)),
        );
        const opened = lists.flatMap((list) =>
            (list as OrderList).orders.map(({ opened_at }) => opened_at),
        );
        return { day: span.day, days: daysOf(opened, clock.now()), shared };
    }

    /** Somebody else looks: what was heard before is not what he waits for. */
    function lookAnew(): void {
        state.value = initial;
        heardAt.value = null;
        startedAt = clock.now();
    }

    const stopTicking = every(clock, 1_000, () => {
        now.value = clock.now();
    });
    void begin();
    return {
        session,
        token,
        report,
        stream: {
            ...{ state, now, heardAt },
            get startedAt() {
                return startedAt;
            },
        },
        look,
        problem,
        isBusy,
        waited,
        mayLook,
        async signIn(staff, pin) {
            try {
                const answer = await ask("POST", "/api/session", {
                    token: null,
                    body: { staff, pin },
                });
                token.value = (answer as { token: string }).token;
            } catch (error) {
                return error instanceof Refusal && error.status === 401
                    ? say("wrongPin")
                    : inWords(error);
            }
            lookAnew();
            await begin();
            return null;
        },
        async signOut() {
            const old = token.value;
            asked++;
            cancelLook();
            token.value = null;
            report.value = null;
            look.value = null;
            problem.value = null;
            isBusy.value = false;
            lookAnew();
            await ask("DELETE", "/api/session", { token: old }).catch(() => {}); // gone here
            await begin();
        },
        async compare(span, isShared) {
            const mine = ++asked;
            cancelLook();
            isBusy.value = true;
            problem.value = null;
            look.value = null;
            waited.value = 0;
            try {
                const wish = await wishOf(span, isShared);
                const now = (await post("/api/reconciliation", wish)) as Reconciliation;
                if (mine === asked) {
                    show(mine, wish, now, clock.now());
                }
            } catch (error) {
                if (mine === asked) {
                    giveUp(inWords(error));
                }
            }
        },
        async read<T>(path: string): Promise<T> {
            try {
                return (await get(path)) as T;
            } catch (error) {
                throw new Error(inWords(error));
            }
        },
        async write(method, path, body) {
            try {
                await send(method, path, body);
            } catch (error) {
                throw new Error(inWords(error));
            }
        },
        send: async <T>(method: "POST" | "PATCH", path: string, body: object) =>
            (await send(method, path, body)) as T,
        async refresh() {
            session.value = (await get("/api/session")) as Session;
        },
        async order(id) {
            return (await get(`/api/orders/${id}`)) as Order;
        },
        stop() {
            asked++;
            cancelLook();
            stopTicking();
            hangUp();
        },
    };
}
