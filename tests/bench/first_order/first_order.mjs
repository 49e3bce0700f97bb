#!/usr/bin/env node
// From nothing to the first order, step by step, on real processes: ./run bench first-order.
import { existsSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { say, Trouble } from "../../demo/words.mjs";
import { openBrowser } from "../screens/browser.mjs";
import { fallsShort, statusOf, table, verdict } from "../screens/figures.mjs";
import { printSheets } from "./sheets.mjs";
import { FirstStall } from "./stall.mjs";

const USAGE = `usage: ./run bench first-order
       first_order.mjs [--check] [--build DIR]

A stall is set up from a shipped menu, takes in two devices, sells, prints and reports, five times
(TRESTLE_BENCH_ROUNDS); what the machine takes for it is told, without the people.
--check   once, and what it took counts for nothing: exit status 0 when each step did what it says
--build   where the program was built (build/release)`;

const root = fileURLToPath(new URL("../../../", import.meta.url));
const AIM_SECONDS = 10;

const steps = [
    ["init: name, currency, tax, two stalls, a shipped menu", (stall) => stall.setUp()],
    ["the counter runs", (stall) => stall.startCounter()],
    ["a menu from CSV, one from JSON", (stall) => stall.importMenus()],
    ["invite with a code in the terminal; the kitchen joins", (stall) => stall.inviteAtTerminal()],
    ["invite with a code on a page; pickup joins", (stall) => stall.inviteOnPage()],
    ["a printer for the kitchen", (stall) => stall.addPrinter()],
    ["an order: counter, kitchen, ticket, ready, handed over", (stall) => stall.order()],
    [
        "the poster and 12 tables' cards, as PDF",
        (stall, browser) => printSheets(browser, stall.counter.url),
    ],
    ["the report", (stall) => stall.report()],
];
const TOTAL = "all of it";

/** Plays each step; @put takes its name and the seconds that it took. */
async function play(programs, browser, put) {
    const stall = await FirstStall.make(programs);
    let total = 0;
    try {
        for (const [name, step] of steps) {
            const from = performance.now();
            await step(stall, browser).catch((error) => {
                throw new Trouble(`${name}: ${error.message}`);
            });
            const seconds = (performance.now() - from) / 1000;
            total += seconds;
            put(name, seconds);
        }
    } finally {
        await stall.close();
    }
    put(TOTAL, total);
}

function programsOf(build) {
    const programs = {
        program: path.resolve(build, "trestle"),
        web: path.join(root, "web/dist"),
    };
    for (const [name, file] of Object.entries(programs)) {
        if (!existsSync(file)) throw new Trouble(`there is no ${name} at ${file}`);
    }
    return programs;
}

async function measure(programs, browser, rounds) {
    const names = [...steps.map(([name]) => name), TOTAL];
    const figures = names.map((name) => ({ name: `${name}, s`, values: [] }));
    figures.at(-1).aim = { most: AIM_SECONDS };
    for (let round = 0; round < rounds; round++) {
        say(`round ${round + 1} of ${rounds}, load ${loadavg()[0].toFixed(1)}`);
        await play(programs, browser, (name, seconds) => {
            figures[names.indexOf(name)].values.push(seconds);
        });
    }
    return figures;
}

async function main(flags) {
    const programs = programsOf(flags.build);
    const browser = await openBrowser();
    try {
        if (flags.check) {
            await play(programs, browser, (name) => name !== TOTAL && say(`ok: ${name}`));
            return 0;
        }
        const memory = (totalmem() / 2 ** 30).toFixed(0);
        console.log(`${cpus().length} x ${cpus()[0].model}, ${memory} GiB`);
        const rounds = Number(process.env.TRESTLE_BENCH_ROUNDS ?? 5);
        const figures = await measure(programs, browser, rounds);
        for (const line of table(figures)) console.log(line);
        const { values, aim } = figures.at(-1);
        return verdict(values, aim) === fallsShort ? 1 : statusOf(figures);
    } finally {
        await browser.close();
    }
}

const options = {
    check: { type: "boolean" },
    build: { type: "string", default: path.join(root, "build/release") },
    help: { type: "boolean", short: "h" },
};

try {
    const flags = parseArgs({ options }).values;
    if (flags.help) console.log(USAGE);
    process.exitCode = flags.help ? 0 : await main(flags);
} catch (error) {
    if (!(error instanceof Trouble)) throw error;
    say(error.message);
    process.exitCode = 1;
}
