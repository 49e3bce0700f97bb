import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Own } from "../src/order/shop";

// What the page's modules look at when they are loaded.
Object.assign(globalThis, {
    location: { hash: "" },
    document: { documentElement: {} },
    localStorage: undefined,
});
const { bytesOf, enter, numberFrom, whyNot } = await import("../src/order/notify");
const { makeTold, openOrder, readMessage, tell } = await import("../src/order/push");
const { page } = await import("../src/order/shop");

const order = "65f0c0ffee0123456789abcd";
const message = { v: 1, id: "one", order, number: "A12", state: "ready", said: "It is ready." };

interface Note {
    title: string;
    tag: string;
    silent?: boolean;
    data: { order: string };
}

/** As much of a browser's cache as it takes. */
function cacheStorage() {
    const paths = new Set<string>();
    const cache = {
        match: async (path: string) => (paths.has(path) ? new Response() : undefined),
        put: async (path: string) => void paths.add(path),
        keys: async () => [...paths],
        delete: async (path: string) => paths.delete(path),
    };
    const caches = { open: async () => cache } as unknown as CacheStorage;
    return { caches, paths };
}

/** A phone: its notifications by their tags, and its windows. */
function phone(urls: string[] = []) {
    const notes = new Map<string, Note>();
    const shows: Note[] = [];
    const deeds: unknown[] = [];
    const { caches } = cacheStorage();
    return {
        notes,
        shows,
        deeds,
        desk: {
            async show(title: string, options: object) {
                const note = { title, ...options } as Note;
                notes.set(note.tag, note);
                shows.push(note);
            },
            shown: async (tag: string) =>
                notes.has(tag) ? [{ close: () => void notes.delete(tag) }] : [],
            told: makeTold(caches),
            panes: async () =>
                urls.map((url) => ({
                    url,
                    focus: async () => deeds.push("focus"),
                    postMessage: (said: object) => deeds.push(said),
                })),
            openPane: async (path: string) => deeds.push(path),
        },
    };
}

describe("a message to this phone", () => {
    it("is one notification for each order; a newer state takes its place, heard", async () => {
        const { desk, notes, shows } = phone();
        await tell(JSON.stringify(message), desk);
        await tell(JSON.stringify({ ...message, id: "two", said: "Too late." }), desk);
        expect([...notes.values()]).toMatchObject([{ title: "Too late.", data: { order } }]);
        expect(shows).toMatchObject([{ renotify: true }, { renotify: true }]);
    });

    it("that comes twice is told once, wiped away or replaced as it may be", async () => {
        const { desk, notes, shows } = phone();
        await tell(JSON.stringify(message), desk);
        notes.clear();
        await tell(JSON.stringify(message), desk);
        expect(notes.size).toBe(0);
        await tell(JSON.stringify({ ...message, id: "two", said: "Too late." }), desk);
        await tell(JSON.stringify(message), desk);
        expect([...notes.values()]).toMatchObject([{ title: "Too late." }]);
        expect(shows.map(({ silent = false }) => silent)).toEqual([false, true, false, true]);
    });

    it("is remembered as told while it may come again, and not for ever", async () => {
        const { caches, paths } = cacheStorage();
        const told = makeTold(caches);
        for (let i = 0; i < 100; i++) {
            await told.add(`${i}/?`);
        }
        expect(await told.has("99/?")).toBe(true);
        expect(await told.has("0/?")).toBe(false);
        expect(paths.size).toBe(64);
    });

    it("shows nothing that is none of ours", async () => {
        const { desk, shows } = phone();
        const wrong = [
            "",
            "{",
            "null",
            JSON.stringify({ ...message, v: 2 }),
            JSON.stringify({ ...message, order: "../counter" }),
            JSON.stringify({ ...message, said: 1 }),
        ];
        for (const text of wrong) {
            expect(readMessage(text)).toBeNull();
            await tell(text, desk);
        }
        expect(shows).toEqual([]);
    });

    it("leads to its order, in the page that is open or in a new one", async () => {
        const open = phone(["https://stall.example/counter", "https://stall.example/order#x"]);
        await openOrder(order, open.desk);
        expect(open.deeds).toEqual([{ order }, "focus"]);
        const none = phone(["https://stall.example/counter"]);
        await openOrder(order, none.desk);
        expect(none.deeds).toEqual([`/order#${order}`]);
    });
});

it("a number is taken as people write it, with its country", () => {
    expect(numberFrom("0049 (170) 123-45.67")).toBe("+491701234567");
    expect(numberFrom(" +44 7700 900123 ")).toBe("+447700900123");
    for (const wrong of ["", "0170 1234567", "+49", "+0491701234567", "+49170abc4567"]) {
        expect(numberFrom(wrong)).toBeNull();
    }
});

it("why there are no messages is said in words that lead on", () => {
    const able = { hasPush: true, permission: "default", isApple: false, isInstalled: false };
    expect(whyNot(able)).toBeNull();
    expect(whyNot({ ...able, permission: "granted" })).toBeNull();
    expect(whyNot({ ...able, permission: "denied" })).toBe("tellDenied");
    expect(whyNot({ ...able, hasPush: false })).toBe("tellUnable");
    expect(whyNot({ ...able, hasPush: false, isApple: true })).toBe("tellHomeScreen");
    expect(whyNot({ ...able, hasPush: false, isApple: true, isInstalled: true })).toBe(
        "tellUnable",
    );
});

it("the key is handed over as the bytes that it stands for", () => {
    expect([...bytesOf("BP_-8A")]).toEqual([4, 255, 254, 240]);
});

describe("a subscription that the browser renewed", () => {
    const [renewedTo, before] = ["https://push.example.net/2", "https://push.example.net/1"];

    /** A phone whose browser renewed it, before a node that answers with these, one by one. */
    function renewedPhone(...statuses: number[]) {
        const asked: string[] = [];
        const keys = { p256dh: "p", auth: "a" };
        const subscription = {
            endpoint: renewedTo,
            toJSON: () => ({ endpoint: renewedTo, keys }),
            unsubscribe: async () => true,
        };
        const pushManager = {
            getSubscription: async () => subscription,
            subscribe: async () => subscription,
        };
        const serviceWorker = { ready: Promise.resolve({ pushManager }) };
        vi.stubGlobal("navigator", { serviceWorker, userAgent: "", maxTouchPoints: 0 });
        vi.stubGlobal("Notification", { permission: "granted" });
        vi.stubGlobal("fetch", async (path: string, { body }: { body: string }) => {
            const status = statuses.shift() ?? 500;
            asked.push(`${path} ${JSON.parse(body).push.endpoint}`);
            return new Response(JSON.stringify({ push: true, sms: false }), { status });
        });
        page.value = { ...page.value, messages: { push_key: "BP_-8A" } };
        return asked;
    }

    function telling(id: string) {
        const own: Own = {
            id,
            number: "A1",
            token: "token",
            how: "counter",
            told: { push: true, sms: false, endpoint: before },
        };
        const tolds: unknown[] = [];
        return { tolds, own, keepTold: (told: unknown) => tolds.push(told) };
    }

    beforeEach(() => vi.useFakeTimers());
    afterEach(() => {
        vi.useRealTimers();
        vi.unstubAllGlobals();
    });

    it("is told to the node for each order of this phone", async () => {
        const asked = renewedPhone(200, 200);
        const { view } = enter();
        const [one, two] = [telling("one"), telling("two")];
        for (const of of [one, two, one]) {
            view(of);
            await vi.advanceTimersByTimeAsync(10);
        }
        expect(asked).toEqual(["one", "two"].map((id) => `/api/orders/${id}/notify ${renewedTo}`));
        const kept = [{ push: true, sms: false, endpoint: renewedTo }];
        expect([one.tolds, two.tolds]).toEqual([kept, kept]);
    });

    it("that the node did not take is kept as it was, and told again later", async () => {
        const asked = renewedPhone(503, 200);
        const { view } = enter();
        const one = telling("one");
        view(one);
        await vi.advanceTimersByTimeAsync(1000);
        view(one);
        await vi.advanceTimersByTimeAsync(1000);
        expect([asked.length, one.tolds]).toEqual([1, []]);
        await vi.advanceTimersByTimeAsync(30_000);
        view(one);
        await vi.advanceTimersByTimeAsync(10);
        expect(asked.length).toBe(2);
        expect(one.tolds).toEqual([{ push: true, sms: false, endpoint: renewedTo }]);
    });
});
