// The gateway dies around what it sends: a push comes again under the same id, an SMS never twice.
import { readdir, readFile } from "node:fs/promises";
import { until } from "../demo/wait.mjs";
import { must } from "./must.mjs";

const PUSH = {
    name: "push",
    ask: (customer) => customer.subscribe(),
    to: ({ endpoint }) => endpoint,
};
const SMS = {
    name: "sms",
    ask: (customer, stall) => customer.text(stall.number()),
    to: ({ number }) => number,
};

/** Where kill.c ends it, and how many messages may be on their way to the phone in the end. */
const MOMENTS = [
    { moment: "before messages", at: 1, push: [1, 1], sms: [1, 1] }, // nothing is intended yet
    { moment: "after messages", at: 1, push: [1, 1], sms: [0, 1] },
    { moment: "before request", at: 1, push: [1, 1], sms: [0, 0] }, // nobody knows that it did not
    { moment: "after request", at: 1, push: [1, 2], sms: [0, 1] }, // it may be on its way
    { moment: "before messages", at: 2, push: [2, 2], sms: [1, 1] }, // answered, and not kept
];

/** An order that its customer wants to hear of by @channel alone, when it is ready. */
async function waiting(stall, channel) {
    const customer = await stall.accepted();
    const { status } = await channel.ask(customer, stall);
    must(status === 200, `asked: ${status}`);
    return customer;
}

async function judge(stall, customer, channel, [least, most]) {
    if (least > 0) await customer.told(channel.name, least);
    await stall.quiet();
    const came = customer.came(channel.name, { isAll: true });
    must(came.length >= least && came.length <= most, `${came.length} came, not ${least}-${most}`);
    const ids = came.map(({ message, key, topic }) => `${message?.id ?? key} ${topic}`);
    must(new Set(ids).size <= 1, `under several ids: ${ids}`);
}

async function dies(stall, channel, { moment, at, ...counts }) {
    const customer = await waiting(stall, channel);
    await stall.diesAt(moment, at, () => stall.say(customer, "done"));
    await judge(stall, customer, channel, counts[channel.name]);
}

/** The carrier has it, and holds its answer. */
async function held(stall, channel) {
    const customer = await waiting(stall, channel);
    const release = stall.carriers.hold(channel.to(customer));
    await stall.say(customer, "done");
    await customer.told(channel.name);
    return { customer, release };
}

async function diesUnanswered(stall, channel, counts) {
    const { customer } = await held(stall, channel);
    await stall.gateway.kill();
    await stall.start();
    await judge(stall, customer, channel, counts);
}

/** Stops a process; it stands still only when the last of its threads has heard of it. */
async function freeze(pid) {
    process.kill(pid, "SIGSTOP");
    await until("the gateway to stand still", 10, async () => {
        const tasks = await readdir(`/proc/${pid}/task`);
        const stats = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/stat`, "utf8"));
        // "pid (name) state ...", of which the name may hold anything
        return (await Promise.all(stats)).every((stat) => /.*\) T /s.test(stat));
    });
}

/** The answer is at its machine; it stands still since before, and never reads it. */
async function diesAnswered(stall, channel, counts) {
    const { customer, release } = await held(stall, channel);
    await freeze(stall.gateway.pid);
    await release();
    await stall.gateway.kill();
    await stall.start();
    await judge(stall, customer, channel, counts);
}

const told = (channel, counts) => {
    const [least, most] = counts;
    return `${least === most ? least : `${least} or ${most}`} of ${channel.name}`;
};

export const DEATHS = {};
for (const channel of [PUSH, SMS]) {
    for (const one of MOMENTS) {
        const { moment, at } = one;
        const name = `it dies ${moment} ${at}: ${told(channel, one[channel.name])}`;
        DEATHS[name] = (stall) => dies(stall, channel, one);
    }
    const counts = channel === PUSH ? [2, 2] : [1, 1];
    DEATHS[`it dies while the answer is held: ${told(channel, counts)}`] = (stall) =>
        diesUnanswered(stall, channel, counts);
    DEATHS[`it dies when the answer is there: ${told(channel, counts)}`] = (stall) =>
        diesAnswered(stall, channel, counts);
}
