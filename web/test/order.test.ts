import { describe, expect, it, vi } from "vitest";
import type { OrderPage, PageItem, Purchase } from "../src/base/protocol";
import ar from "../src/order/words/ar.json" with { type: "json" };
import { card } from "../src/order/words/card";
import { en, type Translation } from "../src/order/words/en";
import es from "../src/order/words/es.json" with { type: "json" };
import { group } from "../src/order/words/group";
import { kiosk } from "../src/order/words/kiosk";
import { later } from "../src/order/words/later";
import { notify } from "../src/order/words/notify";

// What the page's modules look at when they are loaded.
Object.assign(globalThis, {
    location: { hash: "" },
    addEventListener: () => undefined,
    document: { documentElement: {} },
    localStorage: undefined,
});
const { hearDate } = await import("../src/order/node");
const { newKey } = await import("../src/order/self");
const { changesBetween, page, toggled } = await import("../src/order/shop");
const { bankEnd, endOf, OrderView, together } = await import("../src/order/order");
const { isOver, waitFor } = await import("../src/order/track");
const { counted, learn, menuWord, span, t } = await import("../src/order/words");
learn(later);

const translations: Record<string, Translation> = { ar, es };
const english: Record<string, Text> = { ...en, ...later, ...group, ...card, ...notify, ...kiosk };
type Text = string | Partial<Record<string, string>>;
const holes = (text: Text): string[] =>
    [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort();

describe.each(Object.entries(translations))("the words in %s", (language, words) => {
    const texts = new Map<string, Text>(Object.entries(words));

    it("say all that the English ones say, and fill in nothing else", () => {
        for (const [name, text] of Object.entries(english)) {
            const told = texts.get(name);
            expect(typeof told, name).toBe(typeof text);
            for (const hole of holes(told ?? "")) {
                expect(holes(text), name).toContain(hole);
            }
        }
    });

    it("have a form for each kind of number", () => {
        const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
        const needed = language === "ar" ? ["one", "two", "few", "many", "other"] : ["one"];
        for (const [name, text] of texts) {
            if (typeof text === "object" && name !== "filterOf") {
                expect(Object.keys(text), name).toEqual(expect.arrayContaining(needed));
                expect([...pluralCategories]).toEqual(expect.arrayContaining(needed));
            }
        }
    });

    it("are not the English ones", () => {
        const same = [...texts].filter(
            ([name, text]) => JSON.stringify(text) === JSON.stringify(english[name]),
        );
        expect(same.length / texts.size).toBeLessThan(0.05);
    });
});

describe("the page's words", () => {
    it("are filled in", () => {
        expect(t("justSoldOut", { name: "Tom yum" })).toBe("Tom yum has just sold out.");
    });

    it("count", () => {
        expect(counted("cartBar", 1)).toBe("1 item");
        expect(counted("cartBar", 3)).toBe("3 items");
        expect(counted("ahead", 0)).toBe("You are next.");
    });

    it("say how long ago", () => {
        expect(span(1_000)).toBe("1 second");
        expect(span(59_000)).toBe("59 seconds");
        expect(span(125_000)).toBe("2 minutes");
    });

    it("leave what is English already", () => {
        expect(menuWord("vegan")).toBe("vegan");
    });
});

const item = (number: number, available: boolean): PageItem => ({
    number,
    available,
    name: `Item ${number}`,
    category: "",
    position: 0,
    price: 100,
    allergens: [],
    diet: [],
    description: "",
    groups: [],
});
const pageOf = (...items: PageItem[]): OrderPage => ({
    popup: "",
    epoch: 0,
    currency: "EUR",
    digits: 2,
    prices_include_tax: true,
    items,
});

describe("a menu that changes under somebody's eyes", () => {
    it("says what has sold out and what is back, and nothing of what is new", () => {
        const before = pageOf(item(1, true), item(2, false), item(3, true));
        const after = pageOf(item(1, false), item(2, true), item(3, true), item(4, false));
        expect(changesBetween(before, after)).toEqual([
            "Item 1 has just sold out.",
            "Item 2 is back.",
        ]);
    });
});

describe("a filter", () => {
    it("is put on and taken off", () => {
        const nuts = toggled(new Set(["milk"]), "nuts");
        expect([...nuts]).toEqual(["milk", "nuts"]);
        expect([...toggled(nuts, "milk")]).toEqual(["nuts"]);
    });
});

const purchase = (change: Partial<Purchase>): Purchase =>
    ({ phase: "placed", reserved: 0, due: -100, ...change }) as Purchase;

describe("what is held for somebody", () => {
    it("says when it ends: by itself, or at the bank at the latest", () => {
        const held = { reserved: 100, paid: 0 };
        expect(endOf(purchase({ ...held, reserved_for_ms: 60_000 }))).toEqual([
            "reservedFor",
            60_000,
        ]);
        expect(endOf(purchase(held))?.[0]).toBe("reservedAtMost");
        expect(endOf(purchase({ kept_for_ms: 60_000 }))).toEqual(["kept", 60_000]);
    });

    it("says by the bank's moment when that ends, has, and that nothing was charged", () => {
        const held = { reserved: 100, paid: 0, reserved_until: 1000 };
        expect(endOf(purchase(held))).toBeUndefined();
        expect(bankEnd(purchase(held), 999)).toEqual(["reservedUntil", 1000]);
        expect(bankEnd(purchase(held), 1000)).toEqual(["reservationEnded", 1000]);
        const lapsed = { reserved: 0, paid: 0, lapsed_at: 1000 };
        expect(bankEnd(purchase(lapsed), 2000)).toEqual(["reservationLapsed", 1000]);
        expect(bankEnd(purchase({ ...lapsed, due: 0 }), 2000)).toBeUndefined();
        expect(bankEnd(purchase({ ...held, paid: 100 }), 999)).toBeUndefined();
    });

    it("has no end where nothing is held, or it was charged", () => {
        expect(endOf(purchase({}))).toBeUndefined();
        expect(endOf(purchase({ reserved: 100, paid: 100 }))).toBeUndefined();
    });
});

describe("asking for an order", () => {
    const calm = { failures: 0, isHidden: false, random: 0.5 };

    it("goes on until it is over and the money is settled", () => {
        expect(isOver(purchase({ phase: "ready" }))).toBe(false);
        expect(isOver(purchase({ phase: "completed", due: 0 }))).toBe(true);
        expect(isOver(purchase({ phase: "refused", due: 0, reserved: 100 }))).toBe(false);
    });

    it("is at no common moment of all phones", () => {
        expect(waitFor(undefined, { ...calm, random: 0 })).toBe(2_250);
        expect(waitFor(undefined, { ...calm, random: 0.999 })).toBeCloseTo(3_749, -1);
    });

    it("is seldom when nobody looks, when nothing changes, and when nobody answers", () => {
        expect(waitFor(undefined, { ...calm, isHidden: true })).toBe(12_000);
        expect(waitFor(purchase({ phase: "completed", due: 0 }), calm)).toBe(20_000);
        expect(waitFor(undefined, { ...calm, failures: 2 })).toBe(12_000);
        expect(waitFor(undefined, { ...calm, failures: 99, isHidden: true })).toBe(60_000);
    });
});

type BoughtLine = Purchase["lines"][number];
const line = (id: number, change: Partial<BoughtLine>): BoughtLine => ({
    id,
    name: "Edamame",
    note: "",
    quantity: 1,
    handed: 0,
    payable: 490,
    progress: "waiting",
    state: "active",
    ...change,
});

describe("what was bought", () => {
    it("stands there once with its quantity, where it reads alike", () => {
        const lines = [
            line(1, {}),
            line(2, { name: "Pad thai" }),
            line(3, { quantity: 2, payable: 980 }),
        ];
        expect(together(lines)).toEqual([
            line(1, { quantity: 3, payable: 1470 }),
            line(2, { name: "Pad thai" }),
        ]);
    });

    it("stands apart where it has another note, was refused or is handed over", () => {
        const lines = [
            line(1, {}),
            line(2, { note: "no salt" }),
            line(3, { state: "refused" }),
            line(4, { handed: 1 }),
            line(5, { handed: 1 }),
        ];
        expect(together(lines).map(({ id, quantity }) => [id, quantity])).toEqual([
            [1, 1],
            [2, 1],
            [3, 1],
            [4, 2],
        ]);
    });
});

interface Drawn {
    readonly type: string | ((props: object) => unknown);
    readonly props: { readonly children?: unknown };
    readonly key: unknown;
    /** Told when it comes. */
    readonly ref?: (drawn: object) => void;
}

/** The elements of @type in what is drawn. */
function find(what: unknown, type: string): Drawn[] {
    if (Array.isArray(what)) {
        return what.flatMap((one) => find(one, type));
    }
    if (typeof what !== "object" || what === null) {
        return [];
    }
    const drawn = what as Drawn;
    const inner = typeof drawn.type === "string" ? drawn.props.children : drawn.type(drawn.props);
    return [...(drawn.type === type ? [drawn] : []), ...find(inner, type)];
}

describe("a card form", () => {
    it("is each order's own: going from one to another draws it anew", async () => {
        page.value = { ...page.value, card: { script: "stripe.js", practice: true } };
        const drawn = (id: string) => {
            const last = { ...purchase({ phase: "draft" }), id, reason: "", lines: [] };
            const own = { id, number: id, token: "t", how: "card" as const, last };
            return find(OrderView({ own }), "section")[0];
        };
        drawn("a")?.ref?.({}); // what draws it is loaded then
        await vi.waitFor(() => expect(drawn("a")?.key).toBe("a"));
        expect(drawn("b")?.key).toBe("b");
    });
});

describe("the end of what a bank holds", () => {
    it("is by the node's clock, whatever this phone's own says", () => {
        const now = Date.now();
        const ended = { reserved: 100, paid: 0, reserved_until: now + 1_800_000, refunded: 0 };
        const last = { ...purchase(ended), id: "a", reason: "", lines: [] };
        const drawn = () =>
            find(OrderView({ own: { id: "a", number: "A1", token: "t", how: "card", last } }), "p")
                .map(({ props }) => JSON.stringify(props))
                .join();
        expect(drawn()).toContain("your bank ends that");
        hearDate(new Date(now + 3_600_000).toUTCString(), now);
        expect(drawn()).toContain("reservation has ended");
        hearDate(new Date(now).toUTCString(), now);
    });
});

describe("a key", () => {
    const seconds = () => Number.parseInt(newKey(0).slice(0, 8), 16);

    it("is of the node's time, whatever this phone's clock says", () => {
        const now = Date.now();
        hearDate(new Date(now + 3_600_000).toUTCString(), now);
        expect(Math.abs(seconds() - (Date.now() / 1000 + 3600))).toBeLessThan(5);
        hearDate(null, now);
        hearDate("soon", now);
        expect(Math.abs(seconds() - (Date.now() / 1000 + 3600))).toBeLessThan(5);
    });
});
