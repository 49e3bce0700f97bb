// Every catalogue of staff's screens, language by language: the same names, the same places to fill
// in, a form for each kind of number, and other words than the English ones.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue, language, places } from "../src/base/catalogue";
import type { Forms, Language } from "../src/base/language";
import { locale } from "../src/base/locale";
import { formatMoney } from "../src/base/money";
import { become } from "../src/base/person";
import type { Problem } from "../src/base/protocol";
import { counted, sayAge, t } from "../src/base/words";
import en from "../src/base/words/en.json";
import { whyText } from "../src/ui/why";

type Words = Readonly<Record<string, string | Forms>>;

const sources = new URL("../src/", import.meta.url);
const read = (path: string): Words => JSON.parse(readFileSync(new URL(path, sources), "utf8"));
const folders = readdirSync(sources, { recursive: true })
    .map((path) => String(path).split(/[/\\]/).join("/"))
    .filter((path) => path.endsWith("words/en.json"))
    .map((path) => path.replace("/en.json", ""));
const others = ["es", "ar"] as const;
const cases = folders.flatMap((place) => others.map((other) => ({ place, other })));

/** Places for a whole sentence that the node or the gateway says. */
const sentences = ["{title}", "{said}", "{next}"];

const textsOf = (word: string | Forms): string[] =>
    typeof word === "string" ? [word] : Object.values(word);
const holes = (word: string | Forms): string[] => [
    ...new Set(textsOf(word).flatMap((text) => text.match(/\{\w+\}/g) ?? [])),
];

describe.each(cases)("the words of $place in $other", ({ place, other }) => {
    const english = read(`${place}/en.json`);
    const words = read(`${place}/${other}.json`);

    it("have the names of the English ones and no others", () => {
        expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    });

    it("fill in what the English ones fill in", () => {
        const wrong = Object.entries(english).filter(([name, word]) => {
            const told = words[name] ?? "";
            const mayLack = ["{n}", ...sentences];
            const isWhole = sentences.some((hole) => hole === word); // said elsewhere, in English
            const isMore = !isWhole && holes(told).some((hole) => !holes(word).includes(hole));
            const lacks = holes(word).filter((hole) => !holes(told).includes(hole));
            return isMore || lacks.some((hole) => !mayLack.includes(hole));
        });
        expect(wrong.map(([name]) => name)).toEqual([]);
        expect(Object.entries(english).map(([name, word]) => [name, typeof word])).toEqual(
            Object.keys(english).map((name) => [name, typeof words[name]]),
        );
    });

    it("have a form for each kind of number", () => {
        const rules = new Intl.PluralRules(other);
        const tried = [1, 2, 3, 7, 11, 100, 101];
        const needed = new Set(tried.map((n) => rules.select(n)));
        const lacking = Object.entries(words).flatMap(([name, word]) =>
            typeof word === "string"
                ? []
                : [...needed].filter((form) => !word[form]).map((form) => `${name} ${form}`),
        );
        expect(lacking).toEqual([]);
    });

    it("are others, but for one in twenty", () => {
        const same = Object.keys(english).filter(
            (name) => JSON.stringify(words[name]) === JSON.stringify(english[name]),
        );
        expect(same.length / Object.keys(english).length, same.join()).toBeLessThan(0.05);
    });
});

describe("a catalogue", () => {
    const speak = (next: Language): void => {
        language.value = next;
    };

    it("says what the language says for that number", () => {
        speak("ar");
        const said = [0, 1, 2, 3, 11, 100].map((n) => counted("slipsWait", n));
        expect(new Set(said).size).toBe(6);
        expect(sayAge(120_000)).toBe("دقيقتين");
        speak("en");
        expect(counted("slipsWait", 1)).toBe("1 slip waits. Cook from the screen.");
    });

    it("writes money as the language does, in the digits of the menu", () => {
        const euro = { currency: "EUR", digits: 2 };
        const written = (next: Language): string => {
            speak(next);
            return formatMoney(123_450, euro);
        };
        expect(written("en")).toBe("€1,234.50");
        expect(written("es")).toMatch(/^1234,50\s€$/);
        expect(written("ar")).toMatch(/1,234\.50/);
        expect(locale()).toContain("latn");
        speak("en");
    });

    it("leaves out what it is not told, and takes no markup for a place", () => {
        expect(t("heardAgo", { name: "<b>" })).toBe("<b> heard  ago");
    });

    it("says nothing of a language whose words are not here", () => {
        const { t: lone } = catalogue<typeof en>({
            en: async () => ({ default: en }),
            es: () => Promise.reject(new Error("no node")),
            ar: () => Promise.reject(new Error("no node")),
        });
        expect(lone("live")).toBe("");
    });

    it("is chosen by a person for that person, else for the device", () => {
        expect(places()).toEqual(["trestle.language"]);
        become({ staff: 7, name: "Mia", token: "t", isNeeded: false });
        expect(places()).toEqual(["trestle.language.7", "trestle.language"]);
        become(null);
    });

    it("says why the node refuses where it knows the code, else as the node says it", () => {
        const title = "The node's own sentence.";
        const problem: Problem = {
            type: "about:blank",
            title,
            status: 403,
            code: "forbidden",
            detail: "",
        };
        expect(whyText(problem)).toBe(title);
        speak("es");
        expect(whyText(problem)).toMatch(/^Este rol no lo permite/);
        expect(whyText({ ...problem, away: true })).toBe(title);
        const newer = "of-tomorrow" as Problem["code"];
        expect(whyText({ ...problem, code: newer })).toBe(title);
        speak("en");
    });
});
