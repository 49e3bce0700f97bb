#!/usr/bin/env node
// A local Stripe for practice. See README.md beside this file.
import { parseArgs } from "node:util";
import { StandIn } from "./stand_in.mjs";

const USAGE = `usage: node tests/stripe/main.mjs [option]...

A local Stripe for tests and the demo: takes test keys only, listens on 127.0.0.1 only, moves no
money. Its first line of output is {"url": ...}; it runs until it is interrupted.

--port N      where to listen; 0, the default, is any free port
--seed S      decides ids, secrets and chance; 1
--now T       start at T, seconds since 1970, and let time pass by /_control/clock alone;
              without it the clock is this machine's
--webhook URL      send every event there
--webhook-secret S signed with this; whsec_practice`;

const options = {
    port: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    now: { type: "string" },
    webhook: { type: "string" },
    "webhook-secret": { type: "string", default: "whsec_practice" },
    help: { type: "boolean" },
};

class Misuse extends Error {}

function flagsRead() {
    let flags;
    try {
        flags = parseArgs({ options }).values;
    } catch (error) {
        throw new Misuse(error.message);
    }
    for (const name of ["port", "now"]) {
        if (flags[name] !== undefined && !/^\d{1,12}$/.test(flags[name]))
            throw new Misuse(`--${name} takes a whole number`);
    }
    return flags;
}

async function main() {
    const flags = flagsRead();
    if (flags.help) {
        console.log(USAGE);
        return;
    }
    const now = flags.now === undefined ? undefined : Number(flags.now);
    const standIn = new StandIn({ seed: flags.seed, now, runs: now === undefined });
    await standIn.open(Number(flags.port));
    if (flags.webhook) {
        const endpoint = { url: flags.webhook, enabled_events: ["*"] };
        standIn.account.endpoints.create(endpoint, flags["webhook-secret"]);
    }
    console.log(JSON.stringify({ url: standIn.url }));
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => standIn.close());
}

main().catch((error) => {
    console.error(error instanceof Misuse ? `${error.message}\n\n${USAGE}` : error);
    process.exit(error instanceof Misuse ? 2 : 1);
});
