import { describe, expect, it } from "vitest";
import { keyOf } from "../src/base/keys";

const press = (key: string, code: string, shiftKey = false): string =>
    keyOf({ key, code, shiftKey });

describe("a key", () => {
    it("of an Arabic keyboard is the letter that lies beside the Arabic one", () => {
        expect(press("ح", "KeyP")).toBe("p");
        expect(press("لا", "KeyB")).toBe("b");
        expect(press("ظ", "Slash")).toBe("/");
        expect(press("؟", "Slash", true)).toBe("?");
        expect(press("\u064e", "KeyQ", true)).toBe("Q");
    });

    it("is a digit, in whichever digits the keyboard writes", () => {
        expect(press("١", "Digit1")).toBe("1");
        expect(press("٩", "Numpad9")).toBe("9");
        expect(press("7", "Numpad7")).toBe("7");
    });

    it("of a keyboard with Latin letters is what it writes, wherever that lies", () => {
        expect(press("p", "KeyR")).toBe("p");
        expect(press("/", "Digit7", true)).toBe("/");
        expect(press("?", "Minus", true)).toBe("?");
        expect(press("Enter", "Enter")).toBe("Enter");
        expect(press("ArrowLeft", "ArrowLeft")).toBe("ArrowLeft");
    });

    it("that has no Latin letter stays what it is", () => {
        expect(press("ك", "Semicolon")).toBe("ك");
        expect(press("a", "")).toBe("a");
    });
});
