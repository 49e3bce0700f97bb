#!/usr/bin/env node
// A night before the night, with real processes. See README.md beside this file.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Judge } from "../demo/judge.mjs";
import { say, Trouble, table } from "../demo/words.mjs";
import { Cast } from "./cast.mjs";
import { Night } from "./night.mjs";
import { judge, PROMISES, takenOf } from "./promises.mjs";
import { SABOTAGES } from "./sabotage.mjs";
import { scoreMake } from "./score.mjs";

const USAGE = `usage: ./run rehearse [--scale N] [--seed S] [--keep]
                      [--sabotage ${PROMISES.join("|")}]...

Plays a night with real processes, 3,000 orders of which 150 phones pay 600 by card, while the
uplink is cut, the kitchen loses power, a tablet is stolen, a disk is full, a clock jumps and a
printer jams; then says which promises were kept. Exit status 0: all; 1: a row is red; 2: wrong use;
3: the night could not be played.
--scale N    so many times the night (1); 0.1 is a tenth of it, of orders and phones
--seed S     another night (1)
--sabotage   break that promise on purpose: exit status 1 when its row, and no other, is red; else 3
--pace N     guests a second (40)
--report F   the folder for the report (build/rehearsal)
--keep       leave the devices' folders and logs
--build DIR  where the programs were built (build/release)`;

const root = fileURLToPath(new URL("../../", import.meta.url));
const options = {
    scale: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    pace: { type: "string", default: "40" },
    sabotage: { type: "string", multiple: true, default: [] },
    report: { type: "string", default: path.join(root, "build/rehearsal") },
    build: { type: "string", default: path.join(root, "build/release") },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
};

class Misuse extends Error {}

function flagsRead() {
    let flags;
    try {
        flags = parseArgs({ options }).values;
    } catch (error) {
        throw new Misuse(error.message);
    }
    for (const name of ["scale", "pace"]) {
        flags[name] = Number(flags[name]);
        if (!(flags[name] > 0)) throw new Misuse(`--${name} wants a number above 0`);
    }
    const unknown = flags.sabotage.find((name) => !PROMISES.includes(name));
    if (unknown !== undefined) throw new Misuse(`there is no promise called ${unknown}`);
    return flags;
}

function programsIn(build) {
    const paths = [
        "trestle",
        "trestle-gateway",
        "tests/power/libclock.so",
        "tests/power/libfull.so",
    ];
    const [program, gateway, ...libraries] = paths.map((file) => path.resolve(build, file));
    const missing = [program, gateway, ...libraries].find((file) => !existsSync(file));
    if (missing) throw new Trouble(`there is no ${missing}; ./run rehearse builds what is missing`);
    return { program, gateway, libraries };
}

async function deeds(flags, when, night) {
    for (const name of flags.sabotage) await SABOTAGES[name][when]?.(night);
}

/** The night, until all have gone home: {night, papers, report, moves}. */
async function play(cast, score, flags) {
    await cast.found();
    await cast.start();
    say(`${cast.devices.length} devices run and are linked`);
    const night = await new Night(cast, score, flags);
    await night.open();
    await deeds(flags, "before", night);
    await night.play();
    await deeds(flags, "late", night);
    await night.goHome();
    const report = await cast.counter.command("report", "--json");
    await cast.stop();
    await deeds(flags, "after", night);
    return { night, report: JSON.parse(report) };
}

/** What must hold whatever was promised: by the stopped stores, and by what was felt. */
async function invariants({ cast, night, report, papers }, taken) {
    const { book, felt } = night;
    say("all stopped; reading the stores");
    const orders = [...book.orders.values()].filter(
        ({ id }) => !book.stolen.some((s) => s.id === id),
    );
    const { findings } = await Judge.over(cast.own, orders, book.deeds);
    const texts = findings.map(({ kind, text }) => `${kind}: ${text}`);
    for (const { kind, isFelt } of felt) if (!isFelt) texts.push(`${kind}: nobody felt it`);
    for (const { number } of book.stolen)
        if (papers.has(number)) texts.push(`theft: ${number} was made for a thief`);
    if (night.phones.some(({ placed }) => placed === 0)) texts.push("phones: one ordered nothing");
    const owed = sum(
        orders.filter(({ isRefused }) => !isRefused),
        ({ total }) => total,
    );
    if (report.owed !== owed)
        texts.push(`report: it says ${report.owed}, guests were told ${owed}`);
    const refunded = sum([...taken.values()], (sums) => sums.refunded);
    if (refunded !== 0) texts.push(`provider: ${refunded} was given back, and nobody asked`);
    return texts;
}

const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

function tell({ night, papers, rows, texts, taken, seconds }) {
    const { book, score } = night;
    const phones = [...book.orders.values()].filter(({ phone }) => phone !== "");
    const facts = [
        ["orders", book.orders.size],
        ["of these from phones, paid by card", `${phones.length} from ${score.phones}`],
        ["cards charged", [...taken.values()].filter(({ captures }) => captures > 0).length],
        ["refused by the kitchen", phones.filter(({ isRefused }) => isRefused).length],
        ["told that there is no cake", book.soldOut],
        ["deeds of kitchen, pickup and counters", book.deeds.length],
        ["slips on paper, of which say that they are copies", `${papers.count}, ${papers.copies}`],
        ["made by the screen, as no slip came", papers.byScreen.size],
        ["sold by a thief", book.stolen.length],
        [
            "faults felt",
            night.felt
                .filter(({ isFelt }) => isFelt)
                .map(({ kind }) => kind)
                .join(", "),
        ],
        ["asked again", sum([...night.staff, ...night.phones], ({ caller }) => caller.again)],
        ["seconds", seconds],
    ].map(([name, value]) => [name, String(value)]);
    const heading = ["promise", "", "at most", ""];
    const promises = rows.map(({ name, text, limit, isKept }) => [
        name,
        text,
        limit,
        isKept ? "kept" : "BROKEN",
    ]);
    const found = [
        ...rows.flatMap(({ sentences }) => sentences.slice(0, 4)),
        ...texts.slice(0, 12),
    ];
    const lines = [
        ...table([heading, ...promises]),
        "",
        ...table(facts),
        ...found.map((text) => `FOUND  ${text}`),
    ];
    return lines;
}

/** Whether the rows that were broken on purpose, and no others, are red. */
function noticed(rows, sabotage) {
    const red = rows.filter(({ isKept }) => !isKept).map(({ promise }) => promise);
    const isSo = PROMISES.every((name) => red.includes(name) === sabotage.includes(name));
    console.log(
        isSo
            ? `noticed: ${sabotage.join(", ")}`
            : `NOT as meant: red are ${red.join(", ") || "none"}`,
    );
    return isSo;
}

async function rehearse(flags, cast, score) {
    const started = performance.now();
    const { night, report } = await play(cast, score, flags);
    const { papers } = night;
    await papers.read();
    const { moves } = cast.account.journal;
    const taken = takenOf(moves);
    const rows = judge({ night, book: night.book, papers, moves, cakes: score.cakes });
    const texts = await invariants({ cast, night, report, papers }, taken);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const lines = tell({ night, papers, rows, texts, taken, seconds });
    console.log(`\n${lines.join("\n")}\n`);
    await mkdir(flags.report, { recursive: true });
    await writeFile(path.join(flags.report, "rehearsal.txt"), `${lines.join("\n")}\n`);
    await writeFile(path.join(flags.report, "report.json"), `${JSON.stringify(report, null, 1)}\n`);
    if (flags.sabotage.length > 0) return noticed(rows, flags.sabotage) ? 1 : 3;
    return texts.length === 0 && rows.every(({ isKept }) => isKept) ? 0 : 1;
}

async function main() {
    const flags = flagsRead();
    if (flags.help) {
        console.log(USAGE);
        return 0;
    }
    const score = scoreMake(flags);
    const cast = await Cast.make(programsIn(flags.build), { ...flags, ...score });
    const leave = new Promise((_, reject) => {
        for (const signal of ["SIGINT", "SIGTERM"])
            process.once(signal, () => reject(new Trouble("stopped from outside")));
    });
    let { keep } = flags;
    try {
        return await Promise.race([rehearse(flags, cast, score), leave]);
    } catch (error) {
        keep = true; // somebody will want to look
        throw error;
    } finally {
        await cast.close({ keep });
        if (keep) say(`folders and logs are kept in ${cast.folder}`);
    }
}

main().then(
    (status) => process.exit(status),
    (error) => {
        if (error instanceof Misuse) console.error(`${error.message}\n\n${USAGE}`);
        else console.error(`rehearse: ${error instanceof Trouble ? error.message : error.stack}`);
        process.exit(error instanceof Misuse ? 2 : 3);
    },
);
