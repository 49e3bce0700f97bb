// Each promise broken for real, so that its row must turn red.
import { say, Trouble } from "../demo/words.mjs";
import { CAKE } from "./score.mjs";

/** By promise, the deed: before the night, when the screens are open; late, while staff are there;
 * or after all went home. */
export const SABOTAGES = {
    lost: {
        after({ book }) {
            say("sabotage: what the thief sold was sold to our guests");
            for (const answer of book.stolen) {
                const wish = { guest: answer.name, by: "tablet", isRefused: false };
                book.placed(wish, answer.body, answer);
            }
        },
    },
    charged: {
        after({ book, cast: { account } }) {
            const { intents, journal } = account;
            const captured = journal.moves.find(({ move }) => move === "capture");
            if (!captured) throw new Trouble("no card was charged");
            const { amount, currency, metadata } = captured;
            const { number } = book.orders.get(metadata.trestle_order);
            say(`sabotage: the card of ${number} is charged once more, behind the gateway's back`);
            const again = { amount, currency, metadata, capture_method: "automatic" };
            intents.confirm(intents.create(again).id, { payment_method: "pm_card_visa" }, true);
        },
    },
    oversold: {
        async late({ sellers: { counter }, score: { cakes } }) {
            say("sabotage: somebody at the counter sells all the cake once more");
            const lines = [{ item: CAKE, quantity: cakes, note: "guest of the sabotage" }];
            const wish = { guest: lines[0].note, by: "counter", isRefused: false, isForced: true };
            await counter.sell({ ...wish, lines, mode: "eat-in", pays: "cash" });
        },
    },
    printed: {
        before({ cast: { printer } }) {
            say("sabotage: the grill's printer puts out each slip twice");
            printer.copies = true;
        },
    },
    board: {
        before({ sellers: { bar } }) {
            say("sabotage: of one order the bar's screen is told nothing");
            bar.board.veilsNext = true;
        },
    },
    phone: {
        before({ phones: [{ page }] }) {
            say("sabotage: of its first order a phone is told nothing");
            page.veilsNext = true;
        },
    },
};
