import { beforeEach, describe, expect, it } from "vitest";
import { languages } from "../src/base/locale";
import type { DeviceList, Session, Status } from "../src/base/protocol";
import type { Entries } from "../src/office/entry";
import {
    digitsText,
    endText,
    freeLane,
    isAwaited,
    isOfThisMachine,
    joinCommand,
    knockAt,
    remainingText,
} from "../src/office/invitation";
import { Refusal } from "../src/office/node";
import { popupOf } from "../src/office/popup-edit";
import { type AnyRecord, wishOf, writeOf } from "../src/office/records-edit";
import { spreadOf, spreadText } from "../src/office/spread";
import { removalOf, stepsOf, type Worker, workerOf } from "../src/office/staff-edit";
import { markOf, nextOf, type Present, steps } from "../src/office/start-steps";
import { testOf } from "../src/office/test-print";
import { whyNot } from "../src/office/why";
import { counted, language, t } from "../src/office/words";
import ar from "../src/office/words/ar.json";
import en from "../src/office/words/en.json";
import es from "../src/office/words/es.json";

const euro = { currency: "EUR", digits: 2 };

/** A form with those entries; a box that is ticked is there with "". */
const form = (entries: Record<string, string>): Entries => ({
    one: (name) => entries[name] ?? "",
    has: (name) => name in entries,
});

beforeEach(() => {
    language.value = "en";
});

describe("the words", () => {
    const textsOf = (words: object): string[] =>
        Object.values(words).flatMap((word) =>
            typeof word === "string" ? [word] : Object.values(word as object).map(String),
        );
    const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

    it("are other words in each language", () => {
        const english = new Set(textsOf(en));
        for (const words of [es, ar]) {
            const texts = textsOf(words);
            const same = texts.filter((text) => english.has(text));
            expect(same.length / texts.length).toBeLessThan(0.05);
        }
    });

    it("have the same places to fill in", () => {
        for (const words of [es, ar]) {
            for (const [name, word] of Object.entries(en)) {
                if (typeof word === "string") {
                    const other = String(words[name as keyof typeof words]);
                    expect([...new Set(holes(other))], name).toEqual([...new Set(holes(word))]);
                }
            }
        }
    });

    it("have each form of plural that a language knows", () => {
        language.value = "ar";
        const said = [1, 2, 3, 11, 100].map((n) => counted("savedOn", n));
        expect(new Set(said).size).toBe(5);
        expect(Object.keys(languages)).toEqual(["en", "es", "ar"]);
    });
});

describe("a record", () => {
    const printer: AnyRecord = {
        ...{ number: 3, name: "Pass", hidden: false, conflict: false, driver: "escpos" },
        ...{ owner: "00000000000000aa", address: "10.0.0.9:9100", stations: "", width: 42 },
        ...{ codepage: "", backup: 0 },
    };
    const entries = {
        ...{ name: "Pass", driver: "escpos", owner: "00000000000000aa", stations: "" },
        ...{ address: "10.0.0.9:9100", width: "42", codepage: "", backup: "0" },
    };
    const write = (changed: object, record: AnyRecord | null = printer) =>
        writeOf("printers", record, wishOf("printers", form({ ...entries, ...changed }), euro), [
            printer,
        ]);

    it("is written with what differs alone", () => {
        expect(write({})).toBeNull();
        expect(write({ width: "48" })).toEqual({
            ...{ method: "PATCH", path: "/api/printers/3", body: { width: 48 } },
        });
    });

    it("is written by one hand where its fields make sense together alone", () => {
        expect(write({ address: "/dev/usb/lp0" })?.body).toEqual({
            ...{ driver: "escpos", owner: "00000000000000aa", address: "/dev/usb/lp0" },
        });
    });

    it("is said whole where two changed it at once, which settles it", () => {
        const body = write({}, { ...printer, conflict: true })?.body ?? {};
        expect(Object.keys(body).sort()).toEqual(Object.keys(entries).sort());
    });

    it("gets the next number, which people can say", () => {
        expect(write({}, null)).toMatchObject({ method: "POST", body: { number: 4 } });
    });

    it("is refused with what to write instead", () => {
        const bad = (changed: object): string => {
            try {
                write(changed);
                return "";
            } catch (error) {
                return whyNot(error);
            }
        };
        expect(bad({ name: "" })).toMatch(/^Give it a name/);
        expect(bad({ owner: "" })).toMatch(/^Say which device drives it/);
        expect(bad({ width: "wide" })).toBe(
            "Letters in a line: write a whole number from 24 to 96.",
        );
        expect(bad({ name: "é".repeat(41) })).toMatch(/room for 80/);
        const offer = (percent_bp: string, amount: string) => () =>
            wishOf("offers", form({ name: "x", percent_bp, amount }), euro);
        expect(offer("10", "2.50")).toThrow(/leave the other at 0/);
        expect(offer("0", "0")).toThrow(/leave the other at 0/);
        expect(offer("101", "0")).toThrow(/write per cent/);
        expect(offer("12.5", "0")()).toMatchObject({ percent_bp: 1250, amount: 0 });
    });
});

describe("a person", () => {
    const ana: Worker = {
        ...{ number: 4, name: "Ana", hidden: false, conflict: false, colour: 0, hasPin: true },
        ...{ role: "kitchen", isDisputed: false },
    };
    const entries = { name: "Ana", role: "kitchen", pin: "", colour: "0" };
    const stepsFor = (changed: object, worker: Worker | null = ana) =>
        stepsOf(worker, workerOf(form({ ...entries, ...changed }), worker), 9);

    it("is made by three writes, the PIN last", () => {
        expect(stepsFor({ pin: "2580" }, null)).toEqual([
            { method: "POST", path: "/api/staff", body: { number: 9, name: "Ana" } },
            { method: "POST", path: "/api/staff/{number}/role", body: { role: "kitchen" } },
            { method: "POST", path: "/api/staff/{number}/pin", body: { pin: "2580" } },
        ]);
    });

    it("keeps what is not changed", () => {
        expect(stepsFor({})).toEqual([]);
        expect(stepsFor({ colour: "255" })).toEqual([
            { method: "PATCH", path: "/api/staff/{number}", body: { colour: 255 } },
        ]);
        expect(stepsFor({ "pin-take": "on" })).toEqual([
            { method: "POST", path: "/api/staff/{number}/pin", body: { pin: "" } },
        ]);
    });

    it("has the role said again where two said two", () => {
        const steps = stepsFor({}, { ...ana, isDisputed: true });
        expect(steps).toMatchObject([{ body: { role: "kitchen" } }]);
    });

    it("needs a role and a PIN of digits", () => {
        expect(() => stepsFor({ role: "none" }, null)).toThrow(/^Choose a role/);
        expect(() => stepsFor({ pin: "12a4" })).toThrow(/4 to 12 digits/);
        expect(() => stepsFor({}, null)).toThrow(/4 to 12 digits/);
    });

    it("opens nothing any more before it leaves the list", () => {
        expect(removalOf(ana).map(({ body }) => body)).toEqual([
            { role: "none" },
            { pin: "" },
            { hidden: true },
        ]);
    });
});

describe("the pop-up", () => {
    const session = {
        ...{ popup: "Quay", currency: "EUR", digits: 2, prices_include_tax: true, cash_step: 5 },
        ...{
            pay_first: false,
            copies: 2,
            late_after_s: 300,
            escalate_after_s: 20,
            address: "",
            tips: "",
            conflict: false,
        },
    } as Session;
    const entries = {
        ...{ name: "Quay", currency: "eur", prices_include_tax: "on", cash_step: "0.05" },
        ...{ copies: "2", late_after_s: "300", escalate_after_s: "20", address: "", tips: "" },
    };

    it("is changed in what differs", () => {
        expect(popupOf(form(entries), session)).toEqual({});
        const yen = popupOf(form({ ...entries, currency: "JPY", cash_step: "10" }), session);
        expect(yen).toEqual({ currency: "JPY", digits: 0, cash_step: 10 });
    });

    it("is said again as it stands where two devices said two", () => {
        const wish = popupOf(form(entries), { ...session, conflict: true });
        const { popup, conflict, ...settings } = session;
        expect(wish).toEqual({ name: popup, ...settings });
    });

    it("has an address without a path", () => {
        const wish = (address: string) => popupOf(form({ ...entries, address }), session);
        expect(wish("https://order.example.org/")).toEqual({
            address: "https://order.example.org",
        });
        expect(() => wish("order.example.org")).toThrow(/https/);
        expect(() => wish("https://order.example.org/menu")).toThrow(/nothing behind it/);
    });
});

describe("how far it got", () => {
    const peer = (name: string, linked: boolean, behind: number) =>
        ({ device: name, name, role: "kitchen", linked, behind }) as Status["peers"][number];
    const device = (id: string, retired: boolean) =>
        ({ id, revoked: false, retired }) as DeviceList["devices"][number];

    it("is said by what each device is known to hold", () => {
        const peers = [peer("grill", true, 0), peer("bar", true, 2), peer("tent", false, 0)];
        const spread = spreadOf({ events: 8, peers }, [], 7);
        expect(spread).toEqual({ holding: 1, lacking: ["bar", "tent"] });
        expect(spreadText(spread)).toEqual([
            "Saved here and on 1 other device.",
            "Not yet on bar and tent: it gets there as soon as they hear each other.",
        ]);
    });

    it("waits for this device's own count, and for nobody who is gone", () => {
        const peers = [peer("old", false, 0)];
        expect(spreadOf({ events: 7, peers }, [], 7)).toBeNull();
        const spread = spreadOf({ events: 8, peers }, [device("old", true)], 7);
        expect(spread).toEqual({ holding: 0, lacking: [] });
        expect(spreadText(spread)[0]).toMatch(/alone/);
        expect(spreadText(null)).toEqual(["Saved on this device."]);
    });
});

describe("why not", () => {
    it("is a sentence that says what to do, with what the node says", () => {
        const problem = {
            type: "x",
            title: "t",
            status: 409,
            code: "mismatch",
            detail: "day 1 is open",
        } as const;
        expect(whyNot(new Refusal(409, problem))).toBe(
            `${t("why409")} The node says: “day 1 is open”`,
        );
        expect(whyNot(new Refusal(418, null))).toMatch(/trestle doctor/);
        expect(whyNot(new TypeError("fetch"))).toBe(t("whyNoAnswer"));
        language.value = "es";
        expect(whyNot(new Refusal(401, null))).toBe("Tu sesión terminó. Entra otra vez.");
    });
});

describe("an invitation", () => {
    it("says whether others reach where it leads", () => {
        expect(isOfThisMachine("tcp://127.0.0.1:4000")).toBe(true);
        expect(isOfThisMachine("tcp://10.0.0.2:4000")).toBe(false);
        expect(knockAt("tcp://10.0.0.2:4000")).toBe("10.0.0.2:4000");
    });

    it("has so much time left, and digits that can be read out", () => {
        expect(remainingText(249)).toBe("4:09");
        expect(digitsText("012345")).toBe("012 345");
    });

    it("is looked at as long as somebody may come, and says why it ended", () => {
        expect(isAwaited({ state: "compare" })).toBe(true);
        expect(isAwaited({ state: "joined" })).toBe(false);
        expect(endText({ state: "over", why: "its time is over" })).toBe("isOver");
        expect(endText({ state: "over", why: "a new one was asked for" })).toBe("isEnded");
        expect(endText({ state: "refused", why: "no" })).toBeNull();
    });

    it("is taken up by a command, with a letter that nobody has", () => {
        expect(joinCommand("trestle1:x")).toBe(
            "trestle join trestle1:x --listen tcp://0.0.0.0:7450",
        );
        expect(freeLane(["A", "", "B"])).toBe("C");
    });
});

describe("a test slip", () => {
    const printer = { number: 1, ready: true, waiting: 1, state: "" };

    it("is nothing until one was asked for, and then what became of it", () => {
        expect(testOf(printer)).toBeNull();
        expect(testOf({ ...printer, test: "waits" })?.text).toBe("testOnItsWay");
        expect(testOf({ ...printer, test: "waits", ready: false })?.grade).toBe("bad");
        expect(testOf({ ...printer, test: "printed" })?.text).toBe("testPrinted");
        expect(testOf({ ...printer, test: "unsure" })?.grade).toBe("warn");
    });
});

describe("the first steps", () => {
    const none: Present = {
        ...{ stalls: 0, people: 0, items: 0, printers: 0, devices: 1, orders: 0 },
    };

    it("go on at the first that is neither done nor skipped", () => {
        expect(nextOf(none, {})).toBe("popup");
        expect(nextOf(none, { popup: "done" })).toBe("stall");
        expect(nextOf({ ...none, stalls: 1 }, { popup: "done", staff: "skipped" })).toBe("menu");
        const all = { ...none, items: 3, devices: 2, orders: 1 };
        const kept = { popup: "done", stall: "skipped", staff: "skipped" } as const;
        expect(nextOf(all, { ...kept, printer: "skipped" })).toBeNull();
    });

    it("are done by what is there, whatever was skipped before", () => {
        const stall = steps[1];
        expect(stall && markOf(stall, { ...none, stalls: 1 }, { stall: "skipped" })).toBe("done");
    });
});
