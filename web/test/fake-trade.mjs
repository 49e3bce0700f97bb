// What a node would tell of three trading days: the same each time, and it adds up.
const quarter = 900_000;
const firstDay = Date.UTC(2026, 4, 1);
const hour = 3_600_000;

/** Orders by quarter of an hour from eleven o'clock on. */
const rush = [1, 3, 6, 9, 14, 18, 17, 12, 7, 4, 2, 1, 1, 0, 2, 3, 5, 8, 12, 13, 9, 6, 3, 1];

function slotsOf(day) {
    const begin = firstDay + day * 24 * hour + 11 * hour;
    return rush
        .map((orders, at) => ({
            at: begin + at * quarter,
            orders: orders + (orders > 2 ? day : 0),
            owed: (orders + (orders > 2 ? day : 0)) * (1140 + 30 * day),
        }))
        .filter(({ orders }) => orders > 0);
}

const sum = (list, field) => list.reduce((all, one) => all + one[field], 0);

/** The whole by parts of a hundred; the last takes what is left. */
function split(whole, parts) {
    const each = parts.map((part) => Math.floor((whole * part) / 100));
    each[each.length - 1] += whole - each.reduce((all, one) => all + one, 0);
    return each;
}

function shares(names, parts, orders, owed) {
    const counts = split(orders, parts);
    return split(owed, parts).map((amount, at) => ({
        name: names[at],
        orders: counts[at],
        owed: amount,
    }));
}

function itemsOf(menu, owed) {
    const parts = [17, 14, 11, 9, 8, 7, 6, 5, 5, 4, 4, 3, 2, 2, 2, 1];
    return split(owed, parts).map((amount, at) => {
        const { number, name, price } = menu[at];
        const units = Math.max(1, Math.round(amount / price));
        return {
            item: number,
            stall: 0,
            name,
            lines: Math.ceil(units / 2),
            units,
            handed: units,
            owed: amount,
            discount: 0,
        };
    });
}

export function fakeReport(day, slots) {
    const orders = sum(slots, "orders");
    const owed = sum(slots, "owed");
    const tax = Math.round((owed * 7) / 107);
    const [cash = 0, reader = 0, online = 0] = split(owed, [38, 34, 28]);
    const method = (name, paid, refunded) => ({
        method: name,
        payments: Math.round(paid / 1200),
        refunds: refunded > 0 ? 1 : 0,
        paid,
        refunded,
        rounding: 0,
    });
    return {
        day,
        complete: true,
        orders,
        open: 0,
        completed: orders - 3,
        cancelled: 3,
        refused: 0,
        flagged: 0,
        uncollected: 2,
        owed,
        tax,
        discount: 2350,
        tip: 1860,
        paid: owed + 1860 + 1450,
        refunded: 1450,
        forgiven: 0,
        give_back: 0,
        collect: 0,
        held: 0,
        disputed: 0,
        left_behind: 2180,
        methods: [
            method("cash", cash + 1860 + 1450, 1450),
            method("card-external", reader, 0),
            method("card-online", online, 0),
        ],
        rates: [{ tax_bp: 700, net: owed - tax, tax, gross: owed }],
        tips: [
            { staff: 0, tip: 640 },
            { staff: 2, tip: 1220 },
        ],
        missing: [],
    };
}

const person = (number, name) => ({
    ...{ id: `${number}`.padStart(24, "5"), number, name, hidden: false },
    ...{ colour: 0, pin: "", conflict: false },
});

export const fakeStaff = [person(1, "Mara"), person(2, "Jonas")];

function personOf(by, staff, voids, cancels, discounts, refunds) {
    const taken = (amount) => ({ count: amount > 0 ? 1 : 0, amount });
    const [voided, cancelled] = [taken(voids), taken(cancels)];
    return {
        ...{ by, staff, voids: voided, cancels: cancelled },
        ...{ discounts: taken(discounts), refunds: taken(refunds) },
    };
}

/** Of the days up to @day; the first is 1. */
export function fakeTrade(menu, day, days) {
    const all = Array.from({ length: Math.min(days, day) }, (_, at) => day - at).reverse();
    const slots = all.flatMap(slotsOf);
    const report = fakeReport(day, slots);
    const { orders, owed } = report;
    const wait = (half) => ({ orders, half, most: 2 * half + 31, nearly_all: 4 * half + 7 });
    return {
        day,
        report,
        days: all.map((one) => ({
            day: one,
            orders: sum(slotsOf(one), "orders"),
            owed: sum(slotsOf(one), "owed"),
        })),
        slots,
        untimed: 0,
        untimed_owed: 0,
        channels: shares(["counter", "phone"], [64, 36], orders, owed),
        modes: shares(["take-away", "eat-in"], [71, 29], orders, owed),
        lanes: shares(["A", "W", "B"], [51, 36, 13], orders, owed),
        items: itemsOf(menu, owed),
        kept: 0,
        voided: { lines: 4, units: 6, amount: 4120 },
        uncollected: { lines: 2, units: 3, amount: 2180 },
        refused: { lines: 1, units: 1, amount: 890 },
        cancelled_owed: 3210,
        discounted: 9,
        people: [
            personOf("person", 1, 0, 3210, 1350, 1450),
            personOf("person", 2, 2920, 0, 1000, 0),
            personOf("nobody", 0, 1200, 0, 0, 0),
        ],
        cooking: wait(214),
        waiting: wait(271),
        handing: wait(96),
    };
}
