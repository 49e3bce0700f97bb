// A counter, and a gateway that settles with a practice Stripe: what customers' phones reach.
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path, { resolve } from "node:path";

const root = resolve(__dirname, "../..");
const build = process.env["TRESTLE_BUILD"] ?? resolve(root, "build/release");
const web = resolve(root, "web/dist");
const menu = resolve(root, "docs/examples/menu.csv");

interface Answer<T> {
    status: number;
    body: T;
}

export interface Node {
    id: string;
    url: string;
    meshPort: number;
    state: string;
    /** The file of what it said. */
    log: string;
    httpPort: number;
    peers: string[];
    variables: Record<string, string>;
    isRunning: boolean;
    command(...words: string[]): Promise<string>;
    start(): Promise<void>;
    kill(): Promise<void>;
    get<T>(path: string): Promise<T>;
    request<T>(method: string, path: string, options?: object): Promise<Answer<T>>;
}

interface Intent {
    id: string;
    status: string;
    amount: number;
    amount_received: number;
    amount_capturable: number;
    client_secret: string;
    next_action: { redirect_to_url?: { return_url: string } } | null;
}

/** What goes wrong: tests/stripe/faults.mjs. */
interface Fault {
    kind: "bank_page" | "slow_bank";
    seconds?: number;
    declines?: boolean;
}

/** As much of tests/stripe/stand_in.mjs as the stories look at. */
interface Practice {
    url: string;
    /** Whose connections break: "", "gateway" or "all". */
    api: { cut: string };
    /** How often each fault struck. */
    faults: { counts: { internet_down: number }; add(fault: Fault): void; clear(): void };
    account: {
        clock: { advance(seconds: number): Promise<void> };
        domains: { create(domain: { domain_name: string }): void };
        endpoints: { create(endpoint: object, secret: string): void };
        intents: { list(options: object): { data: Intent[] } };
        journal: { moves: { move: string; payment_intent: string; amount: number }[] };
    };
    close(): Promise<void>;
}

/** As much of tests/messages/carriers.mjs as the stories look at. */
export interface Carriers {
    url: string;
    /** What came, oldest first: to whom, and what a push or an SMS says. */
    journal: { to: string; message?: Message; text?: string }[];
    push: { subscribe(key: string): { endpoint: string; keys: Record<string, string> } };
    close(): Promise<void>;
}

export interface Message {
    id: string;
    order: string;
    state: string;
    said: string;
}

export interface Market {
    counter: Node;
    /** Another counter's device, where there is one. */
    second: Node | null;
    gateway: Node;
    practice: Practice;
    /** By whom the gateway tells customers of their orders, if it does. */
    carriers: Carriers;
    /** Where phones on the stall's own network order, at the counter's node. */
    lan: string;
    /** The newest payment that the provider has. */
    payment(): Intent;
    /** A deed of somebody of the stall, at the counter. */
    deed(path: string, body?: object): Promise<void>;
    /** What the counter knows of an order, by its number. */
    order(number: string): Promise<Known | undefined>;
    /** A setting of the menu, at the counter. */
    setAvailable(item: number, available: boolean): Promise<void>;
    close(): Promise<void>;
}

export interface Known {
    id: string;
    number: string;
    phase: string;
    due: number;
    paid: number;
    refunded: number;
    provider?: { held: number };
}

async function freePort(): Promise<number> {
    const server = net.createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((done) => server.close(done));
    return port;
}

/** @param sends the gateway tells customers of their orders
 * @param wallets the gateway's domain is registered for them
 * @param hasSecond there is another counter */
export async function openMarket({
    sends = false,
    wallets = true,
    hasSecond = false,
} = {}): Promise<Market> {
    const { Device } = await import("../demo/device.mjs");
    const { Client } = await import("../demo/client.mjs");
    const { until } = await import("../demo/wait.mjs");
    const { StandIn } = await import("../stripe/stand_in.mjs");
    const { keysPut, KEYS } = await import("../settle/stall.mjs");
    const { Carriers } = await import("../messages/carriers.mjs");
    const { settingsOf, smsKeyPut } = await import("../messages/stall.mjs");
    const folder = await mkdtemp(path.join(tmpdir(), "trestle-guests-"));
    const device = (program: string, name: string, role: string, lane: string): Node =>
        new Device({ program: path.join(build, program), web, folder, name, role, lane }) as Node;
    const counter = device("trestle", "counter", "counter", "A");
    const gateway = device("trestle-gateway", "gateway", "gateway", "W");
    const second = hasSecond ? device("trestle", "second", "counter", "B") : null;
    const practice = (await new StandIn({ runs: true }).open()) as unknown as Practice;
    const carriers = (await new Carriers().open()) as unknown as Carriers;
    const guests = await freePort();

    await counter.command("init", "--name", "Harbour Street Kitchen", "--lane", "A");
    counter.variables = { TRESTLE_GUESTS: `127.0.0.1:${guests}` };
    await counter.start();
    await counter.command("menu", "import", menu);
    const join = async (node: Node, ...words: string[]): Promise<void> => {
        const invitation = await counter.command("invite", ...words);
        await node.command("join", invitation.trim());
        node.peers = [`${counter.id}@tcp://127.0.0.1:${counter.meshPort}`];
    };
    await join(gateway, "--role", "gateway", "--lane", "W", "--name", "gateway");
    if (second) {
        await join(second, "--role", "counter", "--lane", "B", "--name", "second");
    }
    await keysPut(gateway);
    await smsKeyPut(gateway);
    gateway.variables = {
        TRESTLE_STRIPE_URL: practice.url,
        TRESTLE_STRIPE_SCRIPT: `${practice.url}/endive/stripe.js`,
        ...(sends ? settingsOf(carriers) : {}),
    };
    await gateway.start();
    if (second) {
        second.peers.push(`${gateway.id}@tcp://127.0.0.1:${gateway.meshPort}`);
        await second.start();
    }
    const hook = { url: `${gateway.url}/webhooks/stripe`, enabled_events: ["*"] };
    practice.account.endpoints.create(hook, KEYS["stripe-webhook-secret"]);
    if (wallets) practice.account.domains.create({ domain_name: new URL(gateway.url).hostname });
    const client = await new Client(counter).open();
    type Linked = { peers: { linked: boolean }[] };
    await until("the devices to be linked", 30, async () =>
        (await counter.get<Linked>("/api/status")).peers.every(({ linked }) => linked),
    );
    await until("the menu to be at the gateway", 30, async () => {
        const { items } = await gateway.get<{ items: object[] }>("/api/menu");
        return items.length > 0;
    });

    const orders = async (query: string): Promise<Known[]> =>
        (await counter.get<{ orders: Known[] }>(`/api/orders${query}`)).orders;
    return {
        counter,
        second,
        gateway,
        practice,
        carriers,
        lan: `http://stall.example:${guests}`,
        payment() {
            const [intent] = practice.account.intents.list({ limit: 1 }).data;
            if (!intent) throw new Error("nobody has paid");
            return intent;
        },
        deed: (where, body = {}) => client.post(where, body),
        order: async (number) =>
            [...(await orders("")), ...(await orders("?settled=1"))].find(
                (order) => order.number === number,
            ),
        async setAvailable(item, available) {
            const key = Date.now().toString(16).padStart(32, "0");
            const body = { available };
            const { status } = await counter.request("PATCH", `/api/menu/${item}`, { key, body });
            if (status !== 200) throw new Error(`PATCH /api/menu/${item}: ${status}`);
        },
        async close() {
            const nodes = [gateway, counter, ...(second ? [second] : [])];
            for (const node of nodes) if (node.isRunning) await node.kill();
            await practice.close();
            await carriers.close();
            await rm(folder, { recursive: true, force: true });
        },
    };
}
