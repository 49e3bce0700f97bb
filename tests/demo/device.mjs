// One device: a trestle process with a state folder of its own.
import { execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Trouble } from "./words.mjs";

const NOWHERE = "tcp://127.0.0.1:9";
const READY_SECONDS = 20;
const STOP_SECONDS = 15;
const ANSWER_MS = 2000;
const PORT_TAKEN = "is taken; choose another\n"; // the last words of a node that cannot listen

/** The environment without settings that a person made for a node of their own. */
const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("TRESTLE_")),
);

const running = new Set();
// Whatever ends this process, no node outlives it.
process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
});

/** A program that answers on stdout in @seconds: {status, out, err}; a status other than 0 is no
 * error here. */
export async function ask(program, words, seconds = 60) {
    const options = { env: environment, maxBuffer: 1 << 30, timeout: seconds * 1000 };
    try {
        const { stdout, stderr } = await promisify(execFile)(program, words, options);
        return { status: 0, out: stdout, err: stderr };
    } catch (error) {
        if (typeof error.code !== "number") throw new Trouble(`${program}: ${error.message}`);
        return { status: error.code, out: error.stdout, err: error.stderr };
    }
}

/** The same, for what must succeed. */
export async function must(program, words) {
    const { status, out, err } = await ask(program, words);
    if (status === 0) return out;
    const command = [path.basename(program), ...words].join(" ");
    throw new Trouble(`\`${command}\` ended with status ${status}: ${(err || out).trim()}`);
}

export class Device {
    static answers = null; // where a run judges them: Answers of tests/lib/answers.mjs
    id = ""; // 16 hex digits, once it belongs to a pop-up
    meshPort = 0; // while it runs
    httpPort = 0; // the same from its first start on
    #child = null;
    #ended = null;
    #lastWords = "";

    constructor({ program, web, folder, name, role, lane }) {
        Object.assign(this, { program, web, name, role, lane });
        this.state = path.join(folder, name);
        this.printed = path.join(folder, `${name}-paper`); // where its printers would write
        this.log = path.join(folder, `${name}.log`);
        this.agent = new http.Agent({ keepAlive: true });
        this.peers = []; // DEVICE@ENDPOINT
        this.variables = {}; // of its environment, beside ours
    }

    get url() {
        return `http://127.0.0.1:${this.httpPort}`;
    }

    get isRunning() {
        return this.#child !== null;
    }

    get pid() {
        return this.#child?.pid;
    }

    /** A command of the program on this device's state. */
    command(...words) {
        return must(this.program, [...words, "--state", this.state]);
    }

    /**
     * Starts the node and waits until it says that it is ready. While it did not run the system may
     * have lent its port to somebody's connection: then it starts when that is over.
     */
    async start() {
        await mkdir(this.printed, { recursive: true });
        const deadline = performance.now() + READY_SECONDS * 1000;
        for (;;) {
            try {
                return await this.#begin();
            } catch (trouble) {
                const isLent = !this.isRunning && this.#lastWords === PORT_TAKEN;
                if (!isLent || performance.now() > deadline) throw trouble;
            }
        }
    }

    async #begin() {
        const words = ["run", "--json", "--state", this.state, "--listen", "tcp://127.0.0.1:*"];
        words.push("--http", `127.0.0.1:${this.httpPort}`, "--web", this.web);
        words.push("--print-folder", this.printed);
        for (const peer of this.peers) words.push("--peer", peer);
        // One address for all of them is nobody's: they meet over the wires, or not at all.
        if (this.peers.length > 0) words.push("--advertise", NOWHERE);
        const child = spawn(this.program, words, {
            env: { ...environment, ...this.variables },
            detached: true, // Ctrl-C is for us; we stop the nodes
            stdio: ["ignore", "pipe", "pipe"],
        });
        running.add(child);
        child.stderr.pipe(createWriteStream(this.log, { flags: "a" }));
        child.stderr.on("data", (words) => {
            this.#lastWords = `${this.#lastWords}${words}`.slice(-PORT_TAKEN.length);
        });
        this.#ended = new Promise((resolve) => {
            child.on("error", (error) => resolve({ code: null, signal: null, error }));
            child.on("close", (code, signal) => resolve({ code, signal })); // and all is said
        }).then((end) => {
            running.delete(child);
            if (this.#child === child) this.#child = null;
            this.meshPort = 0;
            return end;
        });
        this.#child = child;
        const ready = await this.#ready(child);
        this.meshPort = Number(new URL(ready.mesh.replace("tcp:", "http:")).port);
        this.httpPort = Number(new URL(ready.http).port);
        this.id = ready.device;
    }

    async #ready(child) {
        let timer;
        const late = new Promise((_, reject) => {
            const trouble = this.#trouble(`is not ready after ${READY_SECONDS} s`);
            timer = setTimeout(() => reject(trouble), READY_SECONDS * 1000);
        });
        const line = new Promise((resolve) => {
            createInterface({ input: child.stdout }).once("line", resolve);
        });
        const end = this.#ended.then(({ code, signal, error }) => {
            throw this.#trouble(error ? error.message : `ended (${signal ?? `status ${code}`})`);
        });
        end.catch(() => {}); // later ends are awaited elsewhere
        try {
            return JSON.parse(await Promise.race([line, end, late]));
        } finally {
            clearTimeout(timer);
        }
    }

    #trouble(what) {
        return new Trouble(`the ${this.name} node ${what}; its words are in ${this.log}`);
    }

    /** Resolves to how it ended: {code, signal}. */
    ended() {
        return this.#ended;
    }

    /** As a power cut would. */
    async kill() {
        this.#child.kill("SIGKILL");
        await this.#ended;
    }

    /** As a person would; it must end well and in time. */
    async stop() {
        if (!this.#child) return;
        this.#child.kill("SIGTERM");
        const child = this.#child;
        const timer = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS * 1000);
        const { code, signal } = await this.#ended;
        clearTimeout(timer);
        this.agent.destroy();
        this.agent = new http.Agent({ keepAlive: true });
        if (code !== 0) throw this.#trouble(`stopped badly (${signal ?? `status ${code}`})`);
    }

    /**
     * One request: {status, body}. Rejects when there is no answer; a GET over a kept connection
     * that the node let go at that moment is asked over another.
     */
    request(method, path, options = {}) {
        const { body, key, token } = options;
        const payload = body === undefined ? "" : JSON.stringify(body);
        const headers = { Origin: this.url };
        if (key) headers["Idempotency-Key"] = key;
        if (token) headers.Authorization = `Bearer ${token}`;
        if (body !== undefined) {
            headers["Content-Type"] = "application/json";
            headers["Content-Length"] = Buffer.byteLength(payload);
        }
        return new Promise((resolve, reject) => {
            const request = http.request(
                { ...this.#address(), method, path, headers },
                (response) => {
                    const chunks = [];
                    response.on("data", (chunk) => chunks.push(chunk));
                    response.on("error", reject);
                    response.on("aborted", () => reject(new Error("the answer broke off")));
                    response.on("end", () => {
                        try {
                            const text = Buffer.concat(chunks).toString("utf8");
                            this.#judge(method, path, response, text);
                            resolve({ status: response.statusCode, body: JSON.parse(text) });
                        } catch (error) {
                            reject(error);
                        }
                    });
                },
            );
            request.setTimeout(ANSWER_MS, () => request.destroy(new Error("no answer in time")));
            request.on("error", (error) => {
                const isLetGo = request.reusedSocket && error.code === "ECONNRESET";
                if (isLetGo && method === "GET") resolve(this.request(method, path, options));
                else reject(error);
            });
            request.end(payload);
        });
    }

    #judge(method, path, { statusCode: status, headers }, body) {
        const [type] = (headers["content-type"] ?? "").split(";");
        Device.answers?.hear({ method, path: path.split("?")[0], status, type, body });
    }

    #address() {
        return { host: "127.0.0.1", port: this.httpPort, agent: this.agent };
    }

    /** How it and its peers are; also of a gateway, whose screen is for customers. */
    async status() {
        const { out } = await ask(this.program, ["status", "--json", "--state", this.state]);
        return JSON.parse(out);
    }

    /** The body of a GET that must be answered 200. */
    async get(path) {
        const { status, body } = await this.request("GET", path);
        if (status === 200) return body;
        throw new Trouble(`${this.name}: GET ${path}: ${status} ${body.detail}`);
    }
}
