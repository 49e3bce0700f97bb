#!/usr/bin/env node
// Messages to customers' phones through a real gateway, to carriers that fail. See README.md.
import { parseArgs } from "node:util";
import { Device } from "../demo/device.mjs";
import { Answers } from "../lib/answers.mjs";
import { DEATHS } from "./deaths.mjs";
import { SCENES } from "./scenes.mjs";
import { Stall } from "./stall.mjs";
import { strictness } from "./strictness.mjs";

const options = {
    build: { type: "string", default: "build/dev" },
    scene: { type: "string", default: "" }, // only those with this in their name
};
const flags = parseArgs({ options }).values;

const keyOf = ({ to, message, text }) => (message ? `${to} ${message.state}` : `${to} ${text}`);

/** What is wrong with all that ever came, whichever scene it came in. */
function judgeAll({ journal }) {
    const wrong = journal
        .filter(({ refused }) => refused)
        .map(({ to, status, refused }) => `${to}: ${status}, ${refused}`);
    const named = new Map();
    for (const row of journal.filter(({ refused }) => !refused)) {
        const id = row.message ? `${row.message.id} ${row.topic}` : row.key;
        const known = named.get(keyOf(row)) ?? { id, taken: 0 };
        if (known.id !== id) wrong.push(`${keyOf(row)}: ${id} and ${known.id}`);
        if (row.isTaken && !row.isRepeat) known.taken++;
        if (row.channel === "sms" && known.taken > 1) wrong.push(`${keyOf(row)}: twice`);
        named.set(keyOf(row), known);
    }
    return wrong;
}

/** Nothing that is secret, or a customer's, is in what the gateway said. */
async function leaks(stall) {
    const said = await stall.log();
    const { journal, sms } = stall.carriers;
    const hidden = [sms.secret, ...journal.map(({ to }) => to.replace(stall.carriers.url, ""))];
    return hidden.filter((text) => said.includes(text)).map((text) => `it said ${text}`);
}

/** Plays @scenes one after the other; how many went well. */
async function playAll(stall, scenes) {
    let well = 0;
    for (const [name, scene] of scenes) {
        try {
            await scene(stall);
            well++;
        } catch (error) {
            console.log(`${name} (${stall.folder}):\n    ${error.stack}`);
            break; // whoever comes next would stand on what is broken
        }
    }
    return well;
}

async function main() {
    const all = Object.entries({ ...SCENES, ...DEATHS });
    const scenes = all.filter(([name]) => name.includes(flags.scene));
    const { noticed, planted } = strictness();
    const answers = new Answers();
    Device.answers = answers;
    const stall = await new Stall().open(flags.build);
    const well = await playAll(stall, scenes);
    const wrong = [...judgeAll(stall.carriers), ...(await leaks(stall))];
    await stall.close();
    for (const words of wrong) console.log(words);
    console.log(`${noticed} of ${planted} mistakes in a push are noticed`);
    console.log(`${stall.carriers.journal.length} came, ${wrong.length} of them wrong`);
    const arePublished = answers.tell();
    console.log(`${well} of ${scenes.length} scenes hold`);
    const isSound = wrong.length === 0 && noticed === planted && arePublished;
    const isWell = well === scenes.length && isSound;
    if (isWell) await stall.remove();
    else console.log(`see ${stall.folder}`);
    return isWell;
}

process.exit((await main()) ? 0 : 1);
