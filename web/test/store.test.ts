import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame, MenuItem, Order } from "../src/base/protocol";
import { disconnected, initial, reduce, type State } from "../src/base/store";
import { hello, item, order, peer } from "./world";

/** One thing that happened at the node. */
type Change =
    | { kind: "order"; order: Order }
    | { kind: "removed"; id: string }
    | { kind: "item"; item: MenuItem };

const ids = ["a1", "a2", "a3", "a4", "a5"];
const changes: fc.Arbitrary<Change[]> = fc.array(
    fc.oneof(
        fc.record({
            kind: fc.constant("order" as const),
            order: fc
                .tuple(fc.constantFrom(...ids), fc.nat(1000))
                .map(([id, total]) => order(id, { total })),
        }),
        fc.record({ kind: fc.constant("removed" as const), id: fc.constantFrom(...ids) }),
        fc.record({
            kind: fc.constant("item" as const),
            item: fc
                .tuple(fc.integer({ min: 1, max: 4 }), fc.boolean())
                .map(([number, available]) => item(number, { available })),
        }),
    ),
    { maxLength: 30 },
);

interface Node {
    orders: Map<string, Order>;
    items: Map<number, MenuItem>;
}

function apply(node: Node, change: Change): void {
    if (change.kind === "order") {
        node.orders.set(change.order.id, change.order);
    } else if (change.kind === "removed") {
        node.orders.delete(change.id);
    } else {
        node.items.set(change.item.number, change.item);
    }
}

/** As a node sends it: newest states of what changed since the last frame. */
function delta(node: Node, since: Change[], cursor: string): Frame {
    const touched = new Set(since.flatMap((change) => idOf(change)));
    const items = new Set(since.flatMap((c) => (c.kind === "item" ? [c.item.number] : [])));
    return {
        type: "delta",
        orders: [...node.orders.values()].filter(({ id }) => touched.has(id)),
        removed: [...touched].filter((id) => !node.orders.has(id)),
        items: [...node.items.values()].filter(({ number }) => items.has(number)),
        records: [],
        cursor,
    };
}

function idOf(change: Change): string[] {
    if (change.kind === "item") {
        return [];
    }
    return [change.kind === "order" ? change.order.id : change.id];
}

function snapshotParts(node: Node, parts: number, cursor: string): Frame[] {
    const orders = [...node.orders.values()];
    const size = Math.ceil(orders.length / parts) || 1;
    return Array.from({ length: parts }, (_, part) => ({
        type: "snapshot" as const,
        orders: orders.slice(part * size, (part + 1) * size),
        items: part === 0 ? [...node.items.values()] : [],
        cursor,
        more: part < parts - 1,
    }));
}

function play(frames: Frame[], from: State = initial): State {
    return frames.reduce((state, frame) => reduce(state, frame, 0), from);
}

function contents({
    orders,
    items,
}: {
    orders: ReadonlyMap<string, Order>;
    items: Node["items"] | ReadonlyMap<number, MenuItem>;
}) {
    return {
        orders: Object.fromEntries(orders),
        items: Object.fromEntries(items),
    };
}

describe("the store", () => {
    test("shows the same in whatever batches the news arrives", () => {
        fc.assert(
            fc.property(
                changes,
                fc.array(fc.nat(3), { minLength: 1 }),
                fc.integer({ min: 1, max: 4 }),
                fc.nat(30),
                (all, batches, parts, at) => {
                    const node: Node = { orders: new Map(), items: new Map() };
                    const before = Math.min(at, all.length);
                    for (const change of all.slice(0, before)) {
                        apply(node, change);
                    }
                    const frames = [hello(false), ...snapshotParts(node, parts, "c0")];
                    let rest = all.slice(before);
                    for (let turn = 0; rest.length > 0; turn += 1) {
                        const size = 1 + (batches[turn % batches.length] ?? 0);
                        const batch = rest.slice(0, size);
                        rest = rest.slice(size);
                        for (const change of batch) {
                            apply(node, change);
                        }
                        frames.push(delta(node, batch, `c${turn + 1}`));
                    }
                    const state = play(frames);
                    expect(contents(state)).toEqual(contents(node));
                    expect(state.isCurrent).toBe(true);
                },
            ),
        );
    });

    test("a delta that comes twice changes nothing", () => {
        fc.assert(
            fc.property(changes, (all) => {
                const node: Node = { orders: new Map(), items: new Map() };
                for (const change of all) {
                    apply(node, change);
                }
                const frame = delta(node, all, "c1");
                const once = play([hello(false), ...snapshotParts(node, 1, "c0"), frame]);
                expect(play([frame], once)).toEqual(once);
            }),
        );
    });

    test("shows the old until a snapshot is whole, and keeps no cursor of a part", () => {
        const node: Node = { orders: new Map(), items: new Map() };
        apply(node, { kind: "order", order: order("a1") });
        apply(node, { kind: "order", order: order("a2") });
        const before = play([hello(false), ...snapshotParts(node, 1, "old")]);
        node.orders.delete("a1");
        const [first] = snapshotParts(node, 2, "new");
        const half = play([hello(false), first as Frame], before);
        expect([...half.orders.keys()]).toEqual(["a1", "a2"]);
        expect(half.cursor).toBe("old");
        expect(half.isCurrent).toBe(false);
    });

    test("a resumed stream is current at once and keeps what is there", () => {
        const node: Node = { orders: new Map([["a1", order("a1")]]), items: new Map() };
        const before = disconnected(play([hello(false), ...snapshotParts(node, 1, "c")]));
        expect(before.isCurrent).toBe(false);
        const after = reduce(before, hello(true), 0);
        expect(after.isCurrent).toBe(true);
        expect(after.orders.has("a1")).toBe(true);
    });

    test("remembers when a device was heard, though the node has forgotten", () => {
        const marks = (ago: number, now: number): Frame => ({
            type: "marks",
            logs: [],
            peers: [peer("kitchen", { heard_ms_ago: ago })],
            now,
        });
        const heard = reduce(initial, marks(200, 10_000), 10_000);
        const lost = reduce(heard, marks(-1, 15_000), 15_000);
        expect(lost.peers[0]?.heard_ms_ago).toBe(5_200);
        expect(reduce(initial, marks(-1, 1), 1).peers[0]?.heard_ms_ago).toBe(-1);
    });

    test("knows how many orders wait for a decision, and that none is left", () => {
        const marks: Frame = { type: "marks", logs: [], peers: [], now: 1 };
        const waiting = reduce(initial, { ...marks, voided: 3 }, 1);
        expect(waiting.voided).toBe(3);
        expect(reduce(waiting, marks, 1).voided).toBe(0);
    });

    test("knows how far the node's clock is ahead, and the newest marks", () => {
        const marks: Frame = {
            type: "marks",
            logs: [{ log: "00000000000000aa", seq: 7 }],
            peers: [peer("kitchen")],
            now: 5_000,
        };
        const state = reduce(initial, marks, 4_000);
        expect(state.clockAhead).toBe(1_000);
        expect(state.marks.get("00000000000000aa")).toBe(7);
        expect(state.peers).toHaveLength(1);
    });
});
