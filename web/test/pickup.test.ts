import { describe, expect, test } from "vitest";
import { boardOf, newlyReady, waitingLongAfter } from "../src/pickup/board";
import { findOrders, isWhole, readyUnits } from "../src/pickup/hand-over";
import { endingOf, moneyWords } from "../src/pickup/no-show";
import { sayNumber } from "../src/pickup/wall";
import { makeWedge } from "../src/pickup/wedge";
import { line, order, session } from "./world";

describe("the pickup board", () => {
    const now = 1_800_000_900_000;
    const ready = (id: string, ago: number) => order(id, { phase: "ready", ready_at: now - ago });

    test("shows the newest ready number first and the oldest in preparation", () => {
        const orders = [
            order("a1", { opened_at: 1 }),
            order("a2", { opened_at: 2, phase: "cooking" }),
            ready("b1", 60_000),
            ready("b2", 1_000),
            order("c1", { phase: "completed" }),
            order("c2", { phase: "cancelled" }),
        ];
        const board = boardOf(orders, now);
        expect(board.preparing.map(({ id }) => id)).toEqual(["a1", "a2"]);
        expect(board.ready.map(({ id }) => id)).toEqual(["b2", "b1"]);
    });

    test("moves what waits for long aside, and never hides it", () => {
        const board = boardOf([ready("b1", waitingLongAfter)], now);
        expect(board.ready).toEqual([]);
        expect(board.waiting.map(({ id }) => id)).toEqual(["b1"]);
    });

    test("calls a number once", () => {
        const board = boardOf([ready("b1", 0), ready("b2", 0)], now);
        expect(newlyReady(new Set(["b1"]), board).map(({ id }) => id)).toEqual(["b2"]);
    });
});

describe("a number", () => {
    const named = (number: string) => order(number, { number, numbers: [number] });
    const orders = [named("A12"), named("B12"), named("W112")];
    const found = (typed: string) => findOrders(orders, typed).map(({ number }) => number);

    test("is found as it is said, whole or without its letter", () => {
        expect(found("a12")).toEqual(["A12"]);
        expect(found(" b 12 ")).toEqual(["B12"]);
        expect(found("12")).toEqual(["A12", "B12"]);
        expect(found("112")).toEqual(["W112"]);
        expect(found("2")).toEqual([]);
        expect(found("")).toEqual([]);
    });

    test("of a code is the order's that has it, and no other's", () => {
        const id = "0123456789abcdef01234567";
        const coded = [...orders, order(id, { number: "C3", numbers: ["C3"] })];
        const read = (code: string) => findOrders(coded, code).map(({ number }) => number);
        expect(read(id)).toEqual(["C3"]);
        expect(read(` ${id.toUpperCase()}\r`)).toEqual(["C3"]);
        expect(read(id.replace("7", "8"))).toEqual([]);
    });

    test("is said letter and number apart", () => {
        expect(sayNumber(named("A12"))).toBe("A 12 is ready.");
    });
});

describe("handing over", () => {
    const half = order("a1", {
        lines: [
            line({ quantity: 3, handed: 1, progress: "done" }),
            line({ id: 2, quantity: 2 }),
            line({ id: 3, state: "void", progress: "done" }),
        ],
    });

    test("offers what is done and not yet given", () => {
        expect(readyUnits(half)).toEqual([{ line: 1, units: 2 }]);
    });

    test("is whole only when nothing stays behind", () => {
        expect(isWhole(half, [{ line: 1, units: 2 }])).toBe(false);
        const all = [
            { line: 1, units: 2 },
            { line: 2, units: 2 },
        ];
        expect(isWhole(half, all)).toBe(true);
    });
});

describe("a scanner that types", () => {
    const code = "0123456789abcdef01234567";

    function type(text: string): { found: string[]; isTaken: boolean } {
        const found: string[] = [];
        const wedge = makeWedge((read) => found.push(read));
        const taken = [...text, "Enter"].map((key) => wedge(key));
        expect(taken.slice(0, -1)).not.toContain(true);
        return { found, isTaken: taken.at(-1) === true };
    }

    test("is heard wherever the focus is, and its Enter presses nothing", () => {
        expect(type(code)).toEqual({ found: [code], isTaken: true });
    });

    test("is not a person who types a number", () => {
        expect(type("a12")).toEqual({ found: [], isTaken: false });
        expect(type(code.slice(1))).toEqual({ found: [], isTaken: false });
    });

    test("is heard from its first key on, whatever was typed before", () => {
        expect(type(`x1${code}`)).toEqual({ found: [code], isTaken: true });
    });
});

describe("an order that nobody comes for", () => {
    const sums = { total: 800, owed: 800 };
    const unpaid = order("a1", { ...sums, due: -800 });
    const paid = order("a1", { ...sums, paid: 800, due: 0 });
    const free = order("a1", { total: 0, owed: 0, due: 0 });
    const held = order("a1", {
        ...sums,
        due: -800,
        provider: { held: 800, forgiven: 0, payments: [], refunds: [], disputes: [], wishes: [] },
    });

    test("is cancelled where nothing was paid, by whoever may, and keeps what was paid", () => {
        expect(endingOf(unpaid, true)).toBe("cancel");
        expect(endingOf(unpaid, false)).toBe("ask");
        expect(endingOf(paid, true)).toBe("leave");
        expect(endingOf(held, true)).toBe("leave");
        expect(endingOf(free, true)).toBe("leave");
        const begun = { ...unpaid, lines: [line({ quantity: 2, handed: 1 })] };
        expect(endingOf(begun, true)).toBe("leave");
    });

    test("says what becomes of its money before anything is done", () => {
        expect(moneyWords(unpaid, "cancel", session)).toMatch(/^Nothing was paid\./);
        expect(moneyWords(unpaid, "ask", session)).toMatch(/8\.00.* was not paid\./);
        expect(moneyWords(paid, "leave", session)).toMatch(/8\.00.* was paid, and stays/);
        expect(moneyWords(held, "leave", session)).toMatch(/8\.00.* is reserved on a card/);
        expect(moneyWords(held, "leave", session)).not.toMatch(/to be collected/);
        expect(moneyWords(free, "leave", session)).toBe("There is nothing to pay.");
    });
});
