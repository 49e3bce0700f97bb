import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { language } from "../src/base/catalogue";
import { counted as countedLater } from "../src/counter/later-words";
import { menuWords, t } from "../src/counter/words";

const read = (path: string): Record<string, unknown> =>
    JSON.parse(readFileSync(new URL(`../src/counter/${path}.json`, import.meta.url), "utf8"));
const weights = (text: unknown): string[] => JSON.stringify(text ?? "").match(/<\/?b>/g) ?? [];

it.each(["words/es", "words/ar", "later-words/es", "later-words/ar"])(
    "%s gives weight where the English words do",
    (path) => {
        const words = read(path);
        const english = read(path.replace(/\w+$/, "en"));
        for (const [name, text] of Object.entries(english)) {
            expect(weights(words[name]), name).toEqual(weights(text));
        }
    },
);

describe("what the counter says", () => {
    it("counts as Arabic does", () => {
        language.value = "ar";
        const said = [1, 2, 3, 11, 100].map((n) => countedLater("unitsBack", n));
        const lines = [1, 2, 3, 11, 100].map((n) => countedLater("moreLines", n));
        language.value = "en";
        expect(said).toEqual(["رُدّ واحد", "رُدّ اثنان", "رُدّ 3", "رُدّ 11", "رُدّ 100"]);
        expect(lines).toEqual([
            "وسطر آخر",
            "وسطران آخران",
            "و3 أسطر أخرى",
            "و11 سطرًا آخر",
            "و100 سطر آخر",
        ]);
    });

    it("keeps a name apart from the sentence around it where they run against each other", () => {
        expect(t("doNewFor", { name: "Ana" })).toBe("New order for Ana");
        expect(t("doNewFor", { name: "عمر" })).toBe("New order for \u2068عمر\u2069");
        language.value = "ar";
        const said = t("doNewFor", { name: "Ana" });
        language.value = "en";
        expect(said).toContain("\u2068Ana\u2069");
    });

    it("names what is on the menu", () => {
        expect(menuWords(["gluten", "milk"])).toBe("gluten, milk");
        language.value = "ar";
        const said = menuWords(["gluten", "milk"]);
        language.value = "en";
        expect(said).toBe("الغلوتين، الحليب");
    });
});
