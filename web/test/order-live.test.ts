import { describe, expect, it } from "vitest";
import { makeLine, type Told, type Wire } from "../src/order/live";

/** A line under virtual time, its wires kept. @param random what each draw is */
function start(random = 1) {
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
        random: () => random,
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
    const hear = (frame: object) => last().onmessage?.({ data: JSON.stringify(frame) });
    const beat = () => hear({ type: "beat" });
    const end = (code: number) => last().onclose?.({ code });
    return { line, wires, told, seen, pass, last, hear, beat, end };
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
        expect(last().said).toEqual([
            { type: "open", token: "secret", orders: ["a"], menu: false },
        ]);
    });

    it("is open without an order for who fills a cart with others", () => {
        const { line, last, beat, wires } = start();
        line.follow("secret", [], true);
        last().onopen?.();
        expect(last().said).toEqual([{ type: "open", token: "secret", orders: [], menu: false }]);
        expect(line.isHeard()).toBe(false);
        beat();
        expect(line.isHeard()).toBe(true);
        line.follow("secret", [], false);
        expect(wires[0]?.isClosed).toBe(true);
        expect(line.isHeard()).toBe(false);
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

    it("comes back when it heard nothing for too long", () => {
        const { line, wires, pass, seen, beat } = start();
        line.follow("secret", ["a"]);
        beat();
        pass(24_000);
        beat();
        pass(24_000);
        expect(seen.lost).toBe(0);
        pass(1_000);
        expect(seen.lost).toBe(1);
        pass(1_000);
        expect(wires).toHaveLength(2);
    });

    it("hears an order from when its state was told until the wire ends", () => {
        const { line, hear, beat, end } = start();
        line.follow("secret", ["a", "b", "c"]);
        hear({ type: "hello" });
        beat();
        expect(line.hears("a")).toBe(false);
        hear({ type: "snapshot", orders: [{ id: "a" }, { id: "b" }], removed: ["c"] });
        expect(["a", "b", "c"].filter(line.hears)).toEqual(["a", "b"]);
        hear({ type: "delta", orders: [{ id: "a" }], removed: ["b"] });
        beat();
        expect(["a", "b", "c"].filter(line.hears)).toEqual(["a"]);
        end(1006);
        expect(line.hears("a")).toBe(false);
    });

    it("says that an order is lost which it does not follow any more", () => {
        const { line, last, hear, seen } = start();
        line.follow("secret", ["a", "b"]);
        last().onopen?.();
        hear({ type: "snapshot", orders: [{ id: "a" }, { id: "b" }] });
        line.follow("secret", ["b", "c"]);
        expect(seen.lost).toBe(1);
        hear({ type: "delta", orders: [{ id: "a" }] }); // was on its way
        expect(["a", "b", "c"].filter(line.hears)).toEqual(["b"]);
    });

    it("comes back with the cursor that it reached", () => {
        const { line, pass, last, hear, end } = start();
        line.follow("secret", ["a"]);
        hear({ type: "snapshot", orders: [{ id: "a" }], more: true });
        hear({ type: "snapshot", orders: [], cursor: "1.2.3" });
        hear({ type: "beat" });
        end(1006);
        pass(1_000);
        last().onopen?.();
        expect(last().said).toEqual([
            { type: "open", token: "secret", orders: ["a"], menu: false, cursor: "1.2.3" },
        ]);
    });

    it.each([1006, 4408, 4429, 1011])(
        "tries more and more seldom after %i, whoever asks",
        (code) => {
            const { line, wires, pass, end, beat } = start();
            line.follow("secret", ["a"]);
            for (const wait of [1_000, 2_000, 4_000]) {
                beat(); // a moment alive changes nothing
                end(code);
                line.follow("secret", ["a"]);
                line.look();
                const before = wires.length;
                pass(wait - 1);
                expect(wires).toHaveLength(before);
                pass(1);
                expect(wires).toHaveLength(before + 1);
            }
        },
    );

    it("lets phones that were cut at once come back apart, up to half the wait", () => {
        for (const most of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]) {
            for (const draw of [0, 0.5, 1]) {
                const { line, wires, pass, end } = start(draw);
                line.follow("secret", ["a"]);
                for (let one = 1_000; one < most; one *= 2) {
                    end(1006);
                    pass(30_000);
                }
                const before = wires.length;
                end(1006);
                pass(most * (0.5 + draw / 2) - 1);
                expect(wires).toHaveLength(before);
                pass(1);
                expect(wires).toHaveLength(before + 1);
            }
        }
    });

    it("is quick again after a minute alive", () => {
        const { line, wires, pass, end, beat } = start();
        line.follow("secret", ["a"]);
        for (const wait of [1_000, 2_000, 4_000]) {
            end(1006);
            pass(wait);
        }
        for (let i = 0; i < 4; i++) {
            beat();
            pass(20_000);
        }
        end(1006);
        pass(1_000);
        expect(wires).toHaveLength(5);
    });

    it.each([4401, 4409])("waits after %i until somebody looks", (code) => {
        const { line, wires, pass, beat, end } = start();
        line.follow("secret", ["a"]);
        beat();
        end(code);
        pass(3_600_000);
        line.follow("secret", ["a", "b"]);
        expect(wires).toHaveLength(1);
        line.look();
        line.look();
        expect(wires).toHaveLength(2);
    });

    it("comes at once with another token, where one was none", () => {
        const { line, wires, last, end } = start();
        line.follow("old", ["a"]);
        end(4401);
        line.follow("new", ["b"]);
        last().onopen?.();
        expect(wires).toHaveLength(2);
        expect(last().said).toMatchObject([{ token: "new", orders: ["b"] }]);
    });

    it("does without where the node does not understand it", () => {
        const { line, wires, pass, end } = start();
        line.follow("secret", ["a"]);
        end(1008);
        line.follow("other", ["b"]);
        line.look();
        pass(3_600_000);
        expect(wires).toHaveLength(1);
    });

    it("hangs up when there is nothing to follow, and tells nothing afterwards", () => {
        const { line, last, beat, told, seen } = start();
        line.follow("secret", ["a"]);
        beat();
        line.follow("", []);
        expect(last().isClosed).toBe(true);
        beat();
        line.look();
        expect(told).toHaveLength(1);
        expect(seen.lost).toBe(1);
    });
});
