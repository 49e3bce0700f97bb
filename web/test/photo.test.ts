import { beforeEach, describe, expect, it } from "vitest";
import { type Encode, photoBytes, sizeWithin, small } from "../src/office/photo";
import { language } from "../src/office/words";

beforeEach(() => {
    language.value = "en";
});

describe("a photo", () => {
    it("keeps its shape, and is never drawn larger than it is", () => {
        expect(sizeWithin({ width: 2400, height: 1600 }, 640)).toEqual({ width: 640, height: 427 });
        expect(sizeWithin({ width: 300, height: 900 }, 640)).toEqual({ width: 213, height: 640 });
        expect(sizeWithin({ width: 40, height: 30 }, 640)).toEqual({ width: 40, height: 30 });
        expect(sizeWithin({ width: 9000, height: 1 }, 640)).toEqual({ width: 640, height: 1 });
    });

    it("loses quality before it loses pixels, and no more than it has to", async () => {
        const tried: [number, number][] = [];
        /** As large as @sizes say, try by try. */
        const encoder = (sizes: readonly number[]): Encode => {
            return async (side, quality) => {
                tried.push([side, quality]);
                return new Blob(["x".repeat(sizes[tried.length - 1] ?? photoBytes + 1)]);
            };
        };
        const over = photoBytes + 1;
        expect((await small(encoder([over, over, over, photoBytes]))).size).toBe(photoBytes);
        expect(tried).toEqual([
            [640, 0.8],
            [640, 0.65],
            [640, 0.5],
            [480, 0.8],
        ]);
    });

    it("that stays too large is told", async () => {
        const encode: Encode = async () => new Blob(["x".repeat(photoBytes + 1)]);
        await expect(small(encode)).rejects.toThrow(/stays too large/);
    });
});
