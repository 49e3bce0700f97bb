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

/** Each planted mistake is found by the expectation named for it; most others do not mind. */
async function selfTest() {
    let found = 0;
    for (const [name, { by, plant }] of Object.entries(PLANTS)) {
        const { findings, count } = await judgeAll(plant);
        const isFound = findings.some(({ sentence }) => sentence === by);
        const isNarrow = findings.length < count / 4;
        if (isFound && isNarrow) found++;
        else console.log(`"${name}": not found by "${by}", or by too many (${findings.length})`);
    }
    const all = Object.keys(PLANTS).length;
    console.log(`${found} of ${all} planted mistakes are found`);
    return found === all;
}

const isGood = await (process.argv[2] === "--self-test" ? selfTest() : conformance());
process.exit(isGood ? 0 : 1);
