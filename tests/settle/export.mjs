// The money of orders, folded from an export alone: what docs/protocol.md says of its events, and
// nothing that a gateway says of itself.
import { eventsOf } from "../demo/journal.mjs";

const OPEN = 32;
const LINE_ADD = 34;
const STANDS_MAX = 2; // of a refund: pending, requires action, succeeded; above: it came to nothing
const TAKEN = 4; // of an intent: succeeded
const WHOLE = 10_000; // basis points

const hex = (bytes) => bytes.toString("hex");

/** The later of two states, the larger of two sums: facts come in any order, and again. */
function join(rows, id, fact) {
    const old = rows.get(id) ?? fact;
    const both = Object.entries(fact).map(([name, value]) => {
        return [name, typeof value === "number" ? Math.max(value, old[name]) : value];
    });
    rows.set(id, Object.fromEntries(both));
}

const isRefused = (lines) => (line) => lines.get(line).isRefused;

function refuse({ lines }, [list]) {
    for (const line of list) lines.get(line).isRefused = true;
}

/** What each event means to its order, by its number. */
const FOLDS = {
    [LINE_ADD]: ({ lines }, [line, item]) => lines.set(line, { item, isRefused: false }),
    40: (order, [, , total]) => {
        const refused = [...order.lines.keys()].filter(isRefused(order.lines));
        order.accepts.push({ total, refused });
    },
    42: refuse,
    66: refuse,
    54: (order) => (order.isCancelled = true),
    76: (order, [amount, most]) => (order.tip = { amount, most }), // nobody here says another
    80: ({ cash }, [id, , amount]) => cash.set(hex(id), amount),
    84: ({ intents }, [id, state, amount, , received]) =>
        join(intents, id, { state, amount, received }),
    86: ({ refunds }, [id, intent, amount, status, wish]) =>
        join(refunds, id, { intent, amount, status, wish: hex(wish) }),
    88: ({ disputes }, [id, intent, amount, status]) =>
        join(disputes, id, { intent, amount, status }),
    90: ({ wishes }, [wish, , amount]) => wishes.set(hex(wish), amount),
    92: ({ wishes }, [wish, , amount]) => wishes.set(hex(wish), amount),
};
const orderNew = () => ({
    lines: new Map(),
    accepts: [],
    isCancelled: false,
    tip: { amount: 0, most: WHOLE },
    cash: new Map(),
    intents: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    wishes: new Map(),
});

/** Orders by id, of what `trestle export` says: journal by journal, so what one of them says of an
 * order may come before another has opened it. */
export function ordersOf(text) {
    const events = eventsOf(text);
    const opened = events.filter(({ type }) => type === OPEN);
    const orders = new Map(opened.map(({ id }) => [id, orderNew()]));
    const isFirst = ({ type }) => type === LINE_ADD;
    const isRest = (event) => !isFirst(event);
    for (const { type, id, body } of [...events.filter(isFirst), ...events.filter(isRest)])
        if (orders.has(id)) FOLDS[type]?.(orders.get(id), body);
    return orders;
}

const total = (rows) => rows.reduce((sum, row) => sum + row, 0);
const rowsOf = (map) => [...map.values()];

/** What the ledger says that cards were charged, and what of that was given back. */
export const charged = ({ intents }) =>
    total(
        rowsOf(intents)
            .filter(({ state }) => state === TAKEN)
            .map(({ received }) => received),
    );
export const givenBack = ({ refunds }) =>
    total(
        rowsOf(refunds)
            .filter(({ status }) => status <= STANDS_MAX)
            .map(({ amount }) => amount),
    );
export const paidCash = ({ cash }) => total(rowsOf(cash));

/** Nothing of it is to be made any more. */
export const isOver = ({ isCancelled, lines }) =>
    isCancelled || rowsOf(lines).every((line) => line.isRefused);

/** What @prices say of its lines that are not in @refused. */
export const priceOf = ({ lines }, prices, refused) =>
    total([...lines].map(([line, { item }]) => (refused.includes(line) ? 0 : prices.get(item))));

/** What is owed for it. */
export const owed = (order, prices) => {
    const refused = [...order.lines.keys()].filter(isRefused(order.lines));
    return isOver(order) ? 0 : priceOf(order, prices, refused);
};

/** @points of @sum, half up. */
export const shareOf = (sum, points) => Math.floor((sum * points + WHOLE / 2) / WHOLE);

/** What is left of its tip when @sum is owed for its dishes. */
export const tipOf = ({ tip: { amount, most } }, sum) => Math.min(amount, shareOf(sum, most));

/** All of its money in words that two devices that know the same have alike. */
export const ledgerText = ({ tip, cash, intents, refunds, disputes, wishes }) => {
    const maps = [cash, intents, refunds, disputes, wishes];
    return JSON.stringify([tip, ...maps.map((map) => [...map].toSorted())]);
};
