// The promises, each counted from what clients were told, what came to paper, and what the provider
// moved.
import { duration } from "../demo/words.mjs";
import { OVER, RANKS } from "./book.mjs";
import { CAKE } from "./score.mjs";

export const CAPTURED = "captured";
const BOARD_WRONG_MS = 10_000;
const PAGE_WRONG_MS = 35_000; // a page takes 25 s of silence for what it is
const TOLD = [RANKS.placed, RANKS.accepted, RANKS.ready, OVER];

/** By order: {captured, captures, refunded}, of the provider's @moves. */
export function takenOf(moves) {
    const taken = new Map();
    for (const { move, amount, metadata } of moves) {
        const id = metadata.trestle_order;
        const sums = taken.get(id) ?? { captured: 0, captures: 0, refunded: 0 };
        if (move === "capture") sums.captures++;
        if (move === "capture") sums.captured += amount;
        if (move === "refund") sums.refunded += amount;
        taken.set(id, sums);
    }
    return taken;
}

/** What the card of an order's guest is to be charged. */
export const dueOf = ({ by, isRefused, total }) =>
    typeof by === "number" && !isRefused ? total : 0;

/** [sentence] of each. */
const COUNTS = {
    lost({ book, papers }) {
        const unmade = new Set(papers.lacks(book).map((what) => what.split(" ")[0]));
        return [...book.orders.values()]
            .filter(({ isRefused }) => !isRefused)
            .filter(({ id, number }) => !book.handed.has(id) || unmade.has(number))
            .map(({ id, number, guest }) => {
                const what = book.handed.has(id) ? "came to no paper" : "was never handed over";
                return `${number} of ${guest} was acknowledged and ${what}`;
            });
    },

    charged({ book, moves }) {
        const taken = takenOf(moves);
        return [...book.orders.values()].flatMap((order) => {
            const { captured, captures } = taken.get(order.id) ?? { captured: 0, captures: 0 };
            if (captures <= 1 && captured === dueOf(order)) return [];
            const was = `${captured} was taken in ${captures} times`;
            return [`${order.number} of ${order.guest}: ${dueOf(order)} was due, ${was}`];
        });
    },

    oversold({ book, cakes }) {
        const sold = [...book.orders.values()]
            .filter(({ isRefused }) => !isRefused)
            .flatMap(({ body }) => body.lines.filter(({ item }) => item === CAKE))
            .reduce((sum, { quantity }) => sum + quantity, 0);
        const over = Math.max(0, sold - cakes);
        return Array.from(
            { length: over },
            (_, at) => `cake ${cakes + at + 1} of ${cakes} was sold`,
        );
    },

    printed: ({ papers }) =>
        papers.silentCopies.map((what) => `${what} lies there twice, and does not say so`),
};

/** The longest that one of @screens was wrong without a word: {ms, sentence}. */
function longestWrong(screens, ordersOf, until) {
    let worst = { ms: 0, sentence: "" };
    for (const screen of screens) {
        for (const order of ordersOf(screen)) {
            for (const rank of TOLD) {
                const from = order.told.get(rank);
                if (from === undefined) continue;
                const rightAt = screen.rightAt(order, rank);
                const ms = screen.spells.silentWithin(from, Math.min(rightAt, until));
                const isNever = rightAt > until;
                if (!isNever && ms <= worst.ms) continue;
                if (isNever && worst.ms === Number.POSITIVE_INFINITY) continue;
                const what = `${screen.name}, order ${order.number}, step ${rank} of ${OVER}`;
                worst = { ms: isNever ? Number.POSITIVE_INFINITY : ms, sentence: what };
            }
        }
    }
    return worst;
}

const SCREENS = {
    board: {
        limit: BOARD_WRONG_MS,
        of: ({ night: { boards, book, endedAt } }) =>
            longestWrong(boards, () => book.orders.values(), endedAt),
    },
    phone: {
        limit: PAGE_WRONG_MS,
        of: ({ night: { pages, book, endedAt } }) =>
            longestWrong(pages, ({ name }) => book.ofPhone(name), endedAt),
    },
};

const NAMES = {
    lost: "orders lost",
    charged: "charged twice, or not as due",
    oversold: "sold that was not there",
    printed: "printed twice silently",
    board: "longest that a staff's screen was wrong without saying so",
    phone: "longest that a phone was",
};
export const PROMISES = Object.keys(NAMES);

/** [{promise, name, text, limit, isKept, sentences}], in the order of the table. */
export function judge(evidence) {
    return PROMISES.map((promise) => {
        const row = { promise, name: NAMES[promise] };
        if (COUNTS[promise]) {
            const sentences = COUNTS[promise](evidence);
            const isKept = sentences.length === 0;
            return { ...row, text: String(sentences.length), limit: "0", isKept, sentences };
        }
        const { limit, of } = SCREENS[promise];
        const { ms, sentence } = of(evidence);
        const text = Number.isFinite(ms) ? duration(ms) : "never right";
        const isKept = ms <= limit;
        return {
            ...row,
            text,
            limit: duration(limit),
            isKept,
            sentences: isKept ? [] : [sentence],
        };
    });
}
