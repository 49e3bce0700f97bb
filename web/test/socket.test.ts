import { beforeEach, describe, expect, test } from "vitest";
import type { Frame } from "../src/base/protocol";
import { backoff, connect, type Socket, silenceMax } from "../src/base/socket";
import { HandClock, HandWire, hello } from "./world";

const marks: Frame = { type: "marks", logs: [], peers: [], now: 1 };

describe("the socket", () => {
    let clock: HandClock;
    let wires: HandWire[];
    let frames: Frame[];
    let changes: boolean[];
    let cursor: string | null;
    let socket: Socket;

    function newest(): HandWire {
        return wires.at(-1) as HandWire;
    }

    beforeEach(() => {
        clock = new HandClock();
        wires = [];
        frames = [];
        changes = [];
        cursor = null;
        socket = connect({
            view: "kitchen",
            clock,
            random: () => 0.5,
            cursor: () => cursor,
            open(path) {
                wires.push(new HandWire(path));
                return newest();
            },
            onFrame: (frame) => frames.push(frame),
            onChange: (isUp) => changes.push(isUp),
        });
    });

    test("asks for its view, and for nothing older than its cursor", () => {
        expect(newest().path).toBe("/ws?view=kitchen");
        cursor = "a b/1";
        newest().onclose?.();
        clock.pass(1_000);
        expect(newest().path).toBe("/ws?view=kitchen&cursor=a%20b%2F1");
    });

    test("is up with the first hello and down when the connection closes", () => {
        newest().hear(hello(false));
        expect(changes).toEqual([true]);
        newest().onclose?.();
        expect(changes).toEqual([true, false]);
    });

    test("gives up a connection on which nothing is heard", () => {
        newest().hear(hello(false));
        const silent = newest();
        clock.pass(silenceMax - 1);
        expect(silent.isClosed).toBe(false);
        clock.pass(1);
        expect(silent.isClosed).toBe(true);
        clock.pass(1_000);
        expect(wires).toHaveLength(2);
    });

    test("keeps a connection that is heard each second", () => {
        newest().hear(hello(false));
        for (let second = 0; second < 60; second += 1) {
            clock.pass(1_000);
            newest().hear(marks);
        }
        expect(wires).toHaveLength(1);
        expect(changes).toEqual([true]);
    });

    test("hears nothing more from a connection that it gave up", () => {
        const old = newest();
        old.onclose?.();
        clock.pass(1_000);
        const count = frames.length;
        old.hear(hello(false));
        expect(frames).toHaveLength(count);
    });

    test("passes over what is no frame", () => {
        newest().onmessage?.({ data: "<html>bad gateway</html>" });
        newest().onmessage?.({ data: '{"type":"unknown"}' });
        newest().onmessage?.({ data: "null" });
        expect(frames).toEqual([]);
    });

    test("says a thing only while it is up", () => {
        const seen = { type: "seen", order: "a", changed: "b", station: "" } as const;
        expect(socket.send(seen)).toBe(false);
        newest().hear(hello(false));
        expect(socket.send(seen)).toBe(true);
        expect(newest().sent).toEqual([seen]);
    });

    test("connects anew at once when somebody else looks", () => {
        newest().hear(hello(false));
        const old = newest();
        socket.again();
        expect(old.isClosed).toBe(true);
        expect(wires).toHaveLength(2);
        expect(changes).toEqual([true, false]);
        old.onclose?.();
        expect(wires).toHaveLength(2);
    });

    test("is silent for good once it was stopped", () => {
        socket.stop();
        clock.pass(60_000);
        expect(wires).toHaveLength(1);
        expect(newest().isClosed).toBe(true);
    });
});

test("the back-off doubles up to three seconds, half of it by chance", () => {
    const least = [0, 1, 2, 3, 4, 50].map((attempt) => backoff(attempt, () => 0));
    const most = [0, 1, 2, 3, 4, 50].map((attempt) => backoff(attempt, () => 1));
    expect(least).toEqual([100, 200, 400, 800, 1_500, 1_500]);
    expect(most).toEqual([200, 400, 800, 1_600, 3_000, 3_000]);
});
