// A busy quarter of an hour on the fake node: something in every state that a screen can show.

const minute = 60_000;

function wanted(item, quantity = 1, more = {}) {
    return { item, quantity, ...more };
}

function readySince(node, { id }, minutes) {
    node.orders.get(id).ready_at = Date.now() - minutes * minute;
}

const option = (group, choice) => ({ group, choice });

/** The orders by what they show. */
export function fakeDay(node) {
    const order = (name, mode, age, lines, payment = { method: "cash" }) =>
        node.place(
            { channel: "counter", mode, name, lines, ...(payment ? { payment } : {}) },
            age * minute,
        );

    const collected = order("Mara", "eat-in", 16, [wanted(20, 2)]);
    node.do("done", collected.id);
    node.do("hand-over", collected.id);

    const forgotten = order("Piet", "take-away", 24, [wanted(8)]);
    node.do("done", forgotten.id);
    readySince(node, forgotten, 13);

    const ready = order("Jonas", "take-away", 9, [wanted(2, 1), wanted(10, 2), wanted(19)]);
    node.do("accept", ready.id);
    node.do("done", ready.id);
    readySince(node, ready, 2);

    const unpaid = order("", "eat-in", 8, [wanted(7, 1, { options: [option(0, 2)] })], null);
    node.do("accept", unpaid.id);
    node.do("done", unpaid.id);
    readySince(node, unpaid, 1);

    const late = order("Table 4", "eat-in", 11, [
        wanted(1, 2, { options: [option(0, 0), option(0, 3)] }),
        wanted(10, 2, { options: [option(0, 1)], note: "Nut allergy at this table" }),
        wanted(17, 2, { options: [option(0, 0)] }),
    ]);
    node.do("accept", late.id);
    node.do("done", late.id, { lines: [3] });

    const edited = order("Aylin", "take-away", 6, [wanted(4, 1, { options: [option(0, 1)] })]);
    node.do("accept", edited.id);
    node.do("start", edited.id, { lines: [1] });
    node.answer(`/api/orders/${edited.id}/lines/1`, { delta: 2 });
    node.do("lines", edited.id, { lines: [wanted(12)] });

    const voided = order("Tom", "eat-in", 3, [
        wanted(3),
        wanted(11, 1, { options: [option(0, 0)] }),
    ]);
    node.do("accept", voided.id);
    node.do("void", voided.id, { lines: [2], reason: "Changed their mind" });

    const fresh = order("Nour", "take-away", 1, [
        wanted(5, 3, { options: [option(0, 0), option(0, 1)] }),
        wanted(13, 1, { note: "No mustard" }),
    ]);
    const second = order("", "eat-in", 0.4, [wanted(1), wanted(18)]);

    node.answer("/api/menu/9", { available: false });
    node.setStock(3, "strict", { here: 2, all: 5, oversold: 0 });
    node.setStock(6, "warn", { here: 4, all: 4, oversold: 0 });
    node.setStock(8, "strict", { here: 0, all: 0, oversold: 1 });
    return { collected, forgotten, ready, unpaid, late, edited, voided, fresh, second };
}

const stolen = { device: "0000000000000009", device_name: "Tablet 2" };

/** What a tablet sold after it was stolen: one order that people know again, one that is long. */
export function fakeVoided() {
    const lines = ["Cheeseburger", "Corn on the cob", "Fries", "Lemonade", "Coffee", "Brownie"];
    const shown = lines.map((name, at) => ({ quantity: 1 + (at % 2), name }));
    const order = (id, more) => ({ id, opened_at: Date.now() - 40 * minute, ...stolen, ...more });
    return [
        order("0000000000000000000000c4", {
            number: "C4",
            name: "Mia",
            lines: 2,
            shown: shown.slice(0, 2),
            total: 1850,
            events: 5,
        }),
        order("0000000000000000000000c5", {
            number: "C5",
            name: "",
            lines: 9,
            shown,
            total: 6420,
            events: 1,
        }),
    ];
}

const said = [
    [5, "Best burger of the market, and quick. We come again."],
    [4, ""],
    [2, "Fries were cold, and nobody knew where the ketchup was."],
    [5, "¡Muy rico!"],
    [1, "The cook is an idiot."],
];

/** What customers of @orders said, in turn; the last one's words a manager took off. */
export function fakeReviews(orders) {
    return orders.map((order, at) => {
        const [rating, text] = said[at % said.length];
        return {
            id: (0xf00 + at).toString(16).padStart(24, "0"),
            order: order.id,
            customer: "",
            rating,
            text,
            photo: "",
            words: "",
            hidden: at === said.length - 1,
            reason: at === said.length - 1 ? "It insults somebody" : "",
            conflict: false,
        };
    });
}
