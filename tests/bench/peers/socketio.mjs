// What others take for an ordering page: Express, Socket.io and PostgreSQL. It does no more than
// is measured: an order is one durable row, then everybody is told how many wait, as our gateway
// tells it.
import { createHmac, timingSafeEqual } from "node:crypto";
import http from "node:http";
import express from "express";
import pg from "pg";
import { Server } from "socket.io";

const CONNECTIONS = 16; // to the database
const SECRET = process.env.WEBHOOK_SECRET ?? "";

const pool = new pg.Pool({ max: CONNECTIONS });
await pool.query(
    "CREATE TABLE orders (id bigserial PRIMARY KEY, key text UNIQUE, content jsonb, " +
        "done boolean DEFAULT false)",
);
await pool.query("CREATE TABLE events (id text PRIMARY KEY, content text)");

const app = express();
const server = http.createServer(app);
const io = new Server(server, { transports: ["websocket"], serveClient: false });
server.keepAliveTimeout = 60 * 1000;
let waiting = 0;
let change = 0;

/** As long as a frame of ours. */
const news = () => ({
    type: "delta",
    orders: [],
    removed: [],
    items: [],
    queue: { waiting },
    now: Date.now(),
    cursor: `00000000000000000000-${String(++change).padStart(12, "0")}`,
});

io.on("connection", (socket) => socket.emit("news", news()));

app.post("/api/orders", express.json(), async (request, response) => {
    const { rows } = await pool.query(
        "INSERT INTO orders (key, content) VALUES ($1, $2) RETURNING id",
        [request.get("Idempotency-Key"), request.body],
    );
    waiting++;
    response.status(201).json({ id: rows[0].id, number: waiting });
    io.emit("news", news());
});

app.post("/api/clear", async (_, response) => {
    await pool.query("UPDATE orders SET done = true WHERE NOT done");
    waiting = 0;
    response.json({ ok: true });
    io.emit("news", news());
});

function isSigned(request) {
    const header = request.get("Stripe-Signature");
    const [, time, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
    const right = createHmac("sha256", SECRET).update(`${time}.`).update(request.body).digest();
    return given !== undefined && timingSafeEqual(right, Buffer.from(given, "hex"));
}

app.post("/webhooks/stripe", express.raw({ type: "*/*" }), async (request, response) => {
    if (!isSigned(request)) return response.status(400).json({ error: "signature" });
    const event = JSON.parse(request.body);
    await pool.query("INSERT INTO events VALUES ($1, $2) ON CONFLICT DO NOTHING", [
        event.id,
        request.body.toString(),
    ]);
    return response.json({ received: true });
});

server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    console.log(JSON.stringify({ http: `http://127.0.0.1:${port}`, serves: process.pid }));
});
process.on("SIGTERM", () => process.exit(0));
