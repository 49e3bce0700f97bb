import { describe, expect, test } from "vitest";
import { boardOf, newlyReady, waitingLongAfter } from "../src/pickup/board";
import { findOrders, isWhole, readyUnits } from "../src/pickup/hand-over";
import { sayNumber } from "../src/pickup/wall";
import { line, order } from "./world";

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
