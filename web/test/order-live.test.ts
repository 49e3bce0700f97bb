import { describe, expect, it } from "vitest";
import { makeLine, type Told, type Wire } from "../src/order/live";

/** A line under virtual time, its wires kept. */
function start() {
    let now = 0;
    let timers: { at: number; then: () => void }[] = [];
    const wires: (Wire & { said: object[]; isClosed: boolean })[] = [];
    const told: Told[] = [];
    const seen = { lost: 0 };
    const line = makeLine({
        clock: {
            now: () => now,
            after(ms, then) {
                const timer = { at: now + ms, then };
                timers.push(timer);
                return () => {
                    timers = timers.filter((other) => other !== timer);
                };
            },
        },
        random: () => 1,
        open() {
            const said: object[] = [];
            const wire = {
                said,
                isClosed: false,
                onopen: null,
                onmessage: null,
                onclose: null,
                send: (text: string) => said.push(JSON.parse(text)),
                close() {
                    this.isClosed = true;
                },
            };
            wires.push(wire);
            return wire;
        },
        tell: (one) => told.push(one),
        lost: () => {
            seen.lost += 1;
        },
    });
    function pass(ms: number): void {
        now += ms;
        for (const timer of timers.filter(({ at }) => at <= now)) {
            timers = timers.filter((other) => other !== timer);
            timer.then();
        }
    }
    const last = () => {
        const wire = wires.at(-1);
        if (!wire) throw new Error("there is no wire");
        return wire;
    };
    const beat = () => last().onmessage?.({ data: '{"type":"beat"}' });
    return { line, wires, told, seen, pass, last, beat };
}

describe("the line of a customer's page", () => {
    it("is not opened for nothing", () => {
        const { line, wires } = start();
        line.follow("", []);
        expect(wires).toHaveLength(0);
    });

    it("says who it is in its first frame, and in no address", () => {
        const { line, last } = start();
        line.follow("secret", ["a"]);
        last().onopen?.();
        expect(last().said).toEqual([{ type: "open", token: "secret", orders: ["a"] }]);
    });

    it("says what it follows from now on, once", () => {
        const { line, last, beat } = start();
        line.follow("secret", ["a"]);
        last().onopen?.();
        beat();
        line.follow("secret", ["a", "b"]);
        line.follow("secret", ["a", "b"]);
        expect(last().said.slice(1)).toEqual([{ type: "follow", orders: ["a", "b"] }]);
    });

    it("is live from its first frame until it is silent for too long, and then comes back", () => {
        const { line, wires, pass, seen, beat } = start();
        line.follow("secret", ["a"]);
        expect(line.isLive).toBe(false);
        beat();
        expect(line.isLive).toBe(true);
        pass(24_000);
        beat();
        pass(24_000);
        expect(line.isLive).toBe(true);
        pass(1_000);
        expect(line.isLive).toBe(false);
        expect(seen.lost).toBe(1);
        pass(1_000);
        expect(wires).toHaveLength(2);
    });

    it("tries more and more seldom where it is refused, whoever asks meanwhile", () => {
        const { line, wires, pass, last } = start();
        line.follow("secret", ["a"]);
        for (const wait of [1_000, 2_000, 4_000]) {
            last().onclose?.();
            line.follow("secret", ["a"]);
            const before = wires.length;
            pass(wait - 1);
            expect(wires).toHaveLength(before);
            pass(1);
            expect(wires).toHaveLength(before + 1);
        }
    });

    it("hangs up when there is nothing to follow, and tells nothing afterwards", () => {
        const { line, last, beat, told, seen } = start();
        line.follow("secret", ["a"]);
        beat();
        line.follow("", []);
        expect(last().isClosed).toBe(true);
        beat();
        expect(told).toHaveLength(1);
        expect(seen.lost).toBe(1);
    });
});
