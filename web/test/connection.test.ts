import { describe, expect, test } from "vitest";
import { type ConnectionInput, notices } from "../src/base/connection";
import { deviceNotices } from "../src/base/device";
import { meaningOf } from "../src/base/meaning";
import { rare } from "../src/base/rare";
import { formatAge, lateness } from "../src/base/time";
import { sayAge } from "../src/base/words";
import { peer } from "./world";

const live: ConnectionInput = {
    now: 100_000,
    heardAt: 99_500,
    startedAt: 0,
    isCurrent: true,
    peers: [peer("kitchen"), peer("pickup")],
    waiting: 0,
    rare,
    device: [],
};

function texts(over: Partial<ConnectionInput>): string[] {
    return notices({ ...live, ...over }).map(({ text }) => text);
}

describe("the connection", () => {
    test("is live when the node and every device were just heard", () => {
        expect(texts({})).toEqual(["Live"]);
    });

    test("says that it is alone rather than that all is well", () => {
        expect(texts({ peers: [] })).toEqual(["Live, alone"]);
    });

    test("is connecting for a moment, then without a node", () => {
        expect(texts({ heardAt: null, now: 1_000 })).toEqual(["Connecting"]);
        expect(texts({ heardAt: null, now: 3_000 })).toEqual(["No node"]);
    });

    test("says for how long there is no node, and nothing stale about the others", () => {
        const lost = { ...live, heardAt: 95_000, peers: [peer("kitchen", { state: "lost" })] };
        const [worst, ...rest] = notices(lost);
        expect(worst).toMatchObject({ text: "No node", age: 5_000, grade: "bad" });
        expect(rest).toEqual([]);
    });

    test("counts what is queued, beside anything else", () => {
        expect(texts({ waiting: 2 })).toEqual(["Queued (2)"]);
        expect(texts({ waiting: 2, heardAt: 0 })).toEqual(["No node", "Queued (2)"]);
    });

    test("names a printer that does not print, worst when slips wait for it", () => {
        const printer = { number: 2, ready: false, waiting: 3, state: "it is out of paper" };
        const device = deviceNotices({ printers: [printer], opaque: 0 });
        expect(notices({ ...live, device })[0]).toMatchObject({
            text: "Printer 2: it is out of paper",
            grade: "bad",
            meaning: "3 slips wait. Cook from the screen.",
        });
        const idle = deviceNotices({ printers: [{ ...printer, waiting: 0 }], opaque: 0 });
        expect(idle[0]?.grade).toBe("warn");
    });

    test("tells of events that need newer software", () => {
        const [only] = notices({ ...live, device: deviceNotices({ printers: [], opaque: 2 }) });
        expect(only).toMatchObject({ text: "Update needed", grade: "warn" });
        expect(only?.meaning).toContain("2 events need newer software");
    });

    test("is catching up until a snapshot is whole, and while a device is ahead", () => {
        expect(texts({ isCurrent: false })).toEqual(["Catching up"]);
        const peers = [peer("kitchen", { ahead: 12 })];
        expect(texts({ peers })).toEqual(["Catching up, 12 to go"]);
    });

    test("names the device that has not been heard, and for how long", () => {
        const peers = [peer("kitchen", { state: "lost", heard_ms_ago: 61_000 })];
        expect(notices({ ...live, peers })[0]).toMatchObject({
            text: "Kitchen not heard",
            age: 61_000,
            grade: "warn",
        });
    });

    test("does not wait for a state to notice silence", () => {
        const peers = [peer("kitchen", { heard_ms_ago: 2_100 })];
        expect(texts({ peers })).toEqual(["Kitchen not heard"]);
    });

    test("tells a device that was never heard and one that was refused apart", () => {
        const never = peer("kitchen", { state: "connecting", heard_ms_ago: -1 });
        expect(texts({ peers: [never] })).toEqual(["Kitchen not heard yet"]);
        expect(texts({ peers: [peer("kitchen", { state: "refused" })] })).toEqual([
            "Kitchen was refused",
        ]);
    });

    test("is local only, since the last gateway was heard, however many there are", () => {
        const at = Date.UTC(2026, 10, 23, 19, 42);
        const lost = { role: "gateway", state: "lost" } as const;
        const one = peer("gateway", { ...lost, heard_ms_ago: 61_000 });
        const other = peer("gateway", { name: "second", ...lost, heard_ms_ago: -1 });
        const said = notices({ ...live, now: at, heardAt: at, peers: [one, other] });
        expect(said).toHaveLength(1);
        expect(said[0]).toMatchObject({ grade: "warn", age: null });
        const time = new Date(at - 61_000).toLocaleTimeString("en", { timeStyle: "short" });
        expect(said[0]?.text).toBe(`Local only since ${time}`);
        expect(meaningOf(said[0] ?? { grade: "good", text: "", age: null })).toContain(
            "The stall goes on",
        );
        expect(texts({ peers: [other] })).toEqual(["Local only"]);
    });

    test("is not local only while one gateway of two is heard, and names the other", () => {
        const peers = [
            peer("gateway", { name: "one" }),
            peer("gateway", { name: "two", state: "lost", heard_ms_ago: 9_000 }),
        ];
        expect(texts({ peers })).toEqual(["Two not heard"]);
    });

    test("says until more of the page came that the gateway is not heard", () => {
        const peers = [peer("gateway", { role: "gateway", state: "lost", heard_ms_ago: 9_000 })];
        expect(texts({ peers, rare: null })).toEqual(["Gateway not heard"]);
    });

    test("names the clock that is wrong by more than 30 s", () => {
        const kitchen = peer("kitchen", { clock_offset_ms: -185_000 });
        expect(texts({ peers: [kitchen, peer("pickup")] })).toEqual([
            "Kitchen: clock wrong by 3 min",
        ]);
        const near = peer("kitchen", { clock_offset_ms: 29_000 });
        expect(texts({ peers: [near] })).toEqual(["Live"]);
        const gone = peer("kitchen", { ...kitchen, state: "lost", heard_ms_ago: 9_000 });
        expect(texts({ peers: [gone] })).toEqual(["Kitchen not heard"]);
    });

    test("says that its own clock is wrong where all others say so", () => {
        const peers = (["kitchen", "pickup"] as const).map((name) =>
            peer(name, { clock_offset_ms: 60_000 }),
        );
        expect(texts({ peers })).toEqual(["Clock wrong by 1 min"]);
        const apart = [
            peer("kitchen", { clock_offset_ms: 60_000 }),
            peer("pickup", { clock_offset_ms: -60_000 }),
        ];
        expect(texts({ peers: apart })).toHaveLength(2);
    });

    test("has a meaning for each", () => {
        const peers = [peer("kitchen", { state: "connecting", heard_ms_ago: -1, ahead: 2 })];
        for (const input of [{ peers }, { peers: [] }, { heardAt: null }, { waiting: 1 }]) {
            for (const notice of notices({ ...live, ...input })) {
                expect(meaningOf(notice), notice.text).not.toBe("");
            }
        }
    });

    test("says the gravest first", () => {
        const peers = [
            peer("kitchen", { ahead: 3 }),
            peer("pickup", { state: "refused" }),
            peer("counter", { state: "lost", heard_ms_ago: 5_000 }),
        ];
        expect(texts({ peers })).toEqual([
            "Pickup was refused",
            "Counter not heard",
            "Catching up, 3 to go",
        ]);
    });
});

describe("ages", () => {
    test("are minutes and seconds, never hours", () => {
        expect([0, 59_999, 60_000, 3_690_000, -5].map(formatAge)).toEqual([
            "0:00",
            "0:59",
            "1:00",
            "61:30",
            "0:00",
        ]);
        expect([3_400, 61_000].map(sayAge)).toEqual(["3 s", "1 min"]);
    });

    test("are late after the limit and very late after twice that", () => {
        expect(lateness(299_999, 300)).toBe("fresh");
        expect(lateness(300_000, 300)).toBe("late");
        expect(lateness(600_000, 300)).toBe("very-late");
    });
});
