#!/usr/bin/env node
// What of the screens is timed, in a real browser: ./run bench web [name]. See docs/performance.md.
import { cpus, loadavg, totalmem } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import * as board from "./board.mjs";
import { openBrowser } from "./browser.mjs";
import { statusOf, table } from "./figures.mjs";
import * as guest from "./guest.mjs";
import * as judged from "./judged.mjs";
import * as night from "./night.mjs";
import { openStall } from "./stall.mjs";
import * as tap from "./tap.mjs";
import * as visit from "./visit.mjs";

/** Each has `aims` by the names of its figures, and `measure`, which puts a value of each round. */
const parts = { visit, judged, board, tap, night, guest };
/** Minutes that each may take: together less than twenty, however busy the machine is. */
const minutes = { visit: 1.5, judged: 3, board: 4, tap: 1.5, night: 4.5, guest: 4.5 };
const roundsWished = Number(process.env.TRESTLE_BENCH_ROUNDS ?? 5);

const minute = 60_000; // ms

const say = (line) => console.error(line);

/** [{name, values, aim}]: all figures of the part, also those that could not be measured. */
async function measurePart(name, world) {
    const part = parts[name];
    const figures = new Map(
        Object.entries(part.aims).map(([figure, aim]) => [
            figure,
            { name: figure, values: [], aim },
        ]),
    );
    const limit = new AbortController();
    const put = (figure, value) => limit.signal.aborted || figures.get(figure).values.push(value);
    say(`${name}: from now, load ${loadavg()[0].toFixed(1)}`);
    const browser = await openBrowser();
    const measuring = part.measure({ ...world, browser, put, say });
    try {
        await Promise.race([measuring, tooLong(name, limit.signal)]);
    } catch (error) {
        say(`  ${name}: ${error.stack}`);
        for (const figure of figures.values()) {
            figure.values = []; // of some rounds alone nothing is said
        }
    } finally {
        limit.abort();
        await browser.close();
        await measuring.catch(() => undefined); // its browser is gone
    }
    return [...figures.values()];
}

/** Rejects once the part may take no longer. */
async function tooLong(name, signal) {
    await pause(minutes[name] * minute, undefined, { signal });
    throw new Error(`it took more than ${minutes[name]} minutes`);
}

async function main([name]) {
    const names = Object.keys(parts).filter((one) => !name || one === name);
    if (names.length === 0) {
        say(`of the screens ${Object.keys(parts).join(", ")} are measured, not ${name}`);
        return 2;
    }
    const memory = (totalmem() / 2 ** 30).toFixed(0);
    const load = () => loadavg()[0].toFixed(1);
    console.log(
        `${cpus().length} x ${cpus()[0].model}, ${memory} GiB, load ${load()} at the start`,
    );
    const stall = await openStall();
    const figures = [];
    try {
        for (const one of names) {
            figures.push(...(await measurePart(one, { stall, rounds: roundsWished })));
        }
    } finally {
        await stall.close();
    }
    console.log(`\n${table(figures).join("\n")}\n\nload ${load()} at the end`);
    return statusOf(figures);
}

process.exit(await main(process.argv.slice(2)));
