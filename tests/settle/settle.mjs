#!/usr/bin/env node
// Orders paid by card through a gateway that is killed, a provider that fails, lines that are cut.
// See README.md beside this file.
import { readFile, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Device } from "../demo/device.mjs";
import { until } from "../demo/wait.mjs";
import { Answers } from "../lib/answers.mjs";
import { Dice } from "../stripe/dice.mjs";
import { BOOKS } from "./books.mjs";
import { ordersOf } from "./export.mjs";
import {
    AFTER_NAMES,
    CARD_NAMES,
    DISPUTES,
    guest,
    KITCHEN_NAMES,
    LOST_NAMES,
    PAY_SECONDS,
    TIP_NAMES,
} from "./guests.mjs";
import { HOOKS } from "./hooks.mjs";
import { judge, settled, tipFate } from "./judge.mjs";
import { KITCHEN } from "./kitchen.mjs";
import { Pair } from "./pair.mjs";
import { SETTINGS, SCENES as STORIES } from "./scenes.mjs";
import { KEYS, MENU, pattern, Stall } from "./stall.mjs";

const SCENES = { ...STORIES, ...HOOKS, ...BOOKS, ...KITCHEN };
const options = {
    build: { type: "string", default: "build/dev" },
    from: { type: "string", default: "1" },
    seeds: { type: "string", default: "300" },
    orders: { type: "string", default: "3" },
    "at-once": { type: "string", default: "16" }, // stalls
    scene: { type: "string", default: "" }, // only those with this in their name
    expect: { type: "string", multiple: true, default: [] }, // must happen, in however few seeds
};
const flags = parseArgs({ options }).values;
const ORDERS = Number(flags.orders);
const MOMENTS_MAX = 260;
const FLUSHES_MAX = 100; // of which one finds the disk full,
const FLUSHES_FULL = 8; // and at most so many after it
const PAIRED = 15; // one of so many stalls has two gateways
const SPEED = 20; // of the clocks of the gateway and of the provider
const SPEED_PAIRED = 12; // two devices end a link that is silent for seconds of these
const LINE_CUT_MS = 100; // at most this many times SPEED
const BANK_SECONDS = 20; // for which a bank thinks

const API_FAULTS = [
    "drop_before",
    "drop_after",
    "hang_before",
    "hang_after",
    "delay",
    "cut_body",
    "html",
    "rate_limit",
    "lock_timeout",
    "conflict",
    "unauthorised",
    "error_before",
    "error_after",
    "error_stored",
    "error_stored_after",
];
const EVENT_FAULTS = [
    "webhook_drop",
    "webhook_delay",
    "webhook_duplicate",
    "webhook_reorder",
    "webhook_double",
];

const BANK_FAULTS = ["slow_bank", "hold_expiry", "dispute", "refund"];

/** kill.c has what each is. */
const POINTS = [
    "intended",
    "request",
    "outcome",
    "webhook",
    "webhook-answer",
    "notes",
    "journal",
    "answer",
];
const DEATHS = POINTS.flatMap((point) => [`before ${point}`, `after ${point}`]);
const DEATHS_MAX = 12; // the how-manieth of one kind
const MOMENTS = DEATHS.map((death) => `killed ${death}`);
const FULL = ["full attempts", "full journal"];

/** What is left in the end of what a guest gave; of a small amount never a part. */
const TIPS = TIP_NAMES.filter((tip) => tip !== "nothing")
    .flatMap((tip) => ["all", "a part", "nothing"].map((left) => `tip of ${tip}: ${left} is left`))
    .filter((words) => words !== "tip of an amount: a part is left");
const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const TWO_GATEWAYS = "two gateways";
const SKEWS = [
    { skew: 0, name: "the same clock" },
    ...[
        [HOUR, "an hour"],
        [DAY, "a day"],
        [YEAR, "a year"],
    ].flatMap(([skew, words]) => [
        { skew, name: `provider ${words} ahead` },
        { skew: -skew, name: `provider ${words} behind` },
    ]),
];
const ALL = [
    ...API_FAULTS,
    ...EVENT_FAULTS,
    ...BANK_FAULTS,
    "internet_down",
    ...SKEWS.map(({ name }) => name),
    ...MOMENTS,
    ...FULL,
    ...TIPS,
    TWO_GATEWAYS,
];
const SEEDS_FOR_ALL = 300; // in as many each of these happens

class Chance extends Dice {
    below(count) {
        return Math.floor(this.share() * count);
    }

    of(list) {
        return list[this.below(list.length)];
    }
}

const counts = {};
const count = (what, times = 1) => (counts[what] = (counts[what] ?? 0) + times);

/** @tips: dice of their own, so that the others fall as they always did. */
function storyOf(dice, tips, items) {
    const first = items[dice.below(items.length)].number;
    return {
        items: [first, items[dice.below(items.length)].number],
        card: dice.of(CARD_NAMES),
        kitchen: dice.of(KITCHEN_NAMES),
        after: dice.of(AFTER_NAMES),
        pauseMs: dice.below(150),
        lost: dice.of(LOST_NAMES),
        isUnheard: dice.below(2) === 0,
        dispute: dice.of(DISPUTES),
        isHeard: dice.below(2) === 0,
        tip: tips.of(TIP_NAMES),
    };
}

/** Each strikes a few times: without an end nothing would ever be settled. */
function faultsPlant(dice, standIn) {
    for (let i = dice.below(4); i > 0; i--) {
        const kind = dice.of(API_FAULTS);
        const chance = 0.3 + 0.7 * dice.share();
        standIn.faults.add({ kind, times: 1 + dice.below(3), chance, ms: 50 });
    }
    for (let i = dice.below(3); i > 0; i--) {
        const kind = dice.of(EVENT_FAULTS);
        standIn.faults.add({ kind, times: 1 + dice.below(5), chance: 0.5, seconds: 2 });
    }
    if (dice.below(6) === 0)
        standIn.faults.add({ kind: "slow_bank", times: 1 + dice.below(2), seconds: BANK_SECONDS });
    standIn.account.events.listen(({ type, data: { object } }, isDouble) => {
        if (type === "refund.created" && !isDouble) refundMayFail(dice, standIn, object);
    });
}

/** Of some cards a bank takes nothing back, and says so a while later. */
function refundMayFail(dice, { account, faults }, { id, payment_intent: intent }) {
    if (account.intents.refundOf({ id: intent }) !== "failing") return;
    account.clock.after(dice.below(BANK_SECONDS), () => {
        account.refunds.become(id, "failed");
        faults.count("refund");
    });
}

/** Nothing that is secret is in what the gateways said, or @told to other devices. */
async function secretsLeak(stall, told) {
    const logs = stall.gateways.map(({ device }) => readFile(device.log, "utf8"));
    const texts = [told, ...(await Promise.all(logs))];
    const hidden = [KEYS["stripe-secret-key"], KEYS["stripe-webhook-secret"], ...stall.secrets];
    return hidden.some((secret) => texts.some((text) => text.includes(secret)));
}

/** How the money of @stories stands at the provider. */
const standing = (stall, stories) =>
    JSON.stringify(
        stories.map(({ id }) =>
            stall.money(id).map(({ intent: { id, status }, ...sums }) => ({ id, status, ...sums })),
        ),
    );

/** Each order of @stories as it is shown when it is settled, and what a device would tell: both of
 * one moment. A form that was asked for while the line was cut may come to the provider when its
 * order was cancelled long ago; whoever looked before that looks again. */
async function settledAll(stall, pair, stories) {
    return until("nothing to move any more", PAY_SECONDS, async () => {
        const before = standing(stall, stories);
        const shown = [];
        for (const story of stories) shown.push(await settled(stall, story));
        if (standing(stall, stories) !== before) return false;
        if (pair) await agreed(pair, stories);
        const told = await stall.device.command("export");
        return standing(stall, stories) === before && { shown, told };
    });
}

/** Until the stores of both have of @stories the money that the provider has. */
async function agreed(pair, stories) {
    for (const story of stories)
        await until(`two gateways to agree on ${story.id}`, PAY_SECONDS, async () => {
            await pair.agree(story);
            return true;
        });
}

/** What is wrong with the stall of @seed, in words; it has two gateways when there is a @pair. */
async function trial(dice, tips, stall, pair) {
    const wrong = [];
    faultsPlant(dice, stall.standIn);
    const items = stall.items.filter(
        ({ available, groups }) => available !== false && !(groups?.length > 0),
    );
    const stories = Array.from({ length: ORDERS }, () => storyOf(dice, tips, items));
    const guests = stories.map((story) => guest(stall, story));
    if (dice.below(3) === 0) {
        stall.standIn.api.cut = "gateway";
        setTimeout(() => (stall.standIn.api.cut = ""), dice.below(LINE_CUT_MS));
    }
    await Promise.all(guests);
    stall.standIn.faults.clear();
    stall.standIn.api.cut = "";
    const { shown, told } = await settledAll(stall, pair, stories);
    const stored = ordersOf(told);
    for (const [i, story] of stories.entries()) {
        const own = { ...stored.get(story.id), prices: PRICES };
        const found = judge(stall, shown[i], story, own);
        if (story.tip !== "nothing") count(`tip of ${story.tip}: ${tipFate(own)} is left`);
        wrong.push(...found.map((words) => `${JSON.stringify(story)}: ${words}`));
    }
    for (const [kind, times] of Object.entries(stall.standIn.faults.counts)) count(kind, times);
    if (await secretsLeak(stall, told)) wrong.push("a secret was said");
    for (const moment of await stall.moments()) count(moment);
    return wrong;
}

/** Plays @story in a stall of its own; whether it went well. */
async function inStall(name, settings, story) {
    const stall = new Stall();
    let wrong;
    try {
        await stall.open({ build: flags.build, from, seed: name, ...settings });
        wrong = await story(stall);
    } catch (error) {
        wrong = [error.stack];
    }
    await stall.close().catch((error) => wrong.push(error.stack));
    if (wrong.length === 0) await stall.remove();
    else console.log(`${name} (${stall.folder}):\n  ${wrong.join("\n  ")}`);
    return wrong.length === 0;
}

/** When it dies: at any moment, at one of a kind, or not at all. */
function deathOf(dice) {
    const how = dice.below(4);
    if (how === 0) return {};
    if (how === 1) return { at: 1 + dice.below(MOMENTS_MAX) };
    return { at: 1 + dice.below(DEATHS_MAX), only: dice.of(DEATHS) };
}

function run(seed) {
    const dice = new Chance(`settle/${seed}`);
    const tips = new Chance(`settle/${seed}/tips`);
    const webhooks = dice.below(3) > 0;
    const dies = deathOf(dice);
    const { skew, name } = dice.of(SKEWS);
    count(name);
    const full = { FULL_AT: 1 + dice.below(FLUSHES_MAX), FULL_TIMES: dice.below(FLUSHES_FULL) };
    const variables = dice.below(3) === 0 ? full : {};
    const settings = { webhooks, skew, variables, speed: SPEED };
    const pairs = new Chance(`settle/${seed}/pair`);
    if (pairs.below(PAIRED) > 0)
        return inStall(`seed ${seed}`, { ...settings, ...dies }, (stall) =>
            trial(dice, tips, stall),
        );
    count(TWO_GATEWAYS);
    const deaths = [dies, deathOf(pairs)];
    const paired = { ...settings, speed: SPEED_PAIRED };
    return inStall(`seed ${seed}, two gateways`, paired, (stall) =>
        withTwo(stall, deaths, (pair) => trial(dice, tips, stall, pair)),
    );
}

/** Plays @story with a second gateway, too. */
async function withTwo(stall, deaths, story) {
    const pair = await new Pair().open(stall, { hasKeys: true, deaths });
    try {
        return await story(pair);
    } finally {
        await pair.close();
    }
}

async function play(name) {
    return inStall(name, SETTINGS[name] ?? {}, async (stall) => {
        await SCENES[name](stall);
        return [];
    });
}

const TOLD = 500; // between two words of how far a long run is

/** Does @deed with each of @list, as many at once as was asked for; how many went well. */
async function each(list, deed) {
    const left = [...list];
    let all = 0;
    let well = 0;
    const worker = async () => {
        while (left.length > 0) {
            const isWell = await deed(left.shift()); // others change the count meanwhile
            well += isWell;
            all++;
            if (all % TOLD === 0) console.log(`${well} of the first ${all} hold`);
        }
    };
    await Promise.all(Array.from({ length: Number(flags["at-once"]) }, worker));
    return well;
}

/** Of what is to happen, what never did in so many seeds that it should have. */
function missed(seedsCount) {
    const due = [...flags.expect, ...(seedsCount < SEEDS_FOR_ALL ? [] : ALL)];
    return due.filter((what) => !counts[what]);
}

/** Prices by the items' numbers, as the menu's file has them. */
async function pricesOf(file) {
    const row = /^(\d+),(?:"[^"]*"|[^,]*),(?:"[^"]*"|[^,]*),(\d+)\.(\d\d),/gm;
    const rows = (await readFile(file, "utf8")).matchAll(row);
    return new Map([...rows].map(([, item, whole, part]) => [Number(item), Number(whole + part)]));
}

const answers = new Answers();
Device.answers = answers;
const PRICES = await pricesOf(MENU);
const from = await pattern(flags.build);
const scenes = Object.keys(SCENES).filter((name) => name.includes(flags.scene));
const scenesWell = await each(scenes, play);
console.log(`${scenesWell} of ${scenes.length} scenes hold`);
const first = Number(flags.from);
const seeds = Array.from({ length: Number(flags.seeds) }, (_, i) => first + i);
const seedsWell = await each(seeds, run);
await rm(from, { recursive: true, force: true });
const list = [...new Set([...ALL, ...Object.keys(counts)])].filter((what) => counts[what] > 0);
console.log(list.map((what) => `${what} ${counts[what]}`).join(", "));
const never = missed(seeds.length);
if (never.length > 0) console.log(`never happened: ${never.join(", ")}`);
const arePublished = answers.tell();
console.log(`${seedsWell} of ${seeds.length} seeds hold`);
const isWell = scenesWell === scenes.length && seedsWell === seeds.length && never.length === 0;
process.exit(isWell && arePublished ? 0 : 1);
