import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Drawer, DrawerCounted, Peer } from "../src/base/protocol";
import {
    countCash,
    denominations,
    differenceText,
    doubtsOf,
    missingText,
    moveCash,
    ownDrawer,
    type Pieces,
    partsOf,
    sumOf,
    withPieces,
} from "../src/counter/drawer-sums";
import { typedOn } from "../src/counter/keypad";

const euro = { currency: "EUR", digits: 2 };
const id = "0000000000000000000000d1";

function drawer(with_: Partial<Drawer> = {}): Drawer {
    return {
        id,
        number: 1,
        day: 3,
        log: "00000000000000aa",
        opened_at: 0,
        opened_by: 0,
        float: 10_000,
        moves: [],
        counts: [],
        paid: 0,
        refunded: 0,
        cash: 0,
        expected: 10_000,
        counted: false,
        counted_twice: false,
        opened_twice: false,
        overflow: false,
        cut_short: false,
        ...with_,
    };
}

function counted(with_: Partial<DrawerCounted> = {}): DrawerCounted {
    return {
        id,
        counted: 10_000,
        note: "",
        paid: 0,
        refunded: 0,
        cash: 0,
        expected: 10_000,
        difference: 0,
        missing: 0,
        overflow: false,
        ...with_,
    };
}

function peer(name: string, with_: Partial<Peer> = {}): Peer {
    return {
        device: "00000000000000b1",
        name,
        role: "kitchen",
        linked: true,
        heard_ms_ago: 100,
        behind: 0,
        ahead: 0,
        clock_offset_ms: 0,
        state: "linked",
        ...with_,
    } as Peer;
}

const amounts = (parts: { amount: number }[]) => parts.map(({ amount }) => amount);

describe("a reading", () => {
    test("names what lies in the drawer by parts", () => {
        const moves = [2000, -500, 300, -1].map((amount) => ({ id, amount, reason: "r" }));
        expect(partsOf(drawer({ moves }), { paid: 1400, refunded: 700 })).toEqual([
            { name: "Float", amount: 10_000 },
            { name: "Cash taken", amount: 1400 },
            { name: "Given back", amount: -700 },
            { name: "Put in", amount: 2300 },
            { name: "Taken out", amount: -501 },
        ]);
    });

    test("has parts that come to what the node expects", () => {
        const amount = fc.integer({ min: -1_000_000, max: 1_000_000 });
        const above = fc.integer({ min: 0, max: 1_000_000 });
        fc.assert(
            fc.property(above, above, above, fc.array(amount), (float, paid, refunded, moved) => {
                const moves = moved.map((one) => ({ id, amount: one, reason: "r" }));
                const parts = amounts(partsOf(drawer({ float, moves }), { paid, refunded }));
                const sum = (all: number[]) => all.reduce((a, b) => a + b, 0);
                expect(sum(parts)).toBe(float + paid - refunded + sum(moved));
            }),
        );
    });

    test("is that of the drawer of this device which nobody counted", () => {
        const mine = drawer({ id: "m" });
        const others = [drawer({ log: "b" }), drawer({ counted: true })];
        expect(ownDrawer([...others, mine], mine.log)).toBe(mine);
        expect(ownDrawer(others, mine.log)).toBeNull();
    });

    test("names the devices whose takings may be missing", () => {
        expect(missingText([peer("Bar"), peer("Grill")])).toBe("");
        const away = peer("Bar", { state: "lost" });
        expect(missingText([away, peer("Grill")])).toMatch(/^1 device is out of reach.*: Bar\.$/);
        const ahead = peer("Grill", { ahead: 3 });
        expect(missingText([away, ahead])).toMatch(/^2 devices are.*: Bar, Grill\.$/);
    });
});

describe("a count", () => {
    test("says whether it is over, short, or matches", () => {
        expect(differenceText(0, euro)).toBe("It matches");
        expect(differenceText(50, euro)).toMatch(/^Over by .*0\.50/);
        expect(differenceText(-1234, euro)).toMatch(/^Short by .*12\.34/);
    });

    test("adds notes and coins without cents getting lost", () => {
        const pieces = [
            [5000, "2"],
            [10, "7"],
            [1, "3"],
            [5000, "1"], // typed over
            [200, ""],
        ] as const;
        const all = pieces.reduce<Pieces>(
            (before, [value, text]) => withPieces(before, value, text),
            new Map(),
        );
        expect(sumOf(all)).toBe(5000 + 70 + 3);
        expect(sumOf(withPieces(new Map(), 100, "-1e9"))).toBe(1900);
        expect(sumOf(withPieces(new Map(), 100, "99999999"))).toBe(999_900);
    });

    test("knows the notes and coins of the currency, down to the smallest in use", () => {
        expect(denominations(euro, 1).at(-1)).toBe(1);
        expect(denominations(euro, 5).at(-1)).toBe(5);
        expect(denominations({ currency: "SEK", digits: 2 }, 100).at(-1)).toBe(100);
        expect(denominations({ currency: "XTS", digits: 2 }, 1)).toEqual([]);
        expect(denominations({ currency: "EUR", digits: 0 }, 1)).toEqual([]);
        for (const currency of ["EUR", "GBP", "USD", "CHF", "CZK", "PLN", "NOK"]) {
            const values = denominations({ currency, digits: 2 }, 1);
            expect([...values].sort((a, b) => b - a)).toEqual(values);
            expect(new Set(values).size).toBe(values.length);
        }
    });

    test("says what is doubtful of it", () => {
        expect(doubtsOf(drawer({ counts: [counted()] }))).toEqual([]);
        expect(doubtsOf(drawer({ counted_twice: true }))[0]).toContain("twice");
        expect(doubtsOf(drawer({ counts: [counted({ missing: 1 })] }))[0]).toMatch(/^1 entry /);
        expect(doubtsOf(drawer({ counts: [counted({ overflow: true })] }))).toHaveLength(1);
        expect(doubtsOf(drawer({ opened_twice: true, cut_short: true }))).toHaveLength(2);
    });
});

test("what is done to a drawer goes to that drawer, with no note where nothing was said", () => {
    expect(moveCash(drawer(), -5000, "To the safe")).toMatchObject({
        path: `/api/drawers/${id}/move`,
        body: { amount: -5000, reason: "To the safe" },
        lane: id,
    });
    expect(countCash(drawer(), 0, "")).toMatchObject({ body: { counted: 0 } });
    expect(countCash(drawer(), 5, "x")).toMatchObject({ body: { counted: 5, note: "x" } });
});

test("digits come in from the right, and no amount begins with nought", () => {
    const type = (...keys: string[]): string => keys.reduce(typedOn, "");
    expect(type("0", "00", "1", "2", "00")).toBe("1200");
    expect(type("1", "2", "⌫")).toBe("1");
    expect(type(..."12345678901")).toHaveLength(9);
});
