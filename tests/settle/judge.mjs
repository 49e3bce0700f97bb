// Whether money and food agree: by the provider's journal, and by what stores hold.
import { until } from "../demo/wait.mjs";
import { charged, givenBack, isOver, owed, paidCash, priceOf, shareOf, tipOf } from "./export.mjs";
import { PAY_SECONDS, sum } from "./guests.mjs";

const OVER = ["cancelled", "refused"];
const CLOSED = ["succeeded", "canceled"];
const STANDING = ["needs_response", "warning_needs_response", "lost"];

/** What the provider has for the intents of @money. */
function providerOf({ standIn: { account } }, money) {
    const of = (list, { intent }) => list({ payment_intent: intent.id, limit: 100 }).data;
    const all = (table) => money.flatMap((row) => of((page) => table.list(page), row));
    return {
        money,
        refunds: all(account.refunds),
        disputes: all(account.disputes),
        taken: sum(money, "captured") - sum(money, "refunded"),
        isFailing: ({ payment_intent: id }) => account.intents.refundOf({ id }) === "failing",
    };
}

const isDisputed = ({ disputes }) => disputes.some(({ status }) => STANDING.includes(status));
const isShut = ({ disputes }) => disputes.some((dispute) => !dispute.is_charge_refundable);
const hasFailed = ({ refunds }) => refunds.some(({ status }) => status === "failed");

/** What the ledger says at the gateway's own door: only that we may look. */
const taken = ({ provider = { payments: [] } }) =>
    sum(provider.payments, "received") - sum(provider.payments, "refunded");

/** Whether something is still to be given back for @wish. Of two that two gateways made for one
 * surplus one may come to nothing. */
const isWished = ({ state, open }) => state === "wished" && open > 0;

/** How it is when there is nothing left to do, by how it came out. */
const ENDS = {
    disputed: ({ flags }) => flags.includes("disputed"),
    shut: ({ flags, due }) => !flags.includes("disputed") && due > 0,
    failed: (_order, wishes) =>
        wishes.some(({ state }) => state === "failed") &&
        !wishes.some((wish) => isWished(wish) || wish.state === "pending"),
    even: ({ due }, wishes, { refunds, isFailing }) =>
        due <= 0 && !wishes.some(isWished) && !refunds.some(isFailing),
};

function endOf(provider) {
    if (isDisputed(provider)) return "disputed";
    if (isShut(provider)) return "shut";
    return hasFailed(provider) ? "failed" : "even";
}

/** Whether nothing is to be done with @order any more. */
function isSettled(stall, order) {
    const provider = providerOf(stall, stall.money(order.id));
    const { money } = provider;
    const isOpen = ({ held, intent }) => held !== 0 || !CLOSED.includes(intent.status);
    const isToFail = (refund) => provider.isFailing(refund) && refund.status !== "failed";
    const wishes = order.provider?.wishes ?? [];
    return (
        !money.some(isOpen) &&
        !provider.refunds.some(isToFail) &&
        provider.taken === taken(order) &&
        ENDS[endOf(provider)](order, wishes, provider)
    );
}

/** Waits until @story's order is settled. */
export async function settled(stall, story) {
    let order;
    const standing = () =>
        JSON.stringify({
            story,
            phase: order?.phase,
            due: order?.due,
            flags: order?.flags,
            provider: order?.provider,
            gateways: stall.gateways.map(({ trouble }) => trouble),
            money: stall
                .money(story.id)
                .map(({ intent, ...rest }) => ({ ...rest, status: intent.status })),
        });
    const isSo = async () => {
        order = await stall.order(story.id);
        return isSettled(stall, order);
    };
    await until(`order ${story.id} to be settled`, PAY_SECONDS, isSo, standing);
    return order;
}

/** What is wrong with what was asked of the provider for one intent. */
function intentJudge(stall, { captured, intent }, story, should) {
    should(CLOSED.includes(intent.status), `${intent.id}: ${intent.status}`);
    should(captured <= intent.amount, `${intent.id}: captured ${captured} of ${intent.amount}`);
    should(intent.capture_method === "manual", `${intent.id}: charged at once`);
    const moves = stall.standIn.account.journal.moves.filter(
        ({ payment_intent: id }) => id === intent.id,
    );
    const captures = moves.filter(({ move }) => move === "capture");
    should(captures.length <= 1, `${intent.id}: captured ${captures.length} times`);
    should(
        captures.every(({ seq }) => seq > story.acceptSeq),
        `${intent.id}: before the kitchen`,
    );
}

/** Each refund is one that the store wishes, and no wish was met twice. */
function refundsJudge({ refunds }, { wishes }, should) {
    const met = new Set();
    for (const { id, payment_intent: intent, metadata } of refunds) {
        const { trestle_wish: wish } = metadata;
        should(wishes.has(wish), `${id}: given back, and nobody wished it`);
        should(!met.has(`${intent} ${wish}`), `${id}: given back twice for one cause`);
        met.add(`${intent} ${wish}`);
    }
}

/** What the store should have of a tip, of dishes that cost so much. */
const TIPS = {
    nothing: () => ({ amount: 0, most: 10_000 }),
    "a share": (cost) => ({ amount: shareOf(cost, 1500), most: 1500 }),
    "an amount": () => ({ amount: 100, most: 10_000 }),
    "as much again": (cost) => ({ amount: cost, most: 10_000 }),
};

/** The tip is the one that the guest said. */
function tipJudge(story, { tip, ...stored }, should) {
    const said = TIPS[story.tip](priceOf(stored, stored.prices, []));
    const isSaid = tip.amount === said.amount && tip.most === said.most;
    should(isSaid, `the store has a tip of ${tip.amount}, at most ${tip.most}`);
}

/** How much is left of the tip of @stored, in words. */
export function tipFate(stored) {
    const left = tipOf(stored, owed(stored, stored.prices));
    if (left === 0) return "nothing";
    return left < stored.tip.amount ? "a part" : "all";
}

/** What was charged is what the kitchen accepted, at the menu's prices, and the tip of that. */
function acceptJudge({ money }, stored, should) {
    const { prices } = stored;
    const paid = money.filter(({ captured }) => captured > 0);
    should(paid.length <= 1, `charged ${paid.length} times`);
    for (const { captured } of paid) {
        const isIt = ({ total, refused }) =>
            total + tipOf(stored, total) === captured && total === priceOf(stored, prices, refused);
        should(stored.accepts.some(isIt), `charged ${captured}, which no kitchen accepted`);
    }
}

/** What must be true of it, by how it came out; @rest: what was taken beyond what is owed. */
const OUTCOMES = {
    // What was given back before the bank came stays so, and meanwhile the provider gives nothing.
    disputed: (_provider, order, rest, should) =>
        should(rest === 0 || order.flags.includes("refund_due"), "nobody is told what is due"),
    shut: ({ refunds }, order, _rest, should) => {
        should(refunds.length === 0, "given back, which the provider does not allow");
        should(order.flags.includes("refund_due"), "nobody is told what is due");
    },
    failed: (_provider, order, rest, should) => {
        should(rest > 0, "what came back was given twice");
        should(order.flags.includes("refund_due"), "nobody is told that it came back");
    },
    even: ({ taken: sumTaken }, order, rest, should) => {
        if (rest === 0) return;
        should(rest < 0 && sumTaken === 0, `${order.phase}: ${rest} more than is owed`);
        should(order.flags.includes("hold_lost"), "nobody is told to collect it");
        should(order.phase === "accepted", `${order.phase}, and nobody pays`);
    },
};

/** What is wrong with @order as it is shown, held against the provider's journal and @stored, which
 * is what was folded from an export, and the menu's prices; in words. */
export function judge(stall, order, story, stored) {
    const provider = providerOf(stall, stall.money(story.id));
    const { money, taken: sumTaken } = provider;
    const wrong = [];
    const should = (isSo, words) => isSo || wrong.push(words);
    const dishes = owed(stored, stored.prices);
    const tip = tipOf(stored, dishes);
    const rest = sumTaken + paidCash(stored) - dishes - tip;
    should(sum(money, "held") === 0, "something is still held");
    should(charged(stored) === sum(money, "captured"), `the store has ${charged(stored)} charged`);
    should(givenBack(stored) === sum(money, "refunded"), `and ${givenBack(stored)} given back`);
    should(isOver(stored) === OVER.includes(order.phase), `it is shown as ${order.phase}`);
    should(order.due === rest, `${order.due} is shown as due, and it is ${rest}`);
    should((order.tip ?? 0) === tip, `${order.tip} is shown as tip, and it is ${tip}`);
    tipJudge(story, stored, should);
    for (const row of money) intentJudge(stall, row, story, should);
    refundsJudge(provider, stored, should);
    acceptJudge(provider, stored, should);
    OUTCOMES[endOf(provider)](provider, order, rest, should);
    return wrong;
}
