// What becomes of an order: a guest pays (or does not), a kitchen decides, somebody changes
// his mind.
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../demo/wait.mjs";

const PAY_SECONDS = 60;

/** How a guest pays the form @intent; true: the bank holds the amount. */
const CARDS = {
    visa: (intents, id) => confirm(intents, id, "pm_card_visa"),
    declined: async (intents, id) => {
        await confirm(intents, id, "pm_card_visa_chargeDeclined");
        return confirm(intents, id, "pm_card_visa");
    },
    bank: async (intents, id) => {
        await confirm(intents, id, "pm_card_threeDSecure2Required");
        intents.authenticate(id, true);
        return true;
    },
    slow: (intents, id) => confirm(intents, id, "pm_card_pendingRefund"),
    leaves: () => false,
};
export const CARD_NAMES = Object.keys(CARDS);
export const KITCHEN_NAMES = ["accepts", "refuses", "refuses one", "is late", "never looks"];
export const AFTER_NAMES = ["nothing", "cancels", "cancels early"];

/** A card that is declined is an error of the call, not of ours. */
async function confirm(intents, id, method) {
    try {
        intents.confirm(id, { payment_method: method }, true);
        return true;
    } catch {
        return false;
    }
}

/** One order from its place to its end. Remembers in @story what it may come to. */
export async function guest(stall, story) {
    const { account } = stall.standIn;
    const lines = story.items.map((item) => ({ item, quantity: 1, options: [] }));
    const placed = await stall.place(lines);
    story.id = placed.id;
    story.acceptSeq = Infinity;
    if (story.after === "cancels early") {
        const asked = stall.form(placed.id).catch(() => {}); // it may be too late
        await stall.client.post(`/api/orders/${placed.id}/cancel`, { reason: "no" });
        return void (await asked);
    }
    const form = await stall.form(placed.id);
    const isHeld = await CARDS[story.card](account.intents, form.id);
    if (!isHeld)
        return void (await stall.client.post(`/api/orders/${placed.id}/cancel`, {
            reason: "left",
        }));
    await stall.orderWhen(placed.id, "the hold", ({ phase }) => phase !== "draft");
    await kitchen(stall, story);
    if (story.after === "cancels") {
        await pause(story.pauseMs);
        await stall.client.post(`/api/orders/${placed.id}/cancel`, { reason: "changed his mind" });
    }
}

async function kitchen(stall, story) {
    const { id, kitchen: how, pauseMs } = story;
    const say = (what, body = {}) => stall.client.post(`/api/orders/${id}/${what}`, body);
    const accept = async () => {
        story.acceptSeq = stall.standIn.account.journal.moves.length;
        await say("accept");
    };
    if (how === "is late") await pause(pauseMs);
    if (how === "refuses") await say("refuse", { reason: "sold out" });
    if (how === "refuses one") await say("refuse", { lines: [1], reason: "sold out" });
    if (how === "never looks") await say("cancel", { reason: "nobody looks" });
    if (["accepts", "is late", "refuses one"].includes(how)) await accept();
}

const OVER = ["cancelled", "refused"];

/** Whether nothing is to be done with @order any more. */
export function isSettled(stall, order) {
    const money = stall.money(order.id);
    const isOpen = ({ held, intent }) =>
        held !== 0 || !["succeeded", "canceled"].includes(intent.status);
    const isWished = (order.provider?.wishes ?? []).some(({ state }) => state === "wished");
    return !money.some(isOpen) && order.due <= 0 && !isWished && sum(money, "net") === taken(order);
}

export const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0);

/** What the ledger says that the shop has. */
export const taken = ({ provider = { payments: [] } }) =>
    sum(provider.payments, "received") - sum(provider.payments, "refunded");

/** What is wrong with @order, judged by the provider's journal; in words. */
export function judge(stall, order, story) {
    const money = stall.money(order.id);
    const wrong = [];
    const should = (isSo, words) => isSo || wrong.push(words);
    const net = sum(money, "net");
    const isOver = OVER.includes(order.phase);
    should(net === (isOver ? 0 : order.total), `${order.phase}: taken ${net} of ${order.total}`);
    should(sum(money, "held") === 0, "something is still held");
    should(net === taken(order), `the ledger says ${taken(order)}, the provider ${net}`);
    for (const { captured, intent } of money) {
        should(["succeeded", "canceled"].includes(intent.status), `${intent.id}: ${intent.status}`);
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
    return wrong;
}

/** Waits until @story's order is settled. */
export async function settled(stall, story) {
    let order;
    await until(
        `order ${story.id} to be settled`,
        PAY_SECONDS,
        async () => {
            order = await stall.order(story.id);
            return isSettled(stall, order);
        },
        () =>
            JSON.stringify({
                story,
                phase: order?.phase,
                due: order?.due,
                provider: order?.provider,
                money: stall
                    .money(story.id)
                    .map(({ intent, ...rest }) => ({ ...rest, status: intent.status })),
            }),
    );
    return order;
}
