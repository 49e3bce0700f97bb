// ./run demo --check: chaos, then judgement; with a sabotage, damage in between that must be found.
import { Chaos, ORDERS_EACH_LEAST } from "./chaos.mjs";
import { Worker } from "./crew.mjs";
import { Judge } from "./judge.mjs";
import { Images, SABOTAGES } from "./sabotage.mjs";
import { Till } from "./till.mjs";
import { until } from "./wait.mjs";
import { duration, quantile, say, table, Trouble } from "./words.mjs";

const HANDED_SECONDS = 40;
const FINDINGS_SHOWN_MAX = 12;
const WAYS = { linked: "linked", relayed: "relayed by others", parted: "partitioned or killed" };

/**
 * Exit status 0: all holds, or a sabotage was not noticed; 1: something was found, or each of
 * @sabotages was. Trouble is thrown.
 */
export async function check(stall, { tool, sabotages }) {
    const started = performance.now();
    const { till, chaos, crew, card, differences } = await perform(stall);
    const deeds = [...crew.flatMap(({ answers }) => answers), ...card.deeds];
    const answers = [...till.answers, card.answer];
    say("all stopped; reading the stores");
    const judge = await Judge.over(stall.devices, answers, deeds);
    await judge.printed(stall.kitchen, till.items);
    judge.findings.push(...stall.cards.judge(), ...differences);
    const missing = incidentsMissing(chaos);
    report({ stall, till, chaos, crew, judge, started });
    tell(judge.findings, missing);
    const isSound = judge.findings.length + missing.length === 0;
    if (sabotages.length === 0) return isSound ? 0 : 1;
    if (!isSound) throw new Trouble("there was something to find before the sabotage");
    return (await allNoticed(stall, { tool, till, sabotages, answers, deeds })) ? 1 : 0;
}

/** Damages what was found sound in each of these ways, every time from the same sound state. */
async function allNoticed(stall, { tool, till, sabotages, answers, deeds }) {
    const images = await Images.of(stall);
    for (const [at, name] of sabotages.entries()) {
        if (at > 0) await images.restore();
        if (at === 1) await soundAgain(stall, answers, deeds);
        await SABOTAGES[name].deed({ stall, till, tool });
        say("all stopped; reading the stores again");
        const { findings } = await Judge.over(stall.devices, answers, deeds);
        findings.push(...stall.cards.judge());
        tell(findings, []);
        if (!wasNoticed(findings, name)) return false;
    }
    return true;
}

/** Nothing is left of the first sabotage: what is found after the next one is its own. */
async function soundAgain(stall, answers, deeds) {
    say("the stores are as before; reading them again");
    const { findings } = await Judge.over(stall.devices, answers, deeds);
    findings.push(...stall.cards.judge());
    tell(findings, []);
    if (findings.length > 0) throw new Trouble("a sabotage is left in stores that were set back");
}

/** Two hundred orders, until they are handed over and every device knows. */
async function perform(stall) {
    await stall.found();
    await stall.wire();
    await stall.start();
    say(`${stall.devices.map(({ name }) => name).join(", ")} run and are linked`);
    const till = await new Till(stall.counter).open();
    const crew = [new Worker(stall.kitchen), new Worker(stall.pickup)];
    const chaos = new Chaos(stall, till);
    let card;
    let differences;
    try {
        for (const worker of crew) await worker.open();
        await chaos.run();
        await handedOver(till, crew);
        for (const worker of crew) worker.close(); // of what follows nothing is cooked
        say("a guest pays by card: reserved, accepted, charged, given back");
        card = await stall.cards.order(stall);
        say("waiting until all hold the same");
        await stall.converged();
        differences = await stall.cards.reconcile();
    } finally {
        for (const worker of crew) worker.close();
    }
    await stall.stop();
    return { till, chaos, crew, card, differences };
}

/** Until every order was accepted, cooked and handed over. */
async function handedOver({ answers }, crew) {
    const [kitchen, pickup] = crew;
    const counts = () => [kitchen.answers.length, pickup.answers.length];
    await until(
        "every order to be handed over",
        HANDED_SECONDS,
        () => {
            const trouble = crew.find((worker) => worker.trouble)?.trouble;
            const [done, handed] = counts();
            return trouble || (done === 2 * answers.length && handed === answers.length);
        },
        () => `of ${answers.length} the kitchen did ${counts()[0]} / 2, pickup ${counts()[1]}`,
    );
    for (const worker of crew) await worker.settled();
}

/** What the plan promised and did not do. */
function incidentsMissing({ incidents }) {
    const missing = incidents
        .filter(({ orders }) => orders < ORDERS_EACH_LEAST)
        .map(({ what, orders }) => `${what}: only ${orders} orders were acknowledged meanwhile`);
    for (const kind of ["kill", "partition"]) {
        if (!incidents.some((incident) => incident.kind === kind)) missing.push(`no ${kind}`);
    }
    if (!incidents.some(({ unsent }) => unsent > 0)) missing.push("no kill left unsent events");
    return missing;
}

function report({ stall, till, chaos, crew, judge, started }) {
    const [kitchen] = crew;
    const clients = [till, ...crew.map(({ client }) => client)];
    const count = (kind) => chaos.incidents.filter((incident) => incident.kind === kind).length;
    const unsent = chaos.incidents.reduce((sum, incident) => sum + incident.unsent, 0);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const heading = ["", "orders meanwhile", "unsent events"];
    const happened = chaos.incidents.map(({ what, orders, unsent: left }) => [
        what,
        String(orders),
        left > 0 ? String(left) : "",
    ]);
    const facts = [
        ["orders acknowledged", till.answers.length],
        ["lost", judge.lost.size],
        ["duplicates", judge.duplicates],
        ["kills", count("kill")],
        ["partitions", count("partition")],
        ["events unsent at a kill", unsent],
        ["accepted, cooked, handed over", crew.flatMap(({ answers }) => answers).length],
        ["of these lost", judge.lostDeeds.size],
        ["paid by card, and given back", stall.cards.judge().length === 0 ? 1 : 0],
        ["kitchen tickets", judge.tickets],
        ["further ones, marked as copies", judge.copies],
        ["requests asked again", clients.reduce((sum, { retries }) => sum + retries, 0)],
        ["events on each device", [...new Set(judge.events)].join(", ")],
        ["state digest", [...new Set(judge.digests)].map((text) => text?.slice(0, 16)).join(", ")],
        ["devices", stall.devices.length],
        ["seconds", seconds],
    ].map(([name, value]) => [name, String(value)]);
    const lines = [table([heading, ...happened]), times(till, chaos, kitchen.board), table(facts)];
    console.log(`\n${lines.map((part) => part.join("\n")).join("\n\n")}\n`);
}

/** From the client's receipt of the answer until the kitchen's board was sent the order. */
function times(till, chaos, board) {
    const heading = ["answer to kitchen's board", "orders", "p50", "p99"];
    const rows = Object.entries(WAYS).map(([kind, text]) => {
        const waits = till.answers
            .map((answer) => ({ answer, shownAt: board.shownAt.get(answer.id) }))
            .filter(({ answer, shownAt }) => chaos.kindOf(answer, shownAt) === kind)
            // The board may well be first: then nobody waited.
            .map(({ answer, shownAt }) => Math.max(0, shownAt - answer.receivedAt));
        const quantiles = [0.5, 0.99].map((share) => duration(quantile(waits, share)));
        return [text, String(waits.length), ...quantiles];
    });
    return table([heading, ...rows]);
}

function tell(findings, missing) {
    for (const text of missing) console.log(`NOT DONE  ${text}`);
    for (const { kind, text } of findings.slice(0, FINDINGS_SHOWN_MAX))
        console.log(`FOUND  ${kind}: ${text}`);
    if (findings.length > FINDINGS_SHOWN_MAX)
        console.log(`       and ${findings.length - FINDINGS_SHOWN_MAX} more`);
    if (findings.length + missing.length === 0)
        console.log("nothing lost, nothing twice, all equal");
}

/** Whether the damage was found; if so, then for what it is. */
function wasNoticed(findings, sabotage) {
    const { finds } = SABOTAGES[sabotage];
    const isNoticed = findings.length > 0;
    if (isNoticed && !findings.some(({ kind }) => kind === finds))
        throw new Trouble(`the sabotage (${sabotage}) was not found as what it is: ${finds}`);
    console.log(`the sabotage (${sabotage}) was ${isNoticed ? "" : "NOT "}noticed`);
    return isNoticed;
}
