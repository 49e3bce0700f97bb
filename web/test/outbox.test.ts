import { beforeEach, describe, expect, test } from "vitest";
import { type Action, draft, makeKey } from "../src/base/action";
import { makeOutbox, type Outbox, type Reply } from "../src/base/outbox";
import type { Problem } from "../src/base/protocol";
import { memoryShelf } from "../src/base/shelf";
import { HandClock, settled } from "./world";

function action(key: string, lane = "", made = 0): Action {
    return { key, lane, made, method: "post", path: `/api/${key}`, body: {}, label: key };
}

const problem: Problem = { type: "", title: "No.", status: 409, code: "state", detail: "" };

describe("the outbox", () => {
    let clock: HandClock;
    let sent: string[];
    let answers: Map<string, (reply: Reply | Error) => void>;
    let waiting: string[];
    let refused: string[];
    let shelf: ReturnType<typeof memoryShelf>;
    let outbox: Outbox;

    function start(): Outbox {
        return makeOutbox({
            shelf,
            clock,
            random: () => 0,
            send(one) {
                sent.push(one.key);
                return new Promise((resolve, reject) => {
                    answers.set(one.key, (reply) =>
                        reply instanceof Error ? reject(reply) : resolve(reply),
                    );
                });
            },
            onChange: (actions) => {
                waiting = actions.map(({ key }) => key);
            },
            onRefused: (one) => refused.push(one.key),
        });
    }

    async function answer(key: string, reply: Reply | Error): Promise<void> {
        answers.get(key)?.(reply);
        await settled();
    }

    const lost = new Error("no node");
    const ok: Reply = { status: 200, body: { events: 1 } };

    beforeEach(() => {
        clock = new HandClock();
        sent = [];
        answers = new Map();
        waiting = [];
        refused = [];
        shelf = memoryShelf();
        outbox = start();
    });

    test("keeps an action until the node has answered", async () => {
        const outcome = outbox.add(action("k1"));
        await settled();
        expect(waiting).toEqual(["k1"]);
        expect(await shelf.all()).toHaveLength(1);
        await answer("k1", ok);
        expect(await outcome).toEqual({ ok: true, body: { events: 1 } });
        expect(waiting).toEqual([]);
        expect(await shelf.all()).toEqual([]);
    });

    test("sends the same key again when the node was lost", async () => {
        void outbox.add(action("k1"));
        await settled();
        await answer("k1", lost);
        expect(waiting).toEqual(["k1"]);
        clock.pass(10_000);
        await settled();
        expect(sent).toEqual(["k1", "k1"]);
    });

    test("tries at once when the node is back", async () => {
        void outbox.add(action("k1"));
        await settled();
        await answer("k1", lost);
        outbox.retry();
        expect(sent).toEqual(["k1", "k1"]);
    });

    const passing = [401, 408, 429, 500, 503, 507];
    test.each(passing)("keeps an action that was answered %i", async (status) => {
        void outbox.add(action("k1"));
        await settled();
        await answer("k1", { status, body: problem });
        expect(waiting).toEqual(["k1"]);
        outbox.retry();
        await answer("k1", ok);
        expect(waiting).toEqual([]);
    });

    test("takes a refusal as the last word, and says why", async () => {
        const outcome = outbox.add(action("k1"));
        await settled();
        await answer("k1", { status: 409, body: problem });
        expect(await outcome).toEqual({ ok: false, problem });
        expect(waiting).toEqual([]);
    });

    test("sends what concerns one order in its order", async () => {
        void outbox.add(action("k1", "order"));
        void outbox.add(action("k2", "order"));
        await settled();
        expect(sent).toEqual(["k1"]);
        await answer("k1", ok);
        expect(sent).toEqual(["k1", "k2"]);
    });

    test("does not let one order wait for another", async () => {
        void outbox.add(action("k1", "first"));
        void outbox.add(action("k2", "second"));
        void outbox.add(action("k3"));
        await settled();
        expect(sent).toEqual(["k1", "k2", "k3"]);
    });

    test("sends what was kept over a reload, oldest first, and tells of a refusal", async () => {
        outbox.stop();
        await shelf.put(action("k2", "order", 2));
        await shelf.put(action("k1", "order", 1));
        outbox = start();
        await settled();
        expect(waiting).toEqual(["k1", "k2"]);
        expect(sent).toEqual(["k1"]);
        await answer("k1", { status: 404, body: null });
        expect(refused).toEqual(["k1"]);
        expect(sent).toEqual(["k1", "k2"]);
    });
});

describe("a key", () => {
    const ones = (bytes: Uint8Array): void => void bytes.fill(0xab);

    test("is the seconds since the pop-up's epoch and twelve random bytes", () => {
        expect(makeKey(61_000, 1_000, ones)).toBe(`0000003c${"ab".repeat(12)}`);
    });

    test("survives a clock that is before the epoch or far beyond", () => {
        expect(makeKey(0, 1_000, ones).slice(0, 8)).toBe("00000000");
        expect(makeKey(9e15, 0, ones).slice(0, 8)).toBe("ffffffff");
    });
});

test("a path is filled from its parameters", () => {
    const { path, lane } = draft("post", "/api/orders/{id}/accept", { id: "a/b" }, {}, "Accept");
    expect(path).toBe("/api/orders/a%2Fb/accept");
    expect(lane).toBe("a/b");
});
