// The board's own state, and what a cook does with it.
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Action, Draft } from "../base/action";
import type { Desk } from "../base/desk";
import type { Line, MenuItem, Order, Session } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { numberText } from "../base/words";
import { newTicketTones, play } from "../ui/sound";
import { offerUndo } from "../ui/toast";
import * as actions from "./actions";
import {
    arrange,
    assignDigits,
    type Column,
    isAtStation,
    nextStep,
    openLines,
    type Slot,
} from "./board";
import { makeGone } from "./gone";
import { makeSeenTeller, type SeenTeller } from "./seen";

export type Panel = "none" | "menu" | "recall";

export interface Kitchen {
    readonly desk: Desk;
    readonly slots: ReadonlySignal<readonly Slot[]>;
    /** The orders on the board at this station, in their places. */
    readonly shown: ReadonlySignal<readonly Order[]>;
    readonly hiddenCount: ReadonlySignal<number>;
    /** The tickets' keys on the keyboard. */
    readonly digits: ReadonlySignal<ReadonlyMap<string, number>>;
    readonly station: Signal<string>;
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
    setAvailable(item: MenuItem, available: boolean): void;
    /** What the big button of that ticket does. */
    step(order: string): void;
    /** Moves the choice by that many tickets. */
    choose(by: number): void;
}

type AskOrder = (id: string) => Promise<Order>;

export function startKitchen(desk: Desk, station: string, ask: AskOrder): Kitchen {
    const { stream } = desk;
    const slots = signal<readonly Slot[]>([]);
    const dismissed = signal<ReadonlySet<string>>(new Set());
    const chosen = signal<string | null>(null);
    const panel = signal<Panel>("none");
    const refusing = signal<Order | null>(null);
    const atStation = signal(station);

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
        isVisible: () => document.visibilityState === "visible",
        station: () => atStation.value || "kitchen",
        say: stream.say,
    });

    effect(() => gone.update(stream.state.value.orders, heldOf(slots.peek())));
    effect(() => {
        const now = stream.now.value;
        slots.value = arrange(slots.peek(), [...all.value.values()], dismissed.value, now);
    });
    effect(() => seen.update(shown.value));
    stream.onUp(seen.reconnected);
    document.addEventListener("visibilitychange", seen.look);
    soundForNew(() => slots.value);

    const act = (draft: Draft): void => void desk.act(draft);
    const isFor = (action: Action, order: string): boolean => action.lane === order;

    const kitchen: Kitchen = {
        desk,
        slots,
        shown,
        hiddenCount,
        digits,
        station: atStation,
        chosen,
        panel,
        refusing,
        seen,
        session: () => stream.state.value.session,
        time: () => nodeNow(stream),
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
            act(isDone ? actions.recall(order, [line.id]) : actions.done(order, [line.id]));
        },
        bump(order) {
            const lines = openLines(order).map((line) => line.id);
            act(actions.done(order));
            offerUndo(`${numberText(order)} is ready.`, () => act(actions.recall(order, lines)));
        },
        recall: (order) => act(actions.recall(order)),
        amend: (order, line, yes) => act(actions.amend(order, line.id, yes)),
        dismiss(order) {
            dismissed.value = new Set([...dismissed.value, order.id]);
        },
        setAvailable: (item, available) => act(actions.setAvailable(item, available)),
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

/** What a cook has begun, or is about to. */
function heldOf(slots: readonly Slot[]): ReadonlySet<string> {
    const held = slots.filter((slot) => slot.leftAt === null && slot.column !== "ready");
    return new Set(held.map((slot) => slot.id));
}

function take(kitchen: Kitchen, order: Order, column: Column): void {
    kitchen[nextStep(column)](order);
}

function finishes(action: Action, line: number): boolean {
    const { lines } = (action.body ?? {}) as { lines?: number[] };
    return action.path.endsWith("/done") && (lines === undefined || lines.includes(line));
}

/** A tone for each batch of new tickets; none for what was there when the screen came up. */
function soundForNew(slots: () => readonly Slot[]): void {
    let known: ReadonlySet<string> | null = null;
    effect(() => {
        const ids = new Set(
            slots()
                .filter((slot) => slot.column === "new")
                .map((slot) => slot.id),
        );
        const before = known;
        if (before !== null && [...ids].some((id) => !before.has(id))) {
            play(newTicketTones);
        }
        if (ids.size > 0 || before !== null) {
            known = ids;
        }
    });
}
