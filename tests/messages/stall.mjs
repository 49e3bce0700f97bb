// A counter, a gateway that tells customers of their orders, and the practice carriers that it
// calls; customers' phones at the gateway.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "../demo/client.mjs";
import { Device } from "../demo/device.mjs";
import { port } from "../demo/port.mjs";
import { until } from "../demo/wait.mjs";
import { Carriers, SMS_SECRET } from "./carriers.mjs";

const MENU = new URL("../../docs/examples/menu.csv", import.meta.url).pathname;
export const SECONDS = 60;
const STARTS = 3; // another program may have taken its port meanwhile

/** The settings of a gateway that sends by @carriers. */
export const settingsOf = ({ url }) => ({
    TRESTLE_PUSH_CONTACT: "mailto:stall@example.com",
    TRESTLE_PUSH_PRACTICE: url,
    TRESTLE_SMS_URL: `${url}/sms`,
    TRESTLE_SMS_FROM: "Stall",
});

/** The provider's key, where @device looks for it. */
export async function smsKeyPut({ state }) {
    const folder = path.join(state, "message-keys");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "sms-key"), `${SMS_SECRET}\n`, { mode: 0o600 });
}

/** A customer's phone: a token, one order, and by what it wants to hear of it. */
class Customer extends Client {
    constructor(stall, token) {
        const { gateway } = stall;
        const request = (method, where, options) =>
            gateway.request(method, where, { ...options, token });
        const get = async (where) => (await request("GET", where)).body;
        super({ request, get });
        Object.assign(this, { stall, get });
    }

    /** What the gateway says to a wish of its messages: {status, body}. */
    notify(body, id = this.order.id) {
        return this.device.request("POST", `/api/orders/${id}/notify`, { body });
    }

    /** It wants to hear by pushes. */
    async subscribe() {
        const { endpoint, keys } = this.stall.carriers.push.subscribe(this.stall.pushKey);
        this.endpoint = endpoint;
        return this.notify({ push: { endpoint, ...keys } });
    }

    text(number) {
        this.number = number;
        return this.notify({ sms: number });
    }

    /** What came of @channel for its order; those that were taken alone, unless @isAll. */
    came(channel, { isAll = false } = {}) {
        const to = channel === "push" ? this.endpoint : this.number;
        return this.stall.carriers.journal.filter((row) => row.to === to && (isAll || row.isTaken));
    }

    /** The pushes that say @state, as came(). */
    pushes(state, options) {
        return this.came("push", options).filter(({ message }) => message.state === state);
    }

    /** Until @channel has brought something, or @count. */
    told(channel, count = 1) {
        const what = `${count} of ${channel} for order ${this.order.id}`;
        return until(what, SECONDS, () => this.came(channel).length >= count);
    }
}

export class Stall {
    #numbers = 0;

    async open(build) {
        this.folder = await mkdtemp(path.join(tmpdir(), "trestle-notify-"));
        this.carriers = new Carriers({ file: path.join(this.folder, "journal") });
        await this.carriers.open(await port());
        const device = (program, name, role, lane) =>
            new Device({
                program: path.join(build, program),
                web: "/nonexistent",
                folder: this.folder,
                name,
                role,
                lane,
            });
        this.preload = path.resolve(build, "tests/settle/libkill.so");
        this.killFile = path.join(this.folder, "kills");
        this.counter = device("trestle", "counter", "counter", "A");
        this.gateway = device("trestle-gateway", "gateway", "gateway", "W");
        const { counter, gateway } = this;
        await counter.command("init", "--name", "Messages", "--lane", "A");
        await counter.command("menu", "import", MENU);
        await counter.start();
        const words = ["invite", "--role", "gateway", "--lane", "W", "--name", "gateway"];
        await gateway.command("join", (await counter.command(...words)).trim());
        gateway.peers = [`${counter.id}@tcp://127.0.0.1:${counter.meshPort}`];
        gateway.httpPort = await port();
        await smsKeyPut(gateway);
        await this.start();
        this.crew = await new Client(counter).open();
        const { items } = await until("the menu", SECONDS, async () => {
            const menu = await gateway.get("/api/menu");
            return menu.items.length > 0 && menu;
        });
        this.item = items.find(({ groups }) => !(groups?.length > 0)).number;
        return this;
    }

    /** Starts the gateway. @variables: of its environment. */
    async start(variables = {}, times = 1) {
        const { gateway } = this;
        gateway.variables = { ...settingsOf(this.carriers), ...variables };
        try {
            await gateway.start();
        } catch (error) {
            if (times === STARTS) throw error;
            return this.start(variables, times + 1);
        }
        this.pushKey = (await gateway.get("/api/order-page")).messages?.push_key;
    }

    async restart(variables) {
        if (this.gateway.isRunning) await this.gateway.stop();
        await this.start(variables);
    }

    /** Somebody who has ordered at the gateway. */
    async customer() {
        const { body } = await until("a session", SECONDS, async () => {
            const answer = await this.gateway.request("POST", "/api/session/customer", {
                body: {},
            });
            return answer.status === 201 && answer;
        });
        const customer = await new Customer(this, body.token).open();
        const lines = [{ item: this.item, quantity: 1, options: [] }];
        const cart = { channel: "web", mode: "take-away", pay_first: true, lines };
        customer.order = await customer.post("/api/orders", cart);
        await until("the counter to have it", SECONDS, () => this.look(customer));
        return customer;
    }

    /** The same, when it is paid. */
    async paid() {
        const customer = await this.customer();
        await this.pay(customer);
        return customer;
    }

    /** At the counter; until the gateway knows. */
    async pay(customer) {
        const { total } = customer.order;
        await this.say(customer, "pay", { method: "cash", amount: total, tendered: total });
        await this.known(customer, ({ paid }) => paid === total);
    }

    /** The same, when the kitchen took it, and the gateway knows. */
    async accepted() {
        const customer = await this.paid();
        await this.say(customer, "accept");
        await this.known(customer, ({ phase }) => phase === "accepted");
        return customer;
    }

    /** A telephone that nobody else has. */
    number() {
        return `+49170${String(++this.#numbers).padStart(7, "0")}`;
    }

    look({ order: { id } }) {
        return this.counter.get(`/api/orders/${id}`);
    }

    /** Somebody of the stall does @what to the order. */
    say({ order: { id } }, what, body = {}) {
        return this.crew.post(`/api/orders/${id}/${what}`, body);
    }

    /** Until the gateway knows the order as @fits. */
    known(customer, fits) {
        const { id } = customer.order;
        let last;
        return until(
            `the gateway to know order ${id}`,
            SECONDS,
            async () => {
                last = await customer.get(`/api/orders/${id}/status`);
                return fits(last);
            },
            () => JSON.stringify({ phase: last?.phase, paid: last?.paid }),
        );
    }

    /** Until the gateway has sent what it had to: what it hears of later has left. */
    async quiet() {
        const canary = await this.accepted();
        await canary.subscribe();
        await canary.text(this.number());
        await this.say(canary, "done");
        await canary.told("push");
        await canary.told("sms");
    }

    /** It dies at the @at-th moment that kill.c calls @moment, after @deed; then it comes back. */
    async diesAt(moment, at, deed) {
        await this.restart({
            LD_PRELOAD: this.preload,
            KILL_FILE: this.killFile,
            KILL_PORT: this.carriers.port,
            KILL_ONLY: moment,
            KILL_AT: at,
        });
        const end = this.gateway.ended();
        await deed();
        const { signal } = await end;
        const kills = await readFile(this.killFile, "utf8");
        if (signal !== "SIGKILL" || !kills.endsWith(`${at} killed ${moment}\n`))
            throw new Error(`it did not die ${moment} (${signal})`);
        await this.start();
    }

    /** What the gateway said so far. */
    log() {
        return readFile(this.gateway.log, "utf8");
    }

    async close() {
        await this.gateway.stop();
        await this.counter.stop();
        for (const { agent } of [this.gateway, this.counter]) agent.destroy();
        await this.carriers.close();
    }

    /** Nobody needs to look into it. */
    async remove() {
        await rm(this.folder, { recursive: true, force: true });
    }
}
