// What becomes of an order: a guest pays (or does not), a kitchen decides, a bank changes its mind,
// somebody else does.
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../demo/wait.mjs";

export const PAY_SECONDS = 150; // an event that was lost is read within ten minutes of its clock

/** How a guest pays the form @intent; true: the bank holds the amount, or will. */
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
    "takes nothing back": (intents, id) => confirm(intents, id, "pm_card_refundFail"),
    leaves: () => false,
};
export const CARD_NAMES = Object.keys(CARDS);
export const KITCHEN_NAMES = [
    "accepts",
    "refuses",
    "refuses one",
    "is late",
    "never looks",
    "refuses what is paid",
    "accepts when the hold is gone",
];
export const AFTER_NAMES = ["nothing", "cancels", "cancels early", "disputes"];

/** What a guest gives on top, of dishes that cost @cost; the pop-up offers that share. */
const TIPS = {
    nothing: () => ({}),
    "a share": () => ({ tip_bp: 1500 }),
    "an amount": () => ({ tip: 100 }),
    "as much again": (cost) => ({ tip: cost }),
};
export const TIP_NAMES = Object.keys(TIPS);

/** What somebody whose hold is gone does, and what a bank says of a dispute in the end. */
export const LOST_NAMES = ["pays again", "pays cash", "stays away"];
export const DISPUTES = [
    { kind: "chargeback", outcome: "won" },
    { kind: "chargeback", outcome: "won", isFinal: true }, // and yet no refund is allowed
    { kind: "chargeback", outcome: "lost" },
    { kind: "chargeback", outcome: null },
    { kind: "inquiry", outcome: "warning_closed" },
    { kind: "inquiry", outcome: null },
];

/** A card that is declined is an error of the call, not of ours. */
async function confirm(intents, id, method) {
    try {
        intents.confirm(id, { payment_method: method }, true);
        return true;
    } catch {
        return false;
    }
}

/** The form, which cannot be had while the provider does not take our key. */
function formOf(stall, order) {
    return until("a form", PAY_SECONDS, () => stall.form(order));
}

const post = (stall, { id }, what, body) => stall.client.post(`/api/orders/${id}/${what}`, body);

/** One order from its place to its end. Remembers in @story what it may come to. */
export async function guest(stall, story) {
    const { account } = stall.standIn;
    const lines = story.items.map((item) => ({ item, quantity: 1, options: [] }));
    const cost = sum(
        story.items.map((item) => stall.item(item)),
        "price",
    );
    const placed = await stall.place(lines, TIPS[story.tip](cost));
    story.id = placed.id;
    story.acceptSeq = Infinity;
    if (story.after === "cancels early") {
        const asked = stall.form(placed.id).catch(() => {}); // it may be too late
        await post(stall, story, "cancel", { reason: "no" });
        return void (await asked);
    }
    const form = await formOf(stall, placed.id);
    const isHeld = await CARDS[story.card](account.intents, form.id);
    if (!isHeld) return void (await post(stall, story, "cancel", { reason: "left" }));
    await stall.orderWhen(placed.id, "the hold", ({ phase }) => phase !== "draft");
    await kitchen(stall, story, form.id);
    if (story.after === "cancels" && story.cash === undefined) {
        await pause(story.pauseMs);
        await post(stall, story, "cancel", { reason: "changed his mind" });
    }
    if (story.after === "disputes") await disputed(stall, story);
}

async function accept(stall, story) {
    story.acceptSeq = stall.standIn.account.journal.moves.length;
    await post(stall, story, "accept", {});
}

async function kitchen(stall, story, intent) {
    const { kitchen: how, pauseMs } = story;
    const refuse = (words) => post(stall, story, "refuse", words);
    if (how === "accepts when the hold is gone") return lost(stall, story, intent);
    if (how === "is late") await pause(pauseMs);
    if (how === "refuses") await refuse({ reason: "sold out" });
    if (how === "refuses one") await refuse({ lines: [1], reason: "sold out" });
    if (how === "never looks") await post(stall, story, "cancel", { reason: "nobody looks" });
    if (["accepts", "is late", "refuses one", "refuses what is paid"].includes(how))
        await accept(stall, story);
    if (how !== "refuses what is paid") return;
    await until("the capture", PAY_SECONDS, () => isTaken(stall, story));
    await refuse({ lines: [1], reason: "it fell down" });
}

const isTaken = (stall, { id }) => stall.money(id).some(({ captured }) => captured > 0);

/** The bank lets go. Whether the gateway hears of it first, or of the kitchen, is chance. */
async function lost(stall, story, intent) {
    const { account, faults, api } = stall.standIn;
    if (story.isUnheard) api.cut = "gateway";
    account.intents.expire(intent);
    faults.count("hold_expiry");
    await accept(stall, story).catch(() => (story.acceptSeq = Infinity)); // a draft is not for them
    const isSo = ({ flags }) => flags.includes("hold_lost");
    if (story.isUnheard) api.cut = "";
    await stall.orderWhen(story.id, "the loss", isSo);
    if (story.lost === "pays cash") await cash(stall, story);
    if (story.lost === "pays again") await again(stall, story);
    const { phase } = await stall.orderWhen(story.id, "it", () => true);
    if (phase === "draft") await post(stall, story, "cancel", { reason: "left" });
    if (phase === "placed") await accept(stall, story);
}

async function cash(stall, story) {
    const { due } = await stall.orderWhen(story.id, "what is due", () => true);
    await post(stall, story, "pay", { method: "cash", amount: -due, tendered: -due });
    story.cash = -due;
}

async function again(stall, story) {
    const { intents } = stall.standIn.account;
    const form = await formOf(stall, story.id);
    await confirm(intents, form.id, "pm_card_visa");
    const isIn = ({ phase, due, flags }) => {
        const isHeld = !flags.includes("hold_lost");
        return isHeld && (phase === "placed" || due === 0);
    };
    await stall.orderWhen(story.id, "the second hold", isIn);
}

/** His bank takes the money back, or asks first; then he wants it back from us, too. */
async function disputed(stall, story) {
    const { disputes } = stall.standIn.account;
    const { kind, outcome, isFinal = false } = story.dispute;
    if (story.acceptSeq === Infinity || story.cash !== undefined || isGone(stall, story)) return;
    await until("the capture", PAY_SECONDS, () => isTaken(stall, story));
    const { intent } = stall.money(story.id).find(({ captured }) => captured > 0);
    if (intent.amount_received <= sum(stall.money(story.id), "refunded")) return;
    const dispute = disputes.open(intent.id, kind);
    stall.standIn.faults.count("dispute");
    const isSo = ({ flags }) => flags.includes("disputed");
    if (story.isHeard) await stall.orderWhen(story.id, "the dispute", isSo);
    await post(stall, story, "cancel", { reason: "it was not me" });
    if (outcome === null) return;
    await pause(story.pauseMs);
    disputes.close(dispute.id, outcome);
    if (isFinal) dispute.is_charge_refundable = false;
}

/** Whether nothing will be taken for it: its hold is gone, and nobody paid again. */
const isGone = (stall, { id }) =>
    stall.money(id).every(({ intent }) => intent.status === "canceled");

export const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0);
