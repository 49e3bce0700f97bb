// The arithmetic of ./run bench web: what is said of a series of measurements.
import { describe, expect, it } from "vitest";
import {
    framesPerSecond,
    frameTimes,
    growth,
    median,
    quantile,
    statusOf,
    table,
    verdict,
} from "../../tests/bench/screens/figures.mjs";
import { heldByScripts } from "../../tests/bench/screens/snapshot.mjs";

describe("a heap snapshot", () => {
    it("is weighed by what scripts made, without their code and what is the browser's", () => {
        const meta = {
            node_fields: ["type", "name", "self_size"],
            node_types: [["native", "code", "object"], "string", "number"],
        };
        const nodes = [0, 7, 1, 1, 7, 100, 2, 7, 20, 2, 1, 300];
        expect(heldByScripts({ snapshot: { meta }, nodes })).toBe(320);
    });
});

const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

describe("quantiles", () => {
    it("are values that were measured, by the nearest rank, whatever their order", () => {
        expect(quantile(hundred, 0.5)).toBe(50);
        expect(quantile(hundred, 0.99)).toBe(99);
        expect(quantile(hundred, 1)).toBe(100);
        expect(quantile([7], 0.01)).toBe(7);
    });

    it("are numbers' and not texts': ten is more than nine", () => {
        expect(quantile([10, 9, 2], 1)).toBe(10);
        expect(median([10, 9, 2])).toBe(9);
    });

    it("have a median between the middle two of an even count", () => {
        expect(median([4, 1, 3, 2])).toBe(2.5);
    });
});

describe("frames", () => {
    it("are counted over the time from the first to the last", () => {
        const times = Array.from({ length: 61 }, (_, at) => 500 + (at * 1000) / 60);
        expect(framesPerSecond(times)).toBeCloseTo(60);
        expect(frameTimes([100, 116, 150])).toEqual([16, 34]);
    });

    it("of which there are fewer than two have no rate, and that was not measured", () => {
        expect(verdict([framesPerSecond([16])], { least: 59 })).toBe("NOT MEASURED");
    });
});

describe("verdicts", () => {
    it("judge the median, whichever way is better", () => {
        expect(verdict([2800], { most: 2800 })).toBe("met");
        expect(verdict([2801], { most: 2800 })).toBe("FALLS SHORT");
        expect(verdict([59], { least: 59 })).toBe("met");
        expect(verdict([58.9], { least: 59 })).toBe("FALLS SHORT");
        expect(verdict([1, 2, 9000], { most: 2 })).toBe("met");
    });

    it("take what came to nothing or to no number for not measured", () => {
        expect(verdict([], { most: 1 })).toBe("NOT MEASURED");
        expect(verdict([1, Number.NaN], { most: 1 })).toBe("NOT MEASURED");
        expect(verdict([], undefined)).toBe("NOT MEASURED");
    });

    it("say nothing of what has no aim", () => {
        expect(verdict([812], undefined)).toBe("");
    });

    it("of growth: what shrank has not grown", () => {
        expect(growth(20, 22)).toBeCloseTo(10);
        expect(verdict([growth(20, 10)], { most: 10 })).toBe("met");
    });
});

describe("the whole", () => {
    const met = { name: "a", values: [1], aim: { most: 2 } };
    const short = { name: "b", values: [3, 5, 4], aim: { most: 2 } };
    const lost = { name: "c", values: [], aim: undefined };

    it("fails for what was not measured, and for nothing else", () => {
        expect(statusOf([met, short])).toBe(0);
        expect(statusOf([met, lost])).toBe(1);
    });

    it("is a line for each: name, median and range, aim, verdict", () => {
        expect(table([met, short, lost])).toEqual([
            "figure  value     aim",
            "a       1         <= 2  met",
            "b       4 [3..5]  <= 2  FALLS SHORT",
            "c       -               NOT MEASURED",
        ]);
    });
});
