// The board's own state, and what a cook does with it.
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Action, Draft } from "../base/action";
import type { Clock } from "../base/clock";
import type { Desk } from "../base/desk";
import type { Line, Order, Session, Station } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { numberText } from "../base/words";
import { isMuted, newTicketTones, play } from "../ui/sound";
import { offerUndo } from "../ui/toast";
import * as actions from "./actions";
import {
    arrange,
    assignDigits,
    bumpable,
    type Column,
    doneLines,
    isAtStation,
    type Look,
    news,
    nextStep,
    openLines,
    type Slot,
    stationNames,
} from "./board";
import { makeGone } from "./gone";
import { keepKnown } from "./known";
import { makeRinger } from "./ring";
import { makeSeenTeller, type SeenTeller } from "./seen";
import { followStations } from "./stations";
import { t } from "./words";

export type Panel = "none" | "menu" | "recall" | "busy";

export interface Kitchen {
    readonly desk: Desk;
    readonly slots: ReadonlySignal<readonly Slot[]>;
    /** The orders on the board at this station, in their places. */
    readonly shown: ReadonlySignal<readonly Order[]>;
    readonly hiddenCount: ReadonlySignal<number>;
    /** The tickets' keys on the keyboard. */
    readonly digits: ReadonlySignal<ReadonlyMap<string, number>>;
    readonly station: Signal<string>;
    /** Those there are to choose from, in their order. */
    readonly stations: ReadonlySignal<readonly string[]>;
    /** As the node told them last. */
    readonly popupStations: ReadonlySignal<readonly Station[]>;
    /** "grid", or columns. */
    readonly layout: Signal<string>;
    readonly chosen: Signal<string | null>;
    readonly panel: Signal<Panel>;
    /** The order whose refusal needs a reason. */
    readonly refusing: Signal<Order | null>;
    readonly seen: SeenTeller;
    session(): Session | null;
    /** The node's time, in ms. */
    time(): number;
    waitingFor(order: string): number;
    isDonePending(order: string, line: number): boolean;
    accept(order: Order): void;
    askRefusal(order: Order): void;
    refuse(order: Order, reason: string): void;
    toggleLine(order: Order, line: Line): void;
    bump(order: Order): void;
    recall(order: Order): void;
    amend(order: Order, line: Line, yes: boolean): void;
    dismiss(order: Order): void;
    /** Lines of it, added or voided, that nobody here has understood yet. */
    news(order: Order): Line[];
    /** What a cook knows of and has not made. */
    bumpable(order: Order): Line[];
    /** It was added to, or changed, after it was taken. */
    needsAccept(order: Order): boolean;
    /** Of what was added after it was taken the counter is told that it is taken, too. */
    understand(order: Order): void;
    /** What the big button of that ticket does. */
    step(order: string): void;
    /** Moves the choice by that many tickets. */
    choose(by: number): void;
}

export interface KitchenWorld {
    clock: Clock;
    station: Signal<string>;
    layout: Signal<string>;
    /** What the cooks here know, as it is kept. */
    known: Signal<string>;
    ask(id: string): Promise<Order>;
    /** The pop-up's stations. */
    askStations(): Promise<readonly Station[]>;
}

export function startKitchen(desk: Desk, world: KitchenWorld): Kitchen {
    const { stream } = desk;
    const { station: atStation, layout, ask } = world;
    const slots = signal<readonly Slot[]>([]);
    const dismissed = signal<ReadonlySet<string>>(new Set());
    const knowledge = keepKnown(
        world.known,
        (id) => !stream.state.peek().isCurrent || all.peek().has(id),
    );
    const look = computed<Look>(() => ({
        station: atStation.value,
        isGrid: layout.value === "grid",
        dismissed: dismissed.value,
        known: knowledge.known.value,
    }));
    const shape = computed(() => `${look.value.isGrid} ${look.value.station}`);
    let worn = shape.peek();
    const chosen = signal<string | null>(null);
    const panel = signal<Panel>("none");
    const refusing = signal<Order | null>(null);
    const popupStations = followStations(stream, world.askStations);
    const stations = computed(() =>
        stationNames(popupStations.value, [...stream.state.value.orders.values()]),
    );

    // Every ticket's age looks at these: not each time that one order changes.
    const session = computed(() => stream.state.value.session);
    const time = computed(() => nodeNow(stream));

    const gone = makeGone(ask);
    const all = computed(() => new Map([...gone.orders.value, ...stream.state.value.orders]));
    const orderOf = (id: string): Order | undefined => all.value.get(id);
    const onBoard = computed(() =>
        slots.value
            .filter((slot) => slot.leftAt === null)
            .map((slot) => orderOf(slot.id))
            .filter((order) => order !== undefined),
    );
    const shown = computed(() =>
        onBoard.value.filter((order) => isAtStation(order, atStation.value)),
    );
    const hiddenCount = computed(() => onBoard.value.length - shown.value.length);

    const digits = signal<ReadonlyMap<string, number>>(new Map());
    effect(() => {
        digits.value = assignDigits(digits.peek(), slots.value);
    });

    const seen = makeSeenTeller({
        onSeen: knowledge.see,
        isVisible: () => document.visibilityState === "visible",
        station: () => atStation.value || "kitchen",
        say: stream.say,
    });

    effect(() => gone.update(stream.state.value.orders, heldOf(slots.peek())));
    effect(() => {
        const now = stream.now.value;
        const orders = [...all.value.values()];
        const next = arrange(slots.peek(), orders, look.value, now);
        const isOther = shape.value !== worn;
        worn = shape.value;
        // Whoever chose another station or view wants to see it, not where tickets were.
        slots.value = isOther ? next.filter(({ leftAt }) => leftAt === null) : next;
    });
    effect(() => seen.update(shown.value));
    stream.onUp(seen.reconnected);
    document.addEventListener("visibilitychange", seen.look);
    const ringer = makeRinger({
        clock: world.clock,
        ring: () => isMuted.value || play(newTicketTones),
    });
    effect(() => {
        const { orders, isCurrent } = stream.state.value;
        if (isCurrent) {
            const fresh = [...orders.values()].filter(({ phase }) => phase === "placed");
            const mine = fresh.filter((order) => isAtStation(order, atStation.value));
            ringer.update(namesOf(fresh), namesOf(mine));
        }
    });
    for (const kind of ["pointerdown", "keydown"]) {
        document.addEventListener(kind, ringer.attend);
    }

    const act = (draft: Draft): void => void desk.act(draft);
    const isFor = (action: Action, order: string): boolean => action.lane === order;

    const kitchen: Kitchen = {
        desk,
        slots,
        shown,
        hiddenCount,
        digits,
        station: atStation,
        stations,
        popupStations,
        layout,
        chosen,
        panel,
        refusing,
        seen,
        session: () => session.value,
        time: () => time.value,
        waitingFor: (order) => desk.waiting.value.filter((action) => isFor(action, order)).length,
        isDonePending: (order, line) =>
            desk.waiting.value.some((action) => isFor(action, order) && finishes(action, line)),
        accept: (order) => act(actions.accept(order, atStation.value)),
        askRefusal(order) {
            refusing.value = order;
        },
        refuse(order, reason) {
            refusing.value = null;
            act(actions.refuse(order, reason));
        },
        toggleLine(order, line) {
            const isDone = line.progress === "done";
            const lines = [line.id];
            act(isDone ? actions.recall(order, lines) : actions.done(order, lines, "lineLabel"));
        },
        bump(order) {
            const lines = idsOf(bumpable(order, look.value));
            if (lines.length === 0) {
                return;
            }
            const isWhole = lines.length === openLines(order, "").length;
            const station = atStation.value;
            const part = station === "" ? "isReadyButNew" : "isReadyAt";
            const text = t(isWhole ? "isReady" : part, { number: numberText(order), station });
            act(actions.done(order, lines, "bumpLabel"));
            offerUndo(text, () => act(actions.recall(order, lines)));
        },
        recall: (order) => act(actions.recall(order, idsOf(doneLines(order, atStation.value)))),
        amend: (order, line, yes) => act(actions.amend(order, line.id, yes)),
        dismiss(order) {
            dismissed.value = new Set([...dismissed.value, order.id]);
        },
        news: (order) => news(order, look.value),
        bumpable: (order) => bumpable(order, look.value),
        needsAccept: (order) =>
            order.flags.includes("needs_accept") &&
            !desk.waiting.value.some((action) => isFor(action, order.id) && accepts(action)),
        understand(order) {
            knowledge.understand(order, news(order, look.value));
            if (kitchen.needsAccept(order)) {
                act(actions.accept(order, atStation.value));
            }
        },
        step(id) {
            const slot = slots.value.find((place) => place.id === id && place.leftAt === null);
            const order = orderOf(id);
            if (slot && order && order.phase !== "cancelled") {
                take(kitchen, order, slot.column);
            }
        },
        choose(by) {
            const ids = shown.value.map((order) => order.id);
            const at = chosen.value === null ? -1 : ids.indexOf(chosen.value);
            const from = at < 0 && by < 0 ? 0 : at;
            chosen.value = ids[(from + by + ids.length) % ids.length] ?? null;
        },
    };
    return kitchen;
}

function idsOf(lines: readonly Line[]): number[] {
    return lines.map((line) => line.id);
}

/** What a cook has begun, or is about to. */
function heldOf(slots: readonly Slot[]): ReadonlySet<string> {
    const held = slots.filter((slot) => slot.leftAt === null && slot.column !== "ready");
    return new Set(held.map((slot) => slot.id));
}

function take(kitchen: Kitchen, order: Order, column: Column): void {
    const isNews = kitchen.news(order).length > 0 || kitchen.needsAccept(order);
    kitchen[isNews ? "understand" : nextStep(column)](order);
}

function namesOf(orders: readonly Order[]): string[] {
    return orders.map(({ id }) => id);
}

function accepts(action: Action): boolean {
    return action.path.endsWith("/accept");
}

function finishes(action: Action, line: number): boolean {
    const { lines } = (action.body ?? {}) as { lines?: number[] };
    return action.path.endsWith("/done") && lines?.includes(line) === true;
}
