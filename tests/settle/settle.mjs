#!/usr/bin/env node
// Orders paid by card through a gateway that is killed, a provider that fails, lines that are cut.
// See README.md beside this file.
import { readFile, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Dice } from "../stripe/dice.mjs";
import { BOOKS } from "./books.mjs";
import { AFTER_NAMES, CARD_NAMES, guest, judge, KITCHEN_NAMES, settled } from "./guests.mjs";
import { KITCHEN } from "./kitchen.mjs";
import { SETTINGS, SCENES as STORIES } from "./scenes.mjs";
import { KEYS, pattern, Stall } from "./stall.mjs";

const SCENES = { ...STORIES, ...BOOKS, ...KITCHEN };
const options = {
    build: { type: "string", default: "build/dev" },
    from: { type: "string", default: "1" },
    seeds: { type: "string", default: "300" },
    orders: { type: "string", default: "3" },
    "at-once": { type: "string", default: "16" }, // stalls
    scene: { type: "string", default: "" }, // only those with this in their name
};
const flags = parseArgs({ options }).values;
const ORDERS = Number(flags.orders);
const MOMENTS_MAX = 260;
const FLUSHES_MAX = 100; // of which one finds the disk full,
const FLUSHES_FULL = 8; // and at most so many after it
const SPEED = 20; // of the clocks of the gateway and of the provider
const LINE_CUT_MS = 100; // at most this many times SPEED

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

const MOMENTS = ["attempts", "journal", "request", "answer"].flatMap((what) => [
    `killed before ${what}`,
    `killed after ${what}`,
]);
const FULL = ["full attempts", "full journal"];
const ALL = [...API_FAULTS, ...EVENT_FAULTS, "internet_down", ...MOMENTS, ...FULL];
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

function storyOf(dice, items) {
    const first = items[dice.below(items.length)].number;
    return {
        items: [first, items[dice.below(items.length)].number],
        card: dice.of(CARD_NAMES),
        kitchen: dice.of(KITCHEN_NAMES),
        after: dice.of(AFTER_NAMES),
        pauseMs: dice.below(150),
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
}

/** Nothing that is secret is in what the gateway said, or what it tells other devices. */
async function secretsLeak(stall) {
    const said = await readFile(stall.device.log, "utf8");
    const told = await stall.device.command("export");
    const hidden = [KEYS["stripe-secret-key"], KEYS["stripe-webhook-secret"], ...stall.secrets];
    return hidden.some((secret) => said.includes(secret) || told.includes(secret));
}

/** What is wrong with the stall of @seed, in words. */
async function trial(dice, stall) {
    const wrong = [];
    faultsPlant(dice, stall.standIn);
    const items = stall.items.filter(
        ({ available, groups }) => available !== false && !(groups?.length > 0),
    );
    const stories = Array.from({ length: ORDERS }, () => storyOf(dice, items));
    const guests = stories.map((story) => guest(stall, story));
    if (dice.below(3) === 0) {
        stall.standIn.api.cut = "gateway";
        setTimeout(() => (stall.standIn.api.cut = ""), dice.below(LINE_CUT_MS));
    }
    await Promise.all(guests);
    for (const [kind, times] of Object.entries(stall.standIn.faults.counts)) count(kind, times);
    stall.standIn.faults.clear();
    stall.standIn.api.cut = "";
    for (const story of stories) {
        const order = await settled(stall, story);
        const found = judge(stall, order, story);
        wrong.push(...found.map((words) => `${JSON.stringify(story)}: ${words}`));
    }
    if (await secretsLeak(stall)) wrong.push("a secret was said");
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

function run(seed) {
    const dice = new Chance(`settle/${seed}`);
    const webhooks = dice.below(3) > 0;
    const at = dice.below(4) > 0 ? 1 + dice.below(MOMENTS_MAX) : 0;
    const full = { FULL_AT: 1 + dice.below(FLUSHES_MAX), FULL_TIMES: dice.below(FLUSHES_FULL) };
    const variables = dice.below(3) === 0 ? full : {};
    const settings = { webhooks, at, variables, speed: SPEED };
    return inStall(`seed ${seed}`, settings, (stall) => trial(dice, stall));
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
    return seedsCount < SEEDS_FOR_ALL ? [] : ALL.filter((what) => !counts[what]);
}

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
console.log(`${seedsWell} of ${seeds.length} seeds hold`);
const isWell = scenesWell === scenes.length && seedsWell === seeds.length && never.length === 0;
process.exit(isWell ? 0 : 1);
