#!/usr/bin/env node
// Whether the stand-in is what docs/stripe.md and the official types say, with the official client
// as judge; and, with --self-test, whether this would notice if it were not.
import { judgeAll } from "./conformance/judge.mjs";
import { PLANTS } from "./conformance/plants.mjs";
import "./conformance/calls.mjs";
import "./conformance/events.mjs";
import "./conformance/faults.mjs";
import "./conformance/gateway.mjs";
import "./conformance/intents.mjs";
import "./conformance/keys.mjs";
import "./conformance/lists.mjs";
import "./conformance/refunds.mjs";
import "./conformance/sessions.mjs";
import "./conformance/types.mjs";
import "./conformance/webhooks.mjs";

function tell(findings) {
    for (const { cited, sentence, error } of findings)
        console.log(`${cited}: ${sentence}\n    ${String(error.stack).replaceAll("\n", "\n    ")}`);
}

async function conformance() {
    const { findings, count, uncited } = await judgeAll();
    tell(findings);
    console.log(`said nothing of: ${uncited.join(" ")}`);
    console.log(`${count - findings.length} of ${count} expectations hold`);
    return findings.length === 0;
}

/** Whether the mistake is found by the expectation named for it, and most others do not mind. */
async function isFound([name, { by, plant }]) {
    const { findings, count } = await judgeAll(plant);
    const isNamed = findings.some(({ sentence }) => sentence === by);
    const isNarrow = findings.length < count / 4;
    if (!isNamed || !isNarrow)
        console.log(`"${name}": not found by "${by}", or by too many (${findings.length})`);
    return isNamed && isNarrow;
}

async function selfTest() {
    const found = await Promise.all(Object.entries(PLANTS).map(isFound));
    const count = found.filter(Boolean).length;
    console.log(`${count} of ${found.length} planted mistakes are found`);
    return count === found.length;
}

const isGood = await (process.argv[2] === "--self-test" ? selfTest() : conformance());
process.exit(isGood ? 0 : 1);
