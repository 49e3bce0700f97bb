import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
    addLine,
    addPlain,
    type Cart,
    cartTotal,
    changeQuantity,
    linesWanted,
} from "../src/base/cart";
import { dateText } from "../src/base/date";
import { startDesk } from "../src/base/desk";
import { groupRule } from "../src/base/group-rule";
import { bankText } from "../src/base/holds";
import type { Load } from "../src/base/load";
import { divideHalfUp, formatMoney, nextNotes, roundToStep } from "../src/base/money";
import { missingChoices, requiredFirst, toggleChoice } from "../src/base/options";
import type { Reply } from "../src/base/outbox";
import type { Offer, Order, Session, Station, Voided } from "../src/base/protocol";
import { memoryShelf } from "../src/base/shelf";
import { leftText } from "../src/base/stock";
import { startStream } from "../src/base/stream";
import { adopt, drop } from "../src/counter/actions";
import { type Counter, startCounter } from "../src/counter/counter";
import { loadText } from "../src/counter/load-text";
import { givable } from "../src/counter/offers";
import { dueText, EndWord, endText, HoldAlert, heldOf, holdTexts } from "../src/counter/orders";
import { shortages, shortageText, soldOutLines } from "../src/counter/shortage";
import { furthest, overdue, stuckTexts, ticksOf, watchUnseen } from "../src/counter/ticks";
import { deviceText, whyText } from "../src/counter/voided";
import { HandClock, HandWire, item, order, session } from "./world";

const burger = item(1, {
    price: 950,
    groups: [
        { name: "Size", min: 1, max: 1, choices: [choice("Small", 0), choice("Large", 150)] },
        {
            name: "Extras",
            min: 0,
            max: 2,
            choices: [choice("A", 50), choice("B", 60), choice("C", 70)],
        },
    ],
});
const items = new Map([
    [1, burger],
    [2, item(2, { price: 333 })],
]);

/** The counter's screen on a node with that pop-up and those orders. */
function openCounter(clock: HandClock, session: Session, orders: Order[], clockAhead = 0): Counter {
    const wire = new HandWire("/ws");
    const world = { clock, random: () => 0.5, open: () => wire };
    const stream = startStream("counter", world);
    const rest = {
        shelf: memoryShelf(),
        send: () => new Promise<Reply>(() => {}),
        fill: () => {},
        complain: () => {},
    };
    const counter = startCounter(startDesk(stream, { ...world, ...rest }));
    wire.hear({ type: "hello", session, now: clock.now() + clockAhead, resumed: false });
    wire.hear({ type: "snapshot", orders, items: [], cursor: "1", more: false });
    return counter;
}

function choice(name: string, price: number) {
    return { name, price };
}

describe("the cart", () => {
    test("raises a plain line, and keeps special ones apart", () => {
        let cart: Cart = addPlain(addPlain([], 2), 2);
        cart = addLine(cart, { item: 2, quantity: 1, options: [], note: "hot" });
        cart = addPlain(cart, 2);
        expect(cart.map(({ quantity }) => quantity)).toEqual([3, 1]);
    });

    test("a line at zero goes, and none passes the limit", () => {
        const cart = addPlain([], 2);
        expect(changeQuantity(cart, 1, -1)).toEqual([]);
        expect(changeQuantity(cart, 1, 500)[0]?.quantity).toBe(99);
    });

    test("a group of one swaps its choice, others stop at their limit", () => {
        let options = toggleChoice(burger, [], { group: 0, choice: 0 });
        options = toggleChoice(burger, options, { group: 0, choice: 1 });
        expect(options).toEqual([{ group: 0, choice: 1 }]);
        for (const at of [0, 1, 2]) {
            options = toggleChoice(burger, options, { group: 1, choice: at });
        }
        expect(options.filter(({ group }) => group === 1)).toHaveLength(2);
        expect(toggleChoice(burger, options, { group: 1, choice: 0 })).toHaveLength(2);
    });

    test("names what must still be chosen", () => {
        expect(missingChoices(burger, [])).toEqual(["Size"]);
        expect(missingChoices(burger, [{ group: 0, choice: 0 }])).toEqual([]);
        expect(groupRule({ min: 1, max: 1 })).toBe("Choose 1");
        expect(groupRule({ min: 0, max: 2 })).toBe("Up to 2");
        expect(groupRule({ min: 1, max: 3 })).toBe("Choose 1 to 3");
    });

    test("asks first for what must be chosen, otherwise in the menu's order", () => {
        const group = (min: number) => ({ name: "", min, max: 2, choices: [] });
        expect(
            requiredFirst({ ...burger, groups: [group(0), group(1), group(0), group(2)] }),
        ).toEqual([1, 3, 0, 2]);
    });

    test("costs quantity times price and options, with tax on top only where it is not in", () => {
        const options = [{ group: 0, choice: 1 }];
        const cart = addLine(addPlain([], 2), { item: 1, quantity: 2, options, note: "" });
        const included = { prices_include_tax: true };
        expect(cartTotal(cart, items, "eat-in", included)).toBe(333 + 2 * 1100);
        const onTop = { prices_include_tax: false };
        expect(cartTotal(cart, items, "eat-in", onTop)).toBe(333 + 63 + 2200 + 418);
        expect(cartTotal(cart, items, "take-away", onTop)).toBe(333 + 23 + 2200 + 154);
    });

    test("is sent without empty fields", () => {
        expect(linesWanted(addPlain([], 2))).toEqual([{ item: 2, quantity: 1 }]);
    });

    test("knows what was sold out meanwhile", () => {
        const gone = new Map([[2, item(2, { available: false })]]);
        expect(soldOutLines(addPlain([], 2), gone)).toHaveLength(1);
        expect(soldOutLines(addPlain([], 2), items)).toEqual([]);
    });
});

describe("money", () => {
    test("rounds half up, exactly", () => {
        fc.assert(
            fc.property(fc.nat(1e12), fc.integer({ min: 1, max: 20_000 }), (amount, by) => {
                const rounded = divideHalfUp(amount, by);
                expect(2 * amount).toBeGreaterThanOrEqual((2 * rounded - 1) * by);
                expect(2 * amount).toBeLessThan((2 * rounded + 1) * by);
            }),
        );
    });

    test("offers the notes a person is likely to give", () => {
        expect(nextNotes(1290, 2)).toEqual([1500, 2000, 5000, 10000]);
        expect(nextNotes(2000, 2)).toEqual([5000, 10000, 20000]);
        expect(nextNotes(450, 0)).toEqual([460, 500, 600]);
    });

    test("is rounded to the smallest coin in use", () => {
        expect(roundToStep(1232, 5)).toBe(1230);
        expect(roundToStep(1233, 5)).toBe(1235);
        expect(roundToStep(1233, 1)).toBe(1233);
    });

    test("is written with its currency's digits", () => {
        expect(formatMoney(1250, { currency: "EUR", digits: 2 })).toContain("12.50");
        expect(formatMoney(1250, { currency: "JPY", digits: 0 })).toContain("1,250");
        expect(formatMoney(-0, { currency: "EUR", digits: 2 })).not.toContain("-");
    });
});

describe("the ticks", () => {
    const log = "00000000000000aa";

    test("are reached one by one", () => {
        const placed = order("a1", { seq: 5 });
        const reached = (over: object, seq: number) =>
            furthest(ticksOf({ ...placed, ...over }, new Map([[log, seq]]), 3));
        expect(reached({}, 4)).toBe("Saved here");
        expect(reached({}, 5)).toBe("On 3 devices");
        expect(reached({ seen: true }, 5)).toBe("Seen by kitchen");
        expect(reached({ seen: true, phase: "cooking" }, 5)).toBe("Accepted");
    });

    test("copies are not claimed before anything is known", () => {
        expect(ticksOf(order("a1"), new Map(), 2)[1]?.isReached).toBe(false);
    });

    test("a device that is alone says so", () => {
        const words = (alone: boolean) => ticksOf(order("a1"), new Map(), 2, alone)[1]?.words;
        expect(words(true)).toBe("On 1 of 2 devices, no other device is linked");
        expect(words(false)).toBe("On 2 devices");
    });

    test("stuck orders that wait for one thing are told of together, with what to do", () => {
        const orders = [order("a1"), order("a2"), order("a3")];
        const stuck = new Map<string, "copies" | "seen" | "accepted">([
            ["a1", "seen"],
            ["a2", "copies"],
            ["a3", "seen"],
            ["gone", "seen"],
        ]);
        expect(stuckTexts(orders, stuck)).toEqual([
            "<b>A1, A3</b>: not seen by the kitchen: call out or print.",
            "<b>A2</b>: not saved on another device: keep this one running.",
        ]);
        expect(stuckTexts(orders, new Map())).toEqual([]);
    });

    test("an order that stays unseen is told of, once it was changed again anew", () => {
        const placed = order("a1");
        const unseen = watchUnseen(new Map(), [placed], 1_000);
        expect(overdue(unseen, 5_999, 5)).toEqual([]);
        expect(overdue(unseen, 6_000, 5)).toEqual(["a1"]);
        const changed = watchUnseen(unseen, [{ ...placed, changed: "a1:2" }], 9_000);
        expect(overdue(changed, 9_500, 5)).toEqual([]);
        expect(watchUnseen(changed, [{ ...placed, seen: true }], 9_600).size).toBe(0);
        expect(watchUnseen(changed, [{ ...placed, phase: "ready" }], 9_600).size).toBe(0);
    });

    test("is told of when the pop-up says so, and never where that says never", () => {
        const shownAfter = (escalate_after_s: number, ms: number): number => {
            const clock = new HandClock();
            const counter = openCounter(clock, { ...session, escalate_after_s }, [order("a1")]);
            clock.pass(ms);
            return counter.unseen.value.length;
        };
        expect(shownAfter(30, 29_000)).toBe(0);
        expect(shownAfter(30, 30_000)).toBe(1);
        expect(shownAfter(0, 3_600_000)).toBe(0);
    });
});

describe("discounts", () => {
    const offer = (number: number, more: Partial<Offer>): Offer => ({
        id: `${number}`.padStart(24, "0"),
        ...{ number, name: `Offer ${number}`, hidden: false, percent_bp: 0, amount: 0 },
        ...{ reason: "", manager: false, conflict: false, ...more },
    });
    const offers = [
        offer(1, { percent_bp: 6000 }),
        offer(2, { percent_bp: 5000, manager: true }),
        offer(3, { percent_bp: 1000, manager: true, hidden: true }),
        offer(4, { amount: 100, manager: true }),
    ];
    const given = (role: string) => {
        const { percents, offers: left } = givable(offers, role);
        return [percents, left.map(({ number }) => number)];
    };

    test("are all a manager's, but for those that are out of use", () => {
        expect(given("manager")).toEqual([
            [10, 50, 100],
            [1, 2, 4],
        ]);
    });

    test("that a manager gives are nobody else's, by hand neither", () => {
        expect(given("counter")).toEqual([[10], [1]]);
    });

    test("are as they were where no offer needs a manager", () => {
        expect(givable([], "counter")).toEqual({ percents: [10, 50, 100], offers: [] });
    });
});

describe("a station", () => {
    const at = (more: Partial<Load>) => {
        const station = { name: "grill", busy_until: 0 } as Station;
        return loadText({ station, units: 7, throttle: 5, said: 0, how: "busy", ...more });
    };
    test("is told with its queue beside what it makes, and what its cook says", () => {
        expect(at({})).toBe("grill: busy · 7 to make, 5 in 5 min");
        expect(at({ how: "full" })).toMatch(/^grill: full, phones order nothing of it · 7/);
        expect(at({ said: 20 })).toMatch(/^grill: \+20 min until .* · 7 to make/);
        const closed = at({ said: 1000, how: "full", throttle: 1000 });
        expect(closed).toMatch(/^grill: no orders from phones until [^·]*$/);
    });
});

describe("orders to decide on", () => {
    test("are told of with the device that took them and how much does not count", () => {
        expect(deviceText({ device: "00ff", device_name: "Tablet 2" })).toBe("Taken on Tablet 2");
        expect(deviceText({ device: "00ff", device_name: "" })).toBe("Taken on 00ff");
        const one = "The device was revoked: 1 entry of it does not count.";
        expect(whyText({ events: 1 })).toBe(one);
        expect(whyText({ events: 3 })).toContain("3 entries of it do not");
    });

    test("are adopted as they are, and dropped for a reason", () => {
        const voided = { id: "00aa", number: "C4" } as Voided;
        expect(adopt(voided)).toMatchObject({ path: "/api/orders/00aa/adopt", body: {} });
        const dropped = { path: "/api/orders/00aa/drop", body: { reason: "Nobody paid" } };
        expect(drop(voided, "Nobody paid")).toMatchObject(dropped);
    });
});

describe("what is left", () => {
    const soup = (here: number, all: number) =>
        item(7, {
            name: "Soup",
            stock_policy: "strict",
            stock: { here, all, oversold: 0 },
            available: all > 0,
        });
    const cart = addLine([], { item: 7, quantity: 3, options: [], note: "" });
    const short = (here: number, all: number) => shortages(cart, new Map([[7, soup(here, all)]]));

    test("says here and everywhere, and nothing where nobody counts", () => {
        expect(leftText(soup(5, 5))).toBe("5 left");
        expect(leftText(soup(2, 5))).toBe("2 left here, 5 in all");
        expect(leftText(item(1))).toBe("");
    });

    test("a cart is short of what this device may not sell", () => {
        expect(short(3, 3)).toEqual([]);
        expect(short(1, 5)).toEqual([{ item: 7, name: "Soup", missing: 2, elsewhere: 4 }]);
        expect(short(0, 0)).toEqual([{ item: 7, name: "Soup", missing: 3, elsewhere: 0 }]);
    });

    test("lines of one item count together, and a warning policy is never short", () => {
        const twice = addLine(cart, { item: 7, quantity: 1, options: [], note: "hot" });
        expect(shortages(twice, new Map([[7, soup(3, 3)]]))[0]?.missing).toBe(1);
        const warned = { ...soup(0, 0), stock_policy: "warn" as const };
        expect(shortages(cart, new Map([[7, warned]]))).toEqual([]);
    });

    test("tells whether somebody else has any", () => {
        const texts = [...short(1, 5), ...short(0, 0)].map(shortageText);
        expect(texts[0]).toContain("4 left at other devices");
        expect(texts[1]).toContain("none are left elsewhere");
    });

    test("what the count has sold out is sold only by force; what a cook took off never", () => {
        const byCount = new Map([[7, soup(0, 0)]]);
        const byCook = new Map([[7, { ...soup(2, 2), available: false }]]);
        const forced = new Set([7]);
        expect(soldOutLines(cart, byCount)).toHaveLength(1);
        expect(soldOutLines(cart, byCount, forced)).toEqual([]);
        expect(soldOutLines(cart, byCook, forced)).toHaveLength(1);
    });
});

describe("an order that is not paid for good", () => {
    const provider = {
        held: 500,
        forgiven: 0,
        payments: [],
        refunds: [],
        disputes: [],
        wishes: [],
    };

    test("says what a bank holds for it, and when that ends", () => {
        const held = order("a1", { due: -500, provider });
        expect(heldOf(held)).toBe(500);
        expect(endText({ ...held, reserved_for_ms: 240_000 }, 0)).toContain("by itself in 4 min");
        expect(endText(held, 0)).toContain("when the kitchen does not take it");
    });

    const now = 1_800_000_000_000;
    const hour = 3_600_000;
    const payment = {
        id: "pi_1",
        state: "requires_capture",
        amount: 500,
        held: 500,
        received: 0,
        refunded: 0,
    } as const;
    const heldUntil = (id: string, ends_at: number, change: Partial<Order> = {}): Order =>
        order(id, {
            due: -500,
            provider: { ...provider, payments: [{ ...payment, ends_at }] },
            ...change,
        });
    const lost = { ...payment, state: "canceled", held: 0, lapsed_at: now - hour } as const;
    const lapsed = (id: string, change: Partial<Order> = {}): Order =>
        order(id, { due: -500, provider: { ...provider, held: 0, payments: [lost] }, ...change });
    const texts = (...orders: Order[]) => holdTexts(orders, now);

    test("says in words when the bank lets go, that it did, and that nothing was charged", () => {
        const until = dateText(now + hour);
        const since = dateText(now - hour);
        expect(bankText(heldUntil("a1", now + hour), now)).toBe(
            `The bank holds the money until ${until}.`,
        );
        expect(bankText(heldUntil("a1", now - hour), now)).toContain(`hold ended on ${since}`);
        expect(bankText(lapsed("a1"), now)).toBe(
            `The bank's hold lapsed on ${since}: nothing was charged.`,
        );
        expect(bankText(lapsed("a1", { due: 0 }), now)).toBe("");
        expect(bankText(order("a1", { due: -500, provider }), now)).toBe("");
    });

    test("is named aloud when its hold ends soon, ended or lapsed, and not before", () => {
        expect(texts(heldUntil("a1", now + 13 * hour), order("a2", {}))).toEqual([]);
        expect(texts(heldUntil("a1", now + 12 * hour))[0]).toContain("soon");
        expect(texts(heldUntil("a1", now))[0]).toContain("no gateway has said");
        expect(texts(lapsed("a1", { phase: "accepted" }))[0]).toContain("collect it");
        expect(texts(lapsed("a1", { phase: "draft" }))).toEqual([]);
        expect(texts(lapsed("a1", { phase: "accepted", due: 0 }))).toEqual([]);
    });

    test("is to be taken or refused until the kitchen takes it, and then charged", () => {
        const soon = now + hour;
        expect(texts(heldUntil("a1", soon, { phase: "placed" }))[0]).toContain("take or refuse");
        for (const phase of ["accepted", "cooking", "ready", "completed"] as const) {
            const [said] = texts(heldUntil("a1", soon, { phase }));
            expect(said, phase).toContain("start the gateway or collect it");
            expect(said, phase).not.toContain("refuse");
            expect(texts(heldUntil("a1", now, { phase }))[0], phase).toContain("hold ended, and");
            expect(texts(lapsed("a1", { phase }))[0], phase).toContain("collect it");
        }
    });

    test("alarms nobody with a hold that is meant to end", () => {
        for (const ends of [now + hour, now - hour]) {
            for (const phase of ["draft", "cancelled", "refused"] as const) {
                expect(texts(heldUntil("a1", ends, { phase })), phase).toEqual([]);
            }
            expect(texts(heldUntil("a1", ends, { phase: "ready", due: 0 }))).toEqual([]);
        }
    });

    test("is not said to be uncharged where a bank holds or paid it since", () => {
        const paid = {
            ...payment,
            id: "pi_2",
            state: "succeeded",
            held: 0,
            received: 500,
        } as const;
        const again = { ...payment, id: "pi_2" }; // and nobody heard yet until when
        for (const since of [paid, again]) {
            const payments = [lost, since];
            const added = lapsed("a1", { due: -200, provider: { ...provider, payments } });
            expect(texts(added), since.state).toEqual([]);
            expect(bankText(added, now), since.state).toBe("");
        }
    });

    test("ends by the node's clock, whatever the screen's own says", () => {
        const clock = new HandClock();
        const held = heldUntil("a1", clock.now() + hour);
        const counter = openCounter(clock, session, [held], 2 * hour);
        const drawn = JSON.stringify([HoldAlert({ counter }), EndWord({ counter, order: held })]);
        expect(drawn).toContain("the bank's hold ended, and");
        expect(drawn).toContain("hold ended on");
    });

    test("says when it ends by itself unpaid, where a gateway knows", () => {
        expect(endText(order("a1", { kept_for_ms: 60_000 }), 0)).toBe(
            "Unpaid, it ends by itself in 1 min.",
        );
        expect(endText(order("a1", {}), 0)).toBe("");
        expect(heldOf(order("a1", {}))).toBe(0);
    });

    test("comes nearer to its end, also while nothing is told of it", () => {
        const kept = order("a1", { kept_for_ms: 600_000 });
        expect(endText(kept, 181_000)).toContain("in 6 min");
        expect(endText(kept, 700_000)).toContain("in 0 s");
    });

    test("is collected for unless a bank holds that much, and given back for all the same", () => {
        const text = (due: number, held: number) =>
            dueText(order("a1", { due, provider: { ...provider, held } }), String);
        expect(text(-10, 0)).toBe("Collect 10");
        expect(text(-10, 10)).toBe("Held 10");
        expect(text(-10, 9)).toBe("Collect 10");
        expect(text(3, 10)).toBe("Give back 3");
        expect(text(0, 10)).toBe("");
    });
});
