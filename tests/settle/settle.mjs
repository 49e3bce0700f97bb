#!/usr/bin/env node
// Orders paid by card through a gateway that is killed, a provider that fails, lines that are cut.
// See README.md beside this file.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Dice } from "../stripe/dice.mjs";
import { AFTER_NAMES, CARD_NAMES, guest, judge, KITCHEN_NAMES, settled } from "./guests.mjs";
import { SCENES } from "./scenes.mjs";
import { KEYS, Stall } from "./stall.mjs";

const options = {
    build: { type: "string", default: "build/dev" },
    from: { type: "string", default: "1" },
    seeds: { type: "string", default: "12" },
    orders: { type: "string", default: "3" },
    scene: { type: "string", default: "" }, // only those with this in their name
};
const flags = parseArgs({ options }).values;
const ORDERS = Number(flags.orders);
const MOMENTS_MAX = 260;

const API_FAULTS = [
    "drop_before",
    "drop_after",
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

class Chance extends Dice {
    below(count) {
        return Math.floor(this.share() * count);
    }

    of(list) {
        return list[this.below(list.length)];
    }
}

const counts = {};
const count = (what) => (counts[what] = (counts[what] ?? 0) + 1);

function storyOf(dice, items) {
    const first = items[dice.below(items.length)].number;
    return {
        items: [first, items[dice.below(items.length)].number],
        card: dice.of(CARD_NAMES),
        kitchen: dice.of(KITCHEN_NAMES),
        after: dice.of(AFTER_NAMES),
        pauseMs: dice.below(800),
    };
}

/** Each strikes a few times: without an end nothing would ever be settled. */
function faultsPlant(dice, standIn) {
    for (let i = dice.below(4); i > 0; i--) {
        const kind = dice.of(API_FAULTS);
        standIn.faults.add({ kind, times: 1 + dice.below(3), chance: 0.3 + 0.7 * dice.share() });
        count(kind);
    }
    for (let i = dice.below(3); i > 0; i--) {
        const kind = dice.of(EVENT_FAULTS);
        standIn.faults.add({ kind, times: 1 + dice.below(5), chance: 0.5, seconds: 2 });
        count(kind);
    }
}

/** Nothing that is secret is in what the gateway said, or what it tells other devices. */
async function secretsLeak(stall) {
    const said = await readFile(stall.device.log, "utf8");
    const told = await stall.device.command("export");
    const hidden = [KEYS["stripe-secret-key"], KEYS["stripe-webhook-secret"], ...stall.secrets];
    return hidden.some((secret) => said.includes(secret) || told.includes(secret));
}

async function run(seed) {
    const dice = new Chance(`settle/${seed}`);
    const webhooks = dice.below(3) > 0;
    const stall = await new Stall().open({ build: flags.build, seed: `${seed}`, webhooks });
    const wrong = [];
    try {
        const at = dice.below(4) > 0 ? 1 + dice.below(MOMENTS_MAX) : 0;
        await stall.restart(at);
        faultsPlant(dice, stall.standIn);
        const items = stall.items.filter(
            ({ available, groups }) => available !== false && !(groups?.length > 0),
        );
        const stories = Array.from({ length: ORDERS }, () => storyOf(dice, items));
        const guests = stories.map((story) => guest(stall, story));
        if (dice.below(3) === 0) {
            count("internet");
            stall.standIn.api.cut = "gateway";
            setTimeout(() => (stall.standIn.api.cut = ""), 200 + dice.below(2000));
        }
        await Promise.all(guests);
        stall.standIn.faults.clear();
        stall.standIn.api.cut = "";
        for (const story of stories) {
            const order = await settled(stall, story);
            const found = judge(stall, order, story);
            wrong.push(...found.map((words) => `${JSON.stringify(story)}: ${words}`));
        }
        if (await secretsLeak(stall)) wrong.push("a secret was said");
        for (const moment of await stall.moments()) count(`killed ${moment}`);
    } catch (error) {
        wrong.push(error.stack);
    } finally {
        await stall.close();
    }
    if (wrong.length > 0) console.log(`seed ${seed} (${stall.folder}):\n  ${wrong.join("\n  ")}`);
    return wrong.length === 0;
}

async function play(name) {
    const stall = await new Stall().open({ build: flags.build, seed: name });
    try {
        await SCENES[name](stall);
        return true;
    } catch (error) {
        console.log(`${name} (${stall.folder}):\n  ${error.stack}`);
        return false;
    } finally {
        await stall.close();
    }
}

let failed = 0;
const scenes = Object.keys(SCENES).filter((name) => name.includes(flags.scene));
for (const name of scenes) failed += !(await play(name));
console.log(`${scenes.length - failed} of ${scenes.length} scenes hold`);
const scenesFailed = failed;
failed = 0;
const from = Number(flags.from),
    to = from + Number(flags.seeds);
for (let seed = from; seed < to; seed++) failed += !(await run(seed));
const list = Object.entries(counts)
    .sort()
    .map(([what, times]) => `${what} ${times}`);
console.log(list.join(", "));
console.log(`${to - from - failed} of ${to - from} seeds hold`);
process.exit(failed + scenesFailed > 0 ? 1 : 0);
