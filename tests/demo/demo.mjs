#!/usr/bin/env node
// Counter, kitchen, pickup and gateway on this machine, with a practice Stripe. See README.md.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { check } from "./check.mjs";
import { SABOTAGES } from "./sabotage.mjs";
import { Stall } from "./stall.mjs";
import { bold, say, table, Trouble } from "./words.mjs";

const USAGE = `usage: ./run demo [--keep]
       ./run demo --check [--sabotage ${Object.keys(SABOTAGES).join("|")}]... [--keep]

Without --check: four nodes and their screens, until Ctrl-C. One is the gateway, where phones
order and pay by card; its Stripe is a practice one on this machine, and no real money moves.
--check     take orders while nodes are killed and cut off; exit status 0 when nothing was lost
--sabotage  then damage one store on purpose: exit status 1 when that was noticed, as it must be;
            of several each on its own, and all must be noticed
--keep      leave the devices' folders and logs
--build DIR where the program was built (build/release)`;

const root = fileURLToPath(new URL("../../", import.meta.url));

class Misuse extends Error {}

const options = {
    check: { type: "boolean" },
    sabotage: { type: "string", multiple: true, default: [] },
    keep: { type: "boolean" },
    build: { type: "string", default: path.join(root, "build/release") },
    help: { type: "boolean", short: "h" },
};

function flagsRead() {
    let flags;
    try {
        flags = parseArgs({ options }).values;
    } catch (error) {
        throw new Misuse(error.message);
    }
    const { check: isCheck, sabotage: asked, ...others } = flags;
    if (asked.length > 0 && !isCheck) throw new Misuse("--sabotage goes with --check");
    const names = Object.keys(SABOTAGES);
    const unknown = asked.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new Misuse(`there is no sabotage called ${unknown}`);
    return { ...others, check: isCheck, sabotages: names.filter((name) => asked.includes(name)) };
}

function pathsOf({ build }) {
    const paths = {
        program: path.resolve(build, "trestle"),
        gateway: path.resolve(build, "trestle-gateway"),
        tool: path.resolve(build, "tests/demo/sabotage"),
        web: path.join(root, "web/dist"),
        menu: path.join(root, "docs/examples/menu.csv"),
    };
    for (const [name, file] of Object.entries(paths)) {
        if (!existsSync(file))
            throw new Trouble(`there is no ${name} at ${file}; ./run demo builds what is missing`);
    }
    return paths;
}

/** Resolves at Ctrl-C or a polite kill. */
function farewell() {
    return new Promise((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, resolve);
    });
}

/** Where a guest would order: the customers' page, once it is built. */
function phonesAt(stall, { web }) {
    const { url } = stall.gateway;
    const hasPage = existsSync(path.join(web, "order.html"));
    return [
        `    PRACTICE card payments at ${stall.cards.standIn.url}: no card company, no real money.`,
        hasPage
            ? `    Order and pay as a guest at ${url}/order with the card 4242 4242 4242 4242.`
            : "    The customers' page is not built: guests order by the API.",
    ];
}

/** Four nodes until somebody ends it, or one of them ends by itself. */
async function show(stall, paths, leave) {
    await stall.found();
    await stall.wire();
    await stall.start();
    say(`${await stall.version()}: four nodes run and are linked`);
    const screens = stall.devices.filter(({ name }) => name !== "gateway");
    const rows = screens.map(({ name, url, pid }) => [name, `${url}/${name}`, `pid ${pid}`]);
    const lines = table(rows, 3).map((line) => `    ${bold(line)}`);
    console.log(`\n${lines.join("\n")}\n`);
    for (const line of phonesAt(stall, paths)) console.log(line);
    console.log(`    Menu, figures, staff and devices are at ${stall.counter.url}/office.`);
    console.log("    Take an order at the counter and watch it cross. Ctrl-C stops all.\n");
    const ends = stall.devices.map(async (device) => {
        const { code, signal } = await device.ended();
        return `the ${device.name} node ended (${signal ?? `status ${code}`}): see ${device.log}`;
    });
    const reason = await Promise.race([leave.then(() => ""), ...ends]);
    if (reason) throw new Trouble(reason);
    say("stopping");
    await stall.stop();
    return 0;
}

async function main() {
    const flags = flagsRead();
    if (flags.help) {
        console.log(USAGE);
        return 0;
    }
    const leave = farewell();
    const paths = pathsOf(flags);
    const stall = await Stall.make(paths);
    let { keep } = flags;
    try {
        if (!flags.check) return await show(stall, paths, leave);
        const broken = leave.then(() => {
            throw new Trouble("stopped from outside");
        });
        return await Promise.race([check(stall, { ...paths, ...flags }), broken]);
    } catch (error) {
        keep = true; // somebody will want to look
        throw error;
    } finally {
        await stall.close({ keep });
        if (keep) say(`folders and logs are kept in ${stall.folder}`);
    }
}

/** 0 or 1: what the check says; 2: wrong use; 3: the demo itself did not work. */
main().then(
    (status) => process.exit(status),
    (error) => {
        if (error instanceof Misuse) console.error(`${error.message}\n\n${USAGE}`);
        else console.error(`demo: ${error instanceof Trouble ? error.message : error.stack}`);
        process.exit(error instanceof Misuse ? 2 : 3);
    },
);
