#!/usr/bin/env node
// What of the screens is timed, in a real browser: ./run bench web [name]. See docs/performance.md.
import { cpus, loadavg, totalmem } from "node:os";
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
const roundsWished = Number(process.env.TRESTLE_BENCH_ROUNDS ?? 5);

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
    const put = (figure, value) => figures.get(figure).values.push(value);
    say(`${name}: from now, load ${loadavg()[0].toFixed(1)}`);
    const browser = await openBrowser();
    try {
        await part.measure({ ...world, browser, put, say });
    } catch (error) {
        say(`  ${name}: ${error.stack}`);
        for (const figure of figures.values()) {
            figure.values = []; // of some rounds alone nothing is said
        }
    } finally {
        await browser.close();
    }
    return [...figures.values()];
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
