import { signal } from "@preact/signals-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadsOf } from "../src/base/load";
import type { Line, Order, Seen, Station } from "../src/base/protocol";
import { alsoAt } from "../src/kitchen/also-at";
import {
    allDay,
    arrange,
    assignDigits,
    bumpable,
    gapFor,
    news,
    plainLook,
    type Slot,
    stationNames,
} from "../src/kitchen/board";
import { makeGone } from "../src/kitchen/gone";
import { keepKnown } from "../src/kitchen/known";
import { makeRinger, ringEvery } from "../src/kitchen/ring";
import { makeSeenTeller } from "../src/kitchen/seen";
import { HandClock, line, order, settled } from "./world";

const none = plainLook;

function ids(slots: readonly Slot[], column: Slot["column"]): string[] {
    return slots.filter((slot) => slot.column === column).map(({ id }) => id);
}

describe("the board", () => {
    test("begins with the oldest, and puts whatever comes later last", () => {
        const early = order("a1", { opened_at: 1 });
        const late = order("a2", { opened_at: 2 });
        const missed = order("b1", { opened_at: 0 }); // comes when a partition heals
        let slots = arrange([], [late, early], none, 0);
        expect(ids(slots, "new")).toEqual(["a1", "a2"]);
        slots = arrange(slots, [late, early, missed], none, 10);
        expect(ids(slots, "new")).toEqual(["a1", "a2", "b1"]);
    });

    test("leaves a gap for a moment when a ticket moves on", () => {
        const orders = [order("a1"), order("a2")];
        let slots = arrange([], orders, none, 0);
        slots = arrange(slots, [order("a1", { phase: "accepted" }), order("a2")], none, 100);
        expect(ids(slots, "new")).toEqual(["a1", "a2"]);
        expect(slots[0]?.leftAt).toBe(100);
        expect(ids(slots, "prep")).toEqual(["a1"]);
        const now = 100 + gapFor;
        slots = arrange(slots, [order("a1", { phase: "accepted" }), order("a2")], none, now);
        expect(ids(slots, "new")).toEqual(["a2"]);
    });

    test("a ticket that stays never changes places with another", () => {
        const phases = ["placed", "accepted", "cooking", "ready", "completed"] as const;
        const change = fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom(...phases));
        fc.assert(
            fc.property(fc.array(change, { maxLength: 40 }), (all) => {
                const orders = new Map<string, Order>();
                let slots: readonly Slot[] = [];
                all.forEach(([id, phase], turn) => {
                    orders.set(id, order(id, { phase }));
                    const next = arrange(slots, [...orders.values()], none, turn * 300);
                    const stayed = next.filter((slot) => slots.includes(slot));
                    const before = slots.filter((slot) => next.includes(slot));
                    expect(stayed).toEqual(before);
                    const shown = next.filter((slot) => slot.leftAt === null);
                    expect(new Set(shown.map((slot) => slot.id)).size).toBe(shown.length);
                    slots = next;
                });
            }),
        );
    });

    test("is ready at a station once its own lines are", () => {
        const lines = (grill: Line["progress"], bar: Line["progress"]) => [
            line({ station: "grill", progress: grill }),
            line({ id: 2, station: "bar", progress: bar }),
        ];
        const columnAt = (station: string, all: Line[]): string | undefined =>
            arrange([], [order("a1", { phase: "cooking", lines: all })], { ...none, station }, 0)[0]
                ?.column;
        expect(columnAt("grill", lines("done", "waiting"))).toBe("ready");
        expect(columnAt("bar", lines("done", "waiting"))).toBe("prep");
        expect(columnAt("", lines("done", "waiting"))).toBe("prep");
    });

    test("keeps a ticket in its place in a grid until it is made", () => {
        const grid = { ...none, isGrid: true };
        let slots = arrange([], [order("a1"), order("a2")], grid, 0);
        slots = arrange(slots, [order("a1", { phase: "cooking" }), order("a2")], grid, 1);
        expect(slots.map(({ id, column }) => `${id} ${column}`)).toEqual(["a1 prep", "a2 new"]);
        slots = arrange(slots, [order("a1", { phase: "ready" }), order("a2")], grid, 2);
        expect(slots.map(({ leftAt }) => leftAt)).toEqual([2, null]);
    });

    test("keeps a line that was voided until a cook has understood", () => {
        const gone = line({ station: "bar", state: "void", accepted: true });
        const voided = order("a1", {
            phase: "accepted",
            lines: [line({ id: 2, station: "grill" }), gone],
        });
        const bar = { ...none, station: "bar" };
        const before = arrange([], [voided], bar, 0);
        expect(ids(before, "prep")).toEqual(["a1"]);
        const known = new Map([["a1", new Set([2])]]);
        expect(arrange([], [voided], { ...bar, known }, 0)).toEqual([]);
        expect(ids(arrange([], [voided], { ...none, known }, 0), "prep")).toEqual(["a1"]);
    });

    test("shows apart what came after the ticket was seen, until it is understood", () => {
        const text = signal("");
        const knowledge = keepKnown(text, () => true);
        const lines = [line({ station: "grill" }), line({ id: 2, station: "bar" })];
        knowledge.see(order("a1", { lines }));
        const voided = { ...lines[0], state: "void" } as Line;
        const added = line({ id: 3, station: "grill" });
        const changed = order("a1", { lines: [voided, ...lines.slice(1), added] });
        knowledge.see(changed); // looking at it is not understanding it
        const at = (station: string) => ({ ...none, station, known: knowledge.known.value });
        const newsAt = (station: string) => news(changed, at(station)).map(({ id }) => id);
        expect([newsAt("grill"), newsAt("bar")]).toEqual([[1, 3], []]);
        expect(bumpable(changed, at("grill"))).toEqual([]);
        knowledge.understand(changed, news(changed, at("grill")));
        expect(newsAt("grill")).toEqual([]);
        expect(bumpable(changed, at("grill"))).toEqual([added]);
    });

    test("remembers what was understood over a reload, of the orders that are still there", () => {
        const text = signal("");
        const there = new Set(["a1", "a2"]);
        const before = keepKnown(text, (id) => there.has(id));
        before.see(order("a1"));
        before.see(order("a2"));
        there.delete("a2");
        before.understand(order("a1"), [line({ id: 7 })]);
        const after = keepKnown(text, () => true).known.value;
        expect([...after.keys()]).toEqual(["a1"]);
        expect(after.get("a1")?.has(7)).toBe(true);
        expect(keepKnown(signal("{nonsense"), () => true).known.value.size).toBe(0);
    });

    test("a board that comes new asks again for what nobody has accepted", () => {
        const late = line({ id: 2, added_late: true });
        const newsOf = (lines: Line[]) => news(order("a1", { lines }), none).map(({ id }) => id);
        expect(newsOf([line({}), late])).toEqual([2]);
        expect(newsOf([line({}), { ...late, accepted: true }])).toEqual([]);
        expect(newsOf([line({}), { ...late, progress: "started" }])).toEqual([]);
    });

    test("is the same array when nothing changed", () => {
        const slots = arrange([], [order("a1")], none, 0);
        expect(arrange(slots, [order("a1")], none, 500)).toBe(slots);
    });

    test("keeps a cancelled ticket where the cook saw it, until it is dismissed", () => {
        const begun = arrange([], [order("a1", { phase: "cooking" })], none, 0);
        const cancelled = [order("a1", { phase: "cancelled" })];
        expect(ids(arrange(begun, cancelled, none, 1), "prep")).toEqual(["a1"]);
        expect(arrange([], cancelled, none, 1)).toEqual([]);
        const gone = arrange(begun, cancelled, { ...none, dismissed: new Set(["a1"]) }, 1);
        expect(gone[0]?.leftAt).toBe(1);
    });

    test("a ticket keeps its key while it has a place", () => {
        const three = arrange([], [order("a1"), order("a2"), order("a3")], none, 0);
        const first = assignDigits(new Map(), three);
        expect([...first]).toEqual([
            ["a1", 1],
            ["a2", 2],
            ["a3", 3],
        ]);
        const later = assignDigits(first, arrange(three, [order("a2"), order("a3")], none, 1));
        expect(later.get("a2")).toBe(2);
        expect(later.get("a1")).toBe(1); // its gap is still there
        const closed = arrange(three, [order("a2"), order("a3"), order("a4")], none, 1);
        const digits = assignDigits(
            first,
            closed.filter((slot) => slot.leftAt === null),
        );
        expect(digits.get("a4")).toBe(1);
    });
});

test("all-day counts are the open lines of what is shown", () => {
    const orders = [
        order("a1", { lines: [line({ quantity: 2 }), line({ id: 2, name: "Pie" })] }),
        order("a2", {
            lines: [
                line({ quantity: 3 }),
                line({ id: 2, name: "Pie", progress: "done" }),
                line({ id: 3, name: "Pie", state: "void" }),
            ],
        }),
    ];
    expect(allDay(orders, "")).toEqual([
        { name: "Soup", quantity: 5, kinds: [] },
        { name: "Pie", quantity: 1, kinds: [] },
    ]);
    const grill = [order("a3", { lines: [line({ station: "grill" }), line({ station: "bar" })] })];
    expect(allDay(grill, "bar")).toEqual([{ name: "Soup", quantity: 1, kinds: [] }]);
    const size = (name: string) => ({ options: [{ name, price: 0 }] }) as Partial<Line>;
    const sizes = order("a4", {
        lines: [
            line({ quantity: 2, ...size("large") }),
            line({ id: 2, ...size("small") }),
            line({ id: 3, quantity: 3, ...size("large") }),
            line({ id: 4 }),
        ],
    });
    expect(allDay([sizes], "")).toEqual([
        {
            name: "Soup",
            quantity: 7,
            kinds: [
                { options: "large", quantity: 5 },
                { options: "small", quantity: 1 },
            ],
        },
    ]);
});

test("a station's ticket says who else is at it", () => {
    const shared = order("a1", {
        lines: [
            line({ station: "grill" }),
            line({ id: 2, station: "bar", progress: "done" }),
            line({ id: 3, station: "fryer" }),
            line({ id: 4, station: "pass", state: "void" }),
        ],
    });
    expect(alsoAt(shared, "grill")).toEqual([
        { name: "bar", isDone: true },
        { name: "fryer", isDone: false },
    ]);
});

test("stations stand in the order that the office gave them, without those out of use", () => {
    const named = (name: string, position: number, hidden = false) =>
        ({ name, position, hidden }) as Station;
    const known = [named("bar", 2), named("grill", 1), named("old", 0, true)];
    const orders = [order("a1", { lines: [line({ station: "fryer" })] })];
    expect(stationNames(known, orders)).toEqual(["grill", "bar", "fryer"]);
});

describe("the tone of new tickets", () => {
    function start() {
        const clock = new HandClock();
        let rung = 0;
        const ringer = makeRinger({ clock, ring: () => void rung++ });
        return { clock, ringer, rung: () => rung };
    }

    test("is silent for what was there, and rings again until somebody is at the board", () => {
        const { clock, ringer, rung } = start();
        ringer.update(["a1"], ["a1"]);
        expect(rung()).toBe(0);
        ringer.update(["a1", "a2"], ["a1", "a2"]);
        expect(rung()).toBe(1);
        ringer.update(["a1", "a2"], ["a1", "a2"]);
        clock.pass(2 * ringEvery);
        expect(rung()).toBe(3);
        ringer.attend();
        clock.pass(2 * ringEvery);
        expect(rung()).toBe(3);
        ringer.update(["a1", "a2", "a3"], ["a1", "a2", "a3"]);
        expect(rung()).toBe(4);
    });

    test("is for what this board shows", () => {
        const { clock, ringer, rung } = start();
        ringer.update([], []);
        ringer.update(["a1"], []);
        ringer.update(["a1"], ["a1"]); // another station was chosen
        clock.pass(ringEvery);
        expect(rung()).toBe(0);
        ringer.update(["a1", "a2"], ["a2"]);
        expect(rung()).toBe(1);
    });

    test("ends when what is new was taken at another board", () => {
        const { clock, ringer, rung } = start();
        ringer.update(["a0"], ["a0"]);
        ringer.update(["a0", "a1"], ["a0", "a1"]);
        ringer.update(["a0"], ["a0"]);
        clock.pass(2 * ringEvery);
        expect(rung()).toBe(1);
    });
});

describe("seen", () => {
    function start() {
        const said: Seen[] = [];
        const seen: string[] = [];
        const world = { isVisible: true, isUp: true };
        const teller = makeSeenTeller({
            isVisible: () => world.isVisible,
            station: () => "grill",
            onSeen: ({ id }) => seen.push(id),
            say: (frame) => world.isUp && said.push(frame) > 0,
        });
        return { said, seen, world, teller };
    }

    test("is said once, when the ticket is drawn", () => {
        const { said, teller } = start();
        teller.update([order("a1")]);
        expect(said).toEqual([]);
        teller.drawn("a1", true);
        teller.update([order("a1")]);
        teller.look();
        expect(said).toEqual([{ type: "seen", order: "a1", changed: "a1:1", station: "grill" }]);
    });

    test("is not said by a page in the background, but when it comes to the front", () => {
        const { said, seen, world, teller } = start();
        world.isVisible = false;
        teller.update([order("a1", { seen: true }), order("a2")]);
        teller.drawn("a1", true);
        teller.drawn("a2", true);
        expect([said, seen]).toEqual([[], []]);
        world.isVisible = true;
        teller.look();
        expect(said).toHaveLength(1);
        expect(seen).toEqual(["a1", "a2"]);
    });

    test("is not said for a ticket that is out of sight", () => {
        const { said, teller } = start();
        teller.drawn("a1", true);
        teller.drawn("a1", false);
        teller.update([order("a1")]);
        expect(said).toEqual([]);
    });

    test("is said again for each change, and never for what was seen", () => {
        const { said, teller } = start();
        teller.drawn("a1", true);
        teller.update([order("a1")]);
        teller.update([order("a1", { seen: true })]);
        teller.update([order("a1", { changed: "a1:2" })]);
        expect(said.map(({ changed }) => changed)).toEqual(["a1:1", "a1:2"]);
    });

    test("is said again after a reconnect, as it may have been lost", () => {
        const { said, world, teller } = start();
        world.isUp = false;
        teller.drawn("a1", true);
        teller.update([order("a1")]);
        expect(said).toEqual([]);
        world.isUp = true;
        teller.reconnected();
        teller.reconnected();
        expect(said).toHaveLength(2);
    });
});

describe("an order that left the board", () => {
    const before = new Map([["a1", order("a1", { phase: "cooking" })]]);
    const held = new Set(["a1"]);

    test("stays while the node is asked, and longer when it was cancelled", async () => {
        const gone = makeGone(async () => order("a1", { phase: "cancelled" }));
        gone.update(before, held);
        gone.update(new Map(), held);
        expect(gone.orders.value.get("a1")?.phase).toBe("cooking");
        await settled();
        expect(gone.orders.value.get("a1")?.phase).toBe("cancelled");
    });

    test("goes when it was handed over, or when it came back", async () => {
        const gone = makeGone(async () => order("a1", { phase: "completed" }));
        gone.update(before, held);
        gone.update(new Map(), held);
        await settled();
        expect(gone.orders.value.size).toBe(0);
        gone.update(before, held);
        gone.update(new Map(), held);
        gone.update(before, held);
        expect(gone.orders.value.size).toBe(0);
    });
});

describe("how busy a station is", () => {
    const now = 1_000;
    const usual = { hidden: false, busy: 0, busy_until: 0 };
    const grill = { ...usual, name: "grill", throttle: 2 } as Station;
    const bar = { ...usual, name: "bar", throttle: 1000 } as Station;
    const loadOf = (quantity: number, over: Partial<Order> = {}, of: Partial<Line> = {}) => {
        const lines = [line({ station: "grill", quantity, ...of })];
        return loadsOf([order("a1", { lines, ...over })], [grill, bar], "", now)[0];
    };
    const saidAt = (station: Station, busy: number, busy_until: number) =>
        loadsOf([], [{ ...station, busy, busy_until }], "", now)[0]?.how;

    test("is what it has to make against what it makes in five minutes", () => {
        expect(loadOf(2)).toEqual({
            ...{ station: grill, units: 2, throttle: 2, said: 0, how: "free" },
        });
        expect(loadOf(3)?.how).toBe("busy");
        expect(loadOf(8)?.how).toBe("busy");
        expect(loadOf(9)?.how).toBe("full");
    });

    test("is what a cook says until it ends, throttle or none", () => {
        expect(saidAt(bar, 20, now + 1)).toBe("busy");
        expect(saidAt(bar, 1000, now + 1)).toBe("full");
        expect(saidAt(bar, 20, now)).toBeUndefined();
        expect(saidAt(grill, 20, now + 1)).toBe("busy");
        expect(saidAt(grill, 1000, now)).toBe("free");
    });

    test("leaves out what is made, voided, given out, cancelled and another station's", () => {
        const units = [
            loadOf(5, {}, { progress: "done" }),
            loadOf(5, {}, { state: "void" }),
            loadOf(5, {}, { handed: 4 }),
            loadOf(5, { phase: "cancelled" }),
            loadOf(5, {}, { station: "bar" }),
        ];
        expect(units.map((load) => load?.units)).toEqual([0, 0, 1, 0, 0]);
    });

    test("is told of those that have a throttle, at the station that is chosen", () => {
        const at = (stations: Station[], chosen: string) =>
            loadsOf([], stations, chosen, now).map(({ station }) => station.name);
        expect(at([grill, bar], "")).toEqual(["grill"]);
        expect(at([grill, bar], "bar")).toEqual([]);
        expect(at([{ ...grill, hidden: true }], "")).toEqual([]);
    });
});
