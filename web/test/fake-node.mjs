// A node in memory: serves the built screens, the API and /ws as docs/api.md says, so that the
// screens can be built and tested without a mesh. `node test/fake-node.mjs [port]` runs it alone.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { fakeMenu } from "./fake-menu.mjs";
import { changeLine, newOrder, receiptOf, settle, verbs } from "./fake-order.mjs";
import { fakeStaff, fakeTrade } from "./fake-trade.mjs";

const dist = new URL("../dist/", import.meta.url);
const log = "00000000000000aa";
const pages = {
    "/": "index",
    ...Object.fromEntries(
        ["counter", "kitchen", "pickup", "office"].map((name) => [`/${name}`, name]),
    ),
};
const types = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
};
// As strict as the node's own: whatever breaks under it must break here.
const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const views = {
    counter: () => true,
    kitchen: ({ phase }) => ["placed", "accepted", "cooking", "ready"].includes(phase),
    pickup: ({ phase }) => ["accepted", "cooking", "ready"].includes(phase),
    office: () => false, // it is told sums
};

const settled = new Set(["completed", "cancelled", "refused"]);

const peer = (name, device) => ({
    device,
    name,
    role: name,
    linked: true,
    heard_ms_ago: 300,
    behind: 0,
    ahead: 0,
    clock_offset_ms: 0,
    state: "linked",
});

const fakePrinter = {
    id: "0000000000000000000000a1",
    number: 1,
    name: "Receipts",
    hidden: false,
    driver: "escpos",
    owner: "0000000000000001",
    address: "10.0.0.9:9100",
    stations: "",
    width: 42,
    codepage: "",
    backup: 0,
    conflict: false,
};

function sessionOf(role) {
    return {
        popup: "Harbour Street Kitchen",
        epoch: Date.UTC(2026, 0, 1),
        currency: "EUR",
        digits: 2,
        prices_include_tax: true,
        cash_step: 1,
        pay_first: false,
        copies: 2,
        late_after_s: 300,
        escalate_after_s: 20,
        address: "",
        tips: "",
        conflict: false,
        day: 1,
        device: "0000000000000001",
        device_name: role,
        role,
        staff: 0,
        lane: "A",
        log,
        capabilities: [
            ...["order", "cook", "hand-over", "cancel", "take-money", "refund", "discount"],
            ...["availability", "read-boards", "print", "adopt"],
        ],
        version: "fake",
    };
}

class FakeNode {
    /** @param now its clock, in ms since 1970
     * @param beatsEvery ms; 0 when whoever plays the night sends the marks */
    constructor({ role, now, beatsEvery }) {
        Object.assign(this, { now, beatsEvery });
        this.session = sessionOf(role);
        this.menu = fakeMenu();
        this.orders = new Map();
        this.answers = new Map();
        this.sockets = new Set();
        this.url = "";
        this.peers = [peer("kitchen", "0000000000000002"), peer("pickup", "0000000000000003")];
        this.change = 0;
        this.numbers = 0;
        this.marked = Number.MAX_SAFE_INTEGER;
        this.receipts = 0;
        /** Of this node, those that do not print. */
        this.printers = [];
        /** How the others stand, as they tell: who does not hear whom, who tells nothing. */
        this.unheard = [];
        this.untold = [];
        this.toldPrinters = {};
        this.opaque = 0;
        /** Orders of a revoked device that nobody has decided on. */
        this.voided = [];
        /** The pop-up's, as the node lists them. */
        this.stations = [];
        this.offers = [];
        /** What customers said, as the node lists it. */
        this.reviews = [];
        /** Every request that wrote, with its key. */
        this.writes = [];
        /** (method, path) => true answers 503 instead. */
        this.isBusy = () => false;
    }

    /** Makes the order and tells everybody. @param age in ms */
    place(body, age = 0) {
        this.numbers += 1;
        const number = `${this.session.lane}${this.numbers}`;
        const order = newOrder(body, { menu: this.menu, now: this.now() - age, number, log });
        this.orders.set(order.id, order);
        this.tell([order]);
        return order;
    }

    do(verb, id, body = {}) {
        const order = this.orders.get(id);
        verbs[verb](order, body, { menu: this.menu, offers: this.offers, now: this.now() });
        settle(order, this.now());
        this.tell([order]);
        return { id, log: order.log, seq: order.seq, events: 1 };
    }

    sayBusy(number, { minutes, until }) {
        const station = this.stations.find((one) => one.number === number);
        Object.assign(station, { busy: minutes, busy_until: minutes > 0 ? until : 0 });
        this.tell([], [], ["stations"]);
        return [200, { id: station.id, log, seq: 1, events: 1 }];
    }

    tell(orders, items = [], records = []) {
        this.change += 1;
        for (const socket of this.sockets) {
            const isShown = views[socket.view];
            this.send(socket, {
                type: "delta",
                orders: orders.filter(isShown),
                removed: orders.filter((order) => !isShown(order)).map(({ id }) => id),
                items,
                records,
                cursor: this.cursor(),
            });
        }
    }

    cursor() {
        return `fake-1-${this.change}`;
    }

    send(socket, frame) {
        socket.send(JSON.stringify(frame));
    }

    marks() {
        for (const socket of this.sockets) {
            this.send(socket, this.marksFrame());
        }
    }

    marksFrame() {
        return {
            type: "marks",
            logs: [{ log, seq: this.marked }],
            peers: this.peers,
            stuck: [],
            ...(this.printers.length > 0 ? { printers: this.printers } : {}),
            ...(this.opaque > 0 ? { opaque: this.opaque } : {}),
            ...(this.voided.length > 0 ? { voided: this.voided.length } : {}),
            now: this.now(),
        };
    }

    devices() {
        const { device, device_name, role, lane } = this.session;
        const common = { revoked: false, retired: false };
        return [
            { id: device, name: device_name, role, lane, own: true, ...common },
            ...this.peers.map((one) => ({
                id: one.device,
                name: one.name,
                role: one.role,
                lane: "",
                own: false,
                ...common,
                state: one.state,
            })),
        ];
    }

    /** Each peer hears every other device; `unheard` says which do not: "kitchen>pickup". */
    mesh() {
        const ids = [this.session.device, ...this.peers.map(({ device }) => device)];
        const names = [this.session.device_name, ...this.peers.map(({ name }) => name)];
        const ear = (at, of) => ({
            device: ids[of],
            state: this.unheard.includes(`${names[at]}>${names[of]}`) ? "lost" : "linked",
            heard_ms_ago: 300,
            behind: 0,
            ahead: 0,
            clock_offset_ms: 0,
        });
        return {
            devices: ids
                .map((device, at) => ({
                    device,
                    store_bytes: 18_400_000,
                    store_bytes_max: 4_000_000_000,
                    printers: at === 0 ? this.printers : (this.toldPrinters[names[at]] ?? []),
                    peers:
                        at === 0
                            ? this.peers.map(({ name: _, role: __, linked: ___, ...own }) => own)
                            : ids.map((_, of) => ear(at, of)).filter((__, of) => of !== at),
                    others: 0,
                }))
                .filter((_, at) => !this.untold.includes(names[at])),
        };
    }

    status() {
        return {
            device: this.session.device,
            day: this.session.day,
            events: 4_120,
            logs: 1 + this.peers.length,
            opaque: this.opaque,
            orders_active: this.orders.size,
            orders_stuck: 0,
            remaking: false,
            orders_voided: this.voided.length,
            store_bytes: 18_400_000,
            store_bytes_max: 4_000_000_000,
            uptime_s: 9_300,
            beacons_sent: 0,
            beacons_heard: 0,
            beacons_foreign: 0,
            peers: this.peers,
            printers: this.printers,
            version: this.session.version,
        };
    }

    totalsFrame() {
        const { report } = fakeTrade(this.menu, this.session.day, 1);
        return { type: "totals", report, now: this.now() };
    }

    welcome(socket, cursor) {
        this.sockets.add(socket);
        socket.on("close", () => this.sockets.delete(socket));
        socket.on("message", (data) => this.hear(JSON.parse(String(data))));
        const resumed = cursor === this.cursor();
        this.send(socket, { type: "hello", session: this.session, now: this.now(), resumed });
        if (socket.view === "office") {
            this.send(socket, this.totalsFrame());
        } else if (!resumed) {
            this.snapshot(socket);
        }
        this.send(socket, this.marksFrame());
    }

    /** In two parts, as a long one would come. */
    snapshot(socket) {
        const orders = [...this.orders.values()].filter(views[socket.view]);
        const half = Math.ceil(orders.length / 2);
        const part = (some, items, more) =>
            this.send(socket, {
                type: "snapshot",
                orders: some,
                items,
                cursor: this.cursor(),
                more,
            });
        part(orders.slice(0, half), [], true);
        part(orders.slice(half), this.menu, false);
    }

    hear({ type, order, changed, station }) {
        if (type === "seen" && this.orders.has(order)) {
            this.do("seen", order, { changed, station });
        }
    }

    /** [status, body] of a request that writes. A key that was used gets its answer again. */
    write(method, path, key, body) {
        this.writes.push({ method, path, key, body });
        if (this.isBusy(method, path)) {
            return [503, problem(503, "busy", "It is busy. Try again in a moment.")];
        }
        if (!/^[0-9a-f]{32,128}$/.test(key ?? "")) {
            return [400, problem(400, "malformed", "The Idempotency-Key is missing.")];
        }
        if (!this.answers.has(key)) {
            this.answers.set(key, this.answer(path, body));
        }
        return this.answers.get(key);
    }

    answer(path, body) {
        const [, , what, id, verb, line] = path.split("/");
        if (what === "reviews") {
            Object.assign(
                this.reviews.find((review) => review.id === id),
                body,
            );
            return [200, { id, log, seq: 1, events: 1 }];
        }
        if (what === "stations" && verb === "busy") {
            return this.sayBusy(Number(id), body);
        }
        if (what === "menu" && id === undefined) {
            return this.addItem(body);
        }
        if (what === "menu" && verb === "choice") {
            return this.setChoice(Number(id), body);
        }
        if (what === "menu") {
            return this.setItem(Number(id), body);
        }
        if (id === undefined) {
            return this.placed(body);
        }
        if (this.voided.some((order) => order.id === id)) {
            return [200, this.decide(id)];
        }
        if (!this.orders.has(id)) {
            return [404, problem(404, "not_found", "There is no such order here.")];
        }
        if (line !== undefined) {
            changeLine(this.orders.get(id), Number(line), body);
            return [200, this.do("start", id, { lines: [] })];
        }
        if (verb === "receipt") {
            return [200, this.receipt(this.orders.get(id))];
        }
        return [200, this.do(verb, id, body)];
    }

    /** It was adopted or dropped; an adopted one is not shown here. */
    decide(id) {
        this.voided = this.voided.filter((order) => order.id !== id);
        this.marks();
        return { id, log, seq: 1, events: 1 };
    }

    /** The same again: orders do not change here once they have one. */
    receipt(order) {
        this.given ??= new Map();
        if (!this.given.has(order.id)) {
            this.receipts += 1;
            this.given.set(order.id, receiptOf(order, this.session.lane, this.receipts));
        }
        return this.given.get(order.id);
    }

    /** As the kitchen counts: policy and {here, all, oversold}. */
    setStock(number, policy, stock) {
        const gone = policy === "strict" && stock.all <= 0;
        return this.setItem(number, { stock_policy: policy, stock, available: !gone });
    }

    addItem(body) {
        const item = { ...this.menu[0], groups: [], allergens: [], diet: [], ...body };
        this.menu.push(item);
        this.tell([], [item]);
        return [201, item];
    }

    setItem(number, body) {
        const item = this.menu.find((other) => other.number === number);
        Object.assign(item, body);
        this.tell([], [item]);
        return [200, item];
    }

    /** One choice of an item; where too few are left of a group, the item is not to be had. */
    setChoice(number, { group: of, choice, available }) {
        const groups = structuredClone(this.menu.find((item) => item.number === number).groups);
        for (const said of groups.find(({ name }) => name === of).choices) {
            if (said.name === choice) {
                delete said.out;
                Object.assign(said, available ? {} : { out: true });
            }
        }
        const isSold = groups.every(
            ({ choices, min }) => choices.filter(({ out }) => !out).length >= min,
        );
        return this.setItem(number, { groups, available: isSold });
    }

    placed(body) {
        const isOut = ({ item, options = [] }) =>
            options.some(
                ({ group, choice }) => this.menu[item - 1].groups[group].choices[choice].out,
            );
        const gone = body.lines.some((line) => !this.menu[line.item - 1]?.available || isOut(line));
        if (gone && !body.forced) {
            return [409, problem(409, "unavailable", "Sold out or not on the menu any more.")];
        }
        const order = this.place(body);
        const { id, number, day, total, seq } = order;
        const paid = body.payment?.amount ?? total;
        const change = Math.max(0, (body.payment?.tendered ?? paid) - paid);
        return [201, { id, number, day, total, change, log, seq }];
    }

    read(path, query) {
        const id = path.split("/")[3];
        const isWanted = ({ phase }) => settled.has(phase) === (query.get("settled") === "1");
        const days = Number(query.get("days") ?? 1);
        const newest = [...this.orders.values()].filter(isWanted).reverse();
        const lists = {
            "/api/session": () => this.session,
            "/api/printers": () => ({ cursor: this.cursor(), printers: [fakePrinter] }),
            "/api/menu": () => ({ cursor: this.cursor(), items: this.menu }),
            "/api/taxes": () => ({ cursor: this.cursor(), taxes: [] }),
            "/api/stalls": () => ({ cursor: this.cursor(), stalls: [] }),
            "/api/stations": () => ({ cursor: this.cursor(), stations: this.stations }),
            "/api/staff": () => ({ cursor: this.cursor(), staff: fakeStaff }),
            "/api/offers": () => ({ cursor: this.cursor(), offers: this.offers }),
            "/api/reviews": () => ({ cursor: this.cursor(), reviews: this.reviews }),
            "/api/voided": () => ({ orders: this.voided }),
            "/api/orders": () => ({ cursor: this.cursor(), orders: newest }),
            "/api/reports/trade": () =>
                fakeTrade(this.menu, Number(query.get("day") ?? this.session.day), days),
            "/api/devices": () => ({ devices: this.devices() }),
            "/api/status": () => this.status(),
            "/api/mesh": () => this.mesh(),
        };
        const body = lists[path]?.() ?? this.orders.get(id);
        return body ? [200, body] : [404, problem(404, "not_found", "There is no such thing.")];
    }

    /** Every connection breaks and new ones are refused, as after SIGKILL. */
    async kill() {
        clearInterval(this.heartbeat);
        for (const socket of this.sockets) {
            socket.terminate();
        }
        this.sockets.clear();
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    /** Listens, again on the same port after a kill. */
    async start(port = this.port ?? 0) {
        this.server = createServer((request, response) => handle(this, request, response));
        const hub = new WebSocketServer({ server: this.server, path: "/ws" });
        hub.on("connection", (socket, request) => {
            const query = new URL(request.url, "http://node").searchParams;
            socket.view = query.get("view");
            this.welcome(socket, query.get("cursor"));
        });
        await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
        this.port = this.server.address().port;
        this.url = `http://127.0.0.1:${this.port}`;
        this.heartbeat = this.beatsEvery && setInterval(() => this.marks(), this.beatsEvery);
        return this;
    }
}

function problem(status, code, title) {
    return { type: `https://trestle.invalid/${code}`, title, status, code, detail: "" };
}

async function handle(node, request, response) {
    const { pathname: path, searchParams: query } = new URL(request.url, "http://node");
    if (!path.startsWith("/api/")) {
        serveFile(path, response);
        return;
    }
    const [status, body] =
        request.method === "GET"
            ? node.read(path, query)
            : node.write(
                  request.method,
                  path,
                  request.headers["idempotency-key"],
                  JSON.parse(await textOf(request)),
              );
    const isProblem = status >= 400;
    const type = isProblem ? "application/problem+json" : "application/json";
    response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
}

async function textOf(request) {
    let text = "";
    for await (const chunk of request) {
        text += chunk;
    }
    return text;
}

function serveFile(path, response) {
    const file = pages[path] ? `${pages[path]}.html` : path.slice(1);
    try {
        const body = readFileSync(new URL(file, dist));
        const headers = { "Content-Type": types[extname(file)], "Content-Security-Policy": policy };
        response.writeHead(200, headers).end(body);
    } catch {
        response.writeHead(404).end();
    }
}

/** @param role counter, kitchen, pickup or owner */
export function startFakeNode({
    role = "counter",
    port = 0,
    now = Date.now,
    beatsEvery = 1000,
} = {}) {
    return new FakeNode({ role, now, beatsEvery }).start(port);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const node = await startFakeNode({ port: Number(process.argv[2] ?? 8080) });
    console.log(`${node.url}/counter  ${node.url}/kitchen  ${node.url}/pickup`);
}
