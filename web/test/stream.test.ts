// The stream, the desk and the fake node together, over real sockets.
import { afterEach, beforeEach, expect, test } from "vitest";
import WebSocket from "ws";
import { type Action, draft } from "../src/base/action";
import { systemClock } from "../src/base/clock";
import { type Desk, startDesk } from "../src/base/desk";
import type { OrderPlaced } from "../src/base/protocol";
import { memoryShelf } from "../src/base/shelf";
import type { Wire } from "../src/base/socket";
import type { State } from "../src/base/store";
import { type Stream, startStream } from "../src/base/stream";
import { startFakeNode } from "./fake-node.mjs";

let node: Awaited<ReturnType<typeof startFakeNode>>;
let stream: Stream;
let desk: Desk;

async function send(action: Action) {
    const response = await fetch(node.url + action.path, {
        method: action.method.toUpperCase(),
        headers: { "Idempotency-Key": action.key },
        body: JSON.stringify(action.body),
    });
    return { status: response.status, body: await response.json() };
}

/** Resolves once the state is as wanted; the test's own limit ends it otherwise. */
function until(isWanted: (state: State) => boolean): Promise<void> {
    return new Promise((resolve) => {
        const undo = stream.state.subscribe((state) => {
            if (isWanted(state)) {
                resolve();
                queueMicrotask(() => undo());
            }
        });
    });
}

const place = () =>
    draft(
        "post",
        "/api/orders",
        {},
        { channel: "counter", mode: "eat-in", lines: [{ item: 20, quantity: 2 }] },
        "New",
    );

beforeEach(async () => {
    node = await startFakeNode();
    const world = {
        clock: systemClock,
        random: Math.random,
        open(path: string): Wire {
            const socket = new WebSocket(node.url.replace("http", "ws") + path);
            socket.on("error", () => {});
            return socket as unknown as Wire;
        },
    };
    stream = startStream("counter", world);
    const fill = (bytes: Uint8Array): void =>
        void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
    desk = startDesk(stream, { ...world, shelf: memoryShelf(), send, fill, complain: () => {} });
    await until((state) => state.isCurrent);
});

afterEach(async () => {
    stream.stop();
    await node.kill();
});

test("an order that was placed is answered, and comes by the stream", async () => {
    const outcome = await desk.act(place());
    expect(outcome.ok).toBe(true);
    const { id } = (outcome as { body: OrderPlaced }).body;
    await until((state) => state.orders.has(id));
    expect(stream.state.value.orders.get(id)).toMatchObject({ total: 560, phase: "placed" });
});

test("an order placed without a node arrives once when the node is back", async () => {
    await node.kill();
    const outcome = desk.act(place());
    await until((state) => !state.isCurrent);
    expect(desk.waiting.value).toHaveLength(1);
    await node.start();
    expect((await outcome).ok).toBe(true);
    await until((state) => state.isCurrent && state.orders.size === 1);
    expect(desk.waiting.value).toEqual([]);
    expect(node.orders.size).toBe(1);
});

test("the stream resumes where it was when nothing was missed", async () => {
    await desk.act(place());
    await until((state) => state.orders.size === 1);
    const before = stream.state.value.orders;
    await node.kill();
    await until((state) => !state.isCurrent);
    await node.start();
    await until((state) => state.isCurrent);
    expect(stream.state.value.orders).toBe(before);
});
