import { describe, expect, it } from "vitest";
import type { DeviceList, Mesh } from "../src/base/protocol";
import { cutsOf, hearersOf, lacksText } from "../src/office/ears";

type Told = Mesh["devices"][number];
type ToldPeer = Told["peers"][number];

const device = (id: string, more: object = {}): DeviceList["devices"][number] => ({
    id,
    name: `the ${id}`,
    role: "kitchen",
    lane: "",
    own: false,
    revoked: false,
    retired: false,
    ...more,
});

const heard = (id: string, more: Partial<ToldPeer> = {}): ToldPeer => ({
    device: id,
    state: "linked",
    heard_ms_ago: 200,
    behind: 0,
    ahead: 0,
    clock_offset_ms: 0,
    ...more,
});

const told = (id: string, peers: ToldPeer[], others = 0): Told => ({
    device: id,
    store_bytes: 1,
    store_bytes_max: 100,
    printers: [],
    peers,
    others,
});

const lost = { state: "lost", heard_ms_ago: 47_000 } as const;
const two = [device("a"), device("b")];

const cuts = (...devices: Told[]) => cutsOf(hearersOf(two, { devices }));
const ears = (...devices: Told[]) =>
    hearersOf(two, { devices }).map(({ cells }) => cells.map(({ ear }) => ear));

describe("who hears whom", () => {
    it("is what each says itself, and nobody's word counts for another", () => {
        expect(ears(told("a", [heard("b")]), told("b", [heard("a")]))).toEqual([
            ["self", "hears"],
            ["hears", "self"],
        ]);
        expect(ears(told("a", [heard("b")]))).toEqual([
            ["self", "hears"],
            ["untold", "self"],
        ]);
    });

    it("is not known of whom there was no room to tell, and no otherwise", () => {
        expect(ears(told("a", [], 3))[0]).toEqual(["self", "untold"]);
        expect(ears(told("a", []))[0]).toEqual(["self", "deaf"]);
    });

    it("is no while a link says nothing, though it stands", () => {
        expect(ears(told("a", [heard("b", { heard_ms_ago: 9_000 })]))[0]?.[1]).toBe("deaf");
        expect(ears(told("a", [heard("b", { heard_ms_ago: -1 })]))[0]?.[1]).toBe("deaf");
    });

    it("leaves out who is no part of the pop-up any more", () => {
        const all = [...two, device("c", { revoked: true }), device("d", { retired: true })];
        expect(hearersOf(all, { devices: [] }).map(({ id }) => id)).toEqual(["a", "b"]);
    });

    it("says a cut once, with its direction", () => {
        const well = [told("a", [heard("b")]), told("b", [heard("a")])] as const;
        expect(cuts(...well)).toEqual([]);
        expect(cuts(well[0], told("b", [heard("a", lost)]))).toEqual([
            "the a hears the b, but the b does not hear the a.",
        ]);
        expect(cuts(told("a", [heard("b", lost)]), well[1])).toEqual([
            "the b hears the a, but the a does not hear the b.",
        ]);
        expect(cuts(told("a", [heard("b", lost)]), told("b", [heard("a", lost)]))).toEqual([
            "the a and the b do not hear each other.",
        ]);
        expect(cuts(told("a", [heard("b", lost)]))).toEqual(["the a does not hear the b."]);
    });

    it("names a clock that goes wrong where it is heard", () => {
        const [row] = hearersOf(two, {
            devices: [told("a", [heard("b", { clock_offset_ms: -31_000 })])],
        });
        expect(row?.cells[1]?.isClockOff).toBe(true);
    });

    it("counts what a device lacks by the one that has most of it", () => {
        const [a, b] = hearersOf([...two, device("c")], {
            devices: [told("a", [heard("b", { ahead: 2 }), heard("c", { ahead: 5 })])],
        });
        expect(lacksText(a?.lacks ?? null)).toBe("5 events");
        expect(lacksText(b?.lacks ?? null)).toBe("–");
        expect(lacksText(0)).toBe("Nothing");
    });
});
