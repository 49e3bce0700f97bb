import { expect, it, vi } from "vitest";
import type { Purchase } from "../src/base/protocol";
import { HandClock } from "./world";

class PageSocket {
    static all: PageSocket[] = [];
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: ((event: { code: number }) => void) | null = null;
    readonly said: { orders: string[] }[] = [];

    constructor() {
        PageSocket.all.push(this);
    }

    send(text: string): void {
        this.said.push(JSON.parse(text));
    }

    close(): void {}

    hear(frame: object): void {
        this.onmessage?.({ data: JSON.stringify(frame) });
    }
}

// What the page's modules look at.
const shown: (() => void)[] = [];
const asked: string[] = [];
Object.assign(globalThis, {
    location: { hash: "", protocol: "http:", host: "node" },
    document: {
        documentElement: {},
        visibilityState: "visible",
        addEventListener: (_: string, then: () => void) => shown.push(then),
        removeEventListener: () => undefined,
    },
    localStorage: undefined,
    WebSocket: PageSocket,
    fetch(path: string) {
        asked.push(path);
        return Promise.reject(new Error("the node is away"));
    },
});
const { owns } = await import("../src/order/shop");
const { startTracking } = await import("../src/order/track");

const placed = (id: string) => ({ id, number: id, phase: "placed", due: -100, reserved: 0 });
const own = (id: string, token: string) => ({
    id,
    token,
    number: id,
    how: "counter" as const,
    last: placed(id) as unknown as Purchase,
});
const freshOnes = () => owns.value.filter(({ at }) => at !== undefined).map(({ id }) => id);

it("is fresh what the line told, and nothing else; the rest is asked for", async () => {
    const clock = new HandClock();
    owns.value = [own("a", "new"), own("b", "new"), own("c", "old")];
    startTracking({ clock, random: () => 0.5 });
    const [wire] = PageSocket.all;
    wire?.onopen?.();
    expect(wire?.said[0]?.orders).toEqual(["a", "b"]);
    wire?.hear({ type: "hello" });
    wire?.hear({ type: "beat" });
    expect(freshOnes()).toEqual([]);
    wire?.hear({ type: "snapshot", orders: [placed("a")], removed: ["b"], items: [] });
    wire?.hear({ type: "beat" });
    expect(freshOnes()).toEqual(["a"]);

    const countOf = (id: string) => asked.filter((path) => path.includes(`/${id}/`)).length;
    await vi.waitFor(() => expect(countOf("c")).toBe(1));
    const before = countOf("a");
    for (let second = 0; second < 20; second++) {
        await new Promise((done) => setImmediate(done)); // what was asked is answered
        clock.pass(1_000);
        wire?.hear({ type: "beat" });
    }
    expect(countOf("a")).toBeLessThanOrEqual(before + 1);
    expect(countOf("c")).toBeGreaterThan(2);
});

it("takes its place again when it is looked at", () => {
    PageSocket.all.at(-1)?.onclose?.({ code: 4409 });
    const before = PageSocket.all.length;
    for (const then of shown) {
        then();
    }
    expect(PageSocket.all).toHaveLength(before + 1);
});
