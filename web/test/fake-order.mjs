// A small stand-in for the node's orders: one device, no merging. It keeps just enough of the rules
// that the screens can be developed and tested without a mesh; the real ones are in sync/.

let sequence = 0;
const hex = (value, digits) => value.toString(16).padStart(digits, "0");

export function newOrder(body, { menu, now, number, log }) {
    sequence += 1;
    const order = {
        id: hex(Math.floor(now / 1000), 8) + hex(sequence, 16),
        number,
        numbers: [number],
        day: 1,
        phase: "placed",
        channel: body.channel,
        ...(body.channel === "phone" && { guest: true }),
        mode: body.mode,
        name: body.name ?? "",
        opened_at: now,
        accepted_at: 0,
        ready_at: 0,
        handed_at: 0,
        flags: [],
        lines: [],
        payments: [],
        total: 0,
        tax: 0,
        owed: 0,
        paid: 0,
        refunded: 0,
        due: 0,
        cancelled: false,
        reason: "",
        claimed_by: "",
        log,
        seq: sequence,
        late: false,
        contact: "",
        changed: "",
        seen: false,
    };
    addLines(order, body.lines, menu);
    settle(order, now);
    if (body.payment) {
        addPayment(order, { amount: order.total, ...body.payment }, false);
    }
    return settle(order, now);
}

export function addLines(order, lines, menu) {
    for (const wanted of lines) {
        const item = menu.find(({ number }) => number === wanted.item);
        const chosen = wanted.options ?? [];
        order.lines.push({
            id: order.lines.length + 1,
            item: item.number,
            name: item.name,
            station: item.station,
            stall: 0,
            note: wanted.note ?? "",
            other_note: "",
            options: chosen.map(({ group, choice }) => item.groups[group].choices[choice]),
            quantity: wanted.quantity,
            wished: wanted.quantity,
            progress: "waiting",
            handed: 0,
            unit_price: item.price,
            total: 0,
            discount: 0,
            payable: 0,
            state: "active",
            accepted: false,
            added_late: order.accepted_at > 0,
            conflict: false,
        });
    }
    changed(order);
}

/** The kitchen has to look again. */
export function changed(order) {
    sequence += 1;
    order.changed = `${order.log}:${sequence}`;
    order.seen = false;
}

export function addPayment(order, { method, amount, tendered = 0, reference = "" }, refund) {
    sequence += 1;
    const id = hex(sequence, 24);
    order.payments.push({ id, method, amount, tendered, refund, reference });
}

const active = (line) => line.state === "active" && line.quantity > 0;
const linesOf = (order, ids) => order.lines.filter((line) => !ids || ids.includes(line.id));
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Everything that follows from the lines and the money. */
export function settle(order, now) {
    for (const line of order.lines) {
        const unit = line.unit_price + sum(line.options.map(({ price }) => price));
        line.total = active(line) ? line.quantity * unit - line.discount : 0;
        line.payable = line.total;
    }
    const lines = order.lines.filter(active);
    order.total = sum(lines.map(({ total }) => total));
    order.phase = phaseOf(order, lines);
    order.owed = order.phase === "cancelled" || order.phase === "refused" ? 0 : order.total;
    order.paid = sum(order.payments.filter(({ refund }) => !refund).map(({ amount }) => amount));
    order.refunded = sum(order.payments.filter(({ refund }) => refund).map(({ amount }) => amount));
    order.due = order.paid - order.refunded - order.owed;
    order.ready_at = ["ready", "completed"].includes(order.phase) ? order.ready_at || now : 0;
    order.handed_at = order.phase === "completed" ? order.handed_at || now : 0;
    order.flags = flagsOf(order, lines);
    return order;
}

function phaseOf(order, lines) {
    if (lines.length > 0 && lines.every((line) => line.handed >= line.quantity)) {
        return "completed";
    }
    if (order.cancelled) {
        return "cancelled";
    }
    if (lines.length === 0) {
        return order.lines.some(({ state }) => state === "refused") ? "refused" : "cancelled";
    }
    if (lines.every(({ progress }) => progress === "done")) {
        return "ready";
    }
    if (lines.some(({ progress }) => progress !== "waiting")) {
        return "cooking";
    }
    return order.accepted_at > 0 ? "accepted" : "placed";
}

function flagsOf(order, lines) {
    const flags = [];
    if (order.accepted_at > 0 && lines.some(({ accepted }) => !accepted)) {
        flags.push("needs_accept");
    }
    if (lines.some(({ quantity, wished }) => quantity !== wished)) {
        flags.push("late_edit");
    }
    if (order.due > 0) {
        flags.push("refund_due");
    }
    if (order.due < 0) {
        flags.push(order.phase === "completed" ? "handed_unpaid" : "unpaid");
    }
    return flags;
}

/** What each route does to an order. */
export const verbs = {
    lines: (order, { lines }, { menu }) => addLines(order, lines, menu),
    void(order, { lines, reason }) {
        for (const line of linesOf(order, lines)) {
            line.state = "void";
        }
        order.reason = reason;
        changed(order);
    },
    accept(order, _body, { now }) {
        order.accepted_at ||= now;
        order.seen = true;
        for (const line of order.lines) {
            line.accepted = true;
        }
    },
    refuse(order, { lines, reason }) {
        for (const line of linesOf(order, lines)) {
            line.state = "refused";
        }
        order.reason = reason;
    },
    start: (order, { lines }) => progress(order, lines, "started"),
    done: (order, { lines }) => progress(order, lines, "done"),
    recall: (order, { lines }) => progress(order, lines, "waiting"),
    amend(order, { line: id, yes }) {
        for (const line of linesOf(order, [id])) {
            line.quantity = yes ? line.wished : line.quantity;
            line.wished = line.quantity;
        }
    },
    "hand-over"(order, { units, uncollected }) {
        for (const line of order.lines.filter(active)) {
            const given = units?.find((unit) => unit.line === line.id)?.units ?? 0;
            const before = line.handed;
            line.handed = units ? Math.min(line.quantity, line.handed + given) : line.quantity;
            if (uncollected && line.handed > before) {
                line.uncollected = line.handed - before;
            }
        }
    },
    unhand(order, { lines }) {
        for (const line of linesOf(order, lines)) {
            line.handed = 0;
            delete line.uncollected;
        }
    },
    cancel(order, { reason }) {
        order.cancelled = true;
        order.reason = reason;
    },
    reinstate(order) {
        order.cancelled = false;
        order.reason = "";
        changed(order);
    },
    pay: (order, body) => addPayment(order, body, false),
    refund: (order, body) => addPayment(order, body, true),
    discount(order, { offer, ...said }, { offers }) {
        const lines = order.lines.filter(active);
        const found = offers.find(({ number }) => number === offer);
        const { percent_bp: percent = 0, amount } = found ?? said;
        const rate = percent === 0 ? amount / order.total : percent / 10000;
        for (const line of lines) {
            line.discount += Math.round(line.total * rate);
        }
    },
    print() {},
    seen(order, { changed: drawn }) {
        order.seen ||= drawn === order.changed;
    },
};

function progress(order, ids, value) {
    for (const line of linesOf(order, ids).filter(active)) {
        line.progress = value;
    }
}

/** A late edit waits for the kitchen once the line was started. */
export function changeLine(order, id, { delta = 0, note }) {
    for (const line of linesOf(order, [id])) {
        line.wished += delta;
        line.quantity = line.progress === "waiting" ? line.wished : line.quantity;
        line.note = note ?? line.note;
    }
    changed(order);
}

/** Of a paid order; one rate of tax is enough here. */
export function receiptOf(order, lane, number) {
    const tax = Math.round(order.owed - order.owed / 1.19);
    return {
        name: `${lane}-1-${number}`,
        number,
        kind: "sale",
        total: order.owed,
        tax,
        hash: "ee8dc9ae",
        current: true,
        at: order.opened_at,
        lines: order.lines.filter(active).map((line) => ({
            name: line.name,
            quantity: line.quantity,
            discount: line.discount,
            payable: line.total,
            tax_bp: 1900,
        })),
        rates: [{ tax_bp: 1900, net: order.owed - tax, tax, gross: order.owed }],
        discount: sum(order.lines.map(({ discount }) => discount)),
        paid: order.paid,
        refunded: order.refunded,
    };
}
