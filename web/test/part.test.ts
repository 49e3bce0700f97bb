import { describe, expect, it } from "vitest";
import { makePart } from "../src/base/part";

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe("a part of a screen", () => {
    it("is fetched once, however often it is wanted", async () => {
        let fetched = 0;
        const part = makePart(async () => ++fetched);
        part.load();
        part.load();
        await settle();
        part.load();
        await settle();
        expect([part.it.value, fetched]).toEqual([1, 1]);
    });

    it("that did not come says so, and is tried again", async () => {
        const answers = [Promise.reject(new Error("404")), Promise.resolve("drawer")];
        const part = makePart(() => answers.shift() as Promise<string>);
        part.load();
        await settle();
        expect([part.it.value, part.hasFailed.value]).toEqual([null, true]);
        part.load();
        expect(part.hasFailed.value).toBe(false);
        await settle();
        expect([part.it.value, part.hasFailed.value]).toEqual(["drawer", false]);
    });
});
