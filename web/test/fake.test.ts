// The fake node must say what the real one would: everything it sends fits the node's own document.
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import WebSocket from "ws";
import { fakeDay, fakeVoided } from "./fake-day.mjs";
import { startFakeNode } from "./fake-node.mjs";

interface Schema {
    $ref?: string;
    type?: string;
    const?: string;
    enum?: string[];
    pattern?: string;
    properties?: Record<string, Schema>;
    required?: string[];
    items?: Schema;
}

const text = readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8");
const schemas: Record<string, Schema> = JSON.parse(text).components.schemas;

/** What does not fit, as "path: why". */
function misfits(value: unknown, schema: Schema, path: string): string[] {
    if (schema.$ref) {
        return misfits(value, schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, path);
    }
    if (schema.type === "object" && typeof value === "object" && value !== null) {
        return misfitsOfObject(value as Record<string, unknown>, schema, path);
    }
    if (schema.type === "array" && Array.isArray(value)) {
        return value.flatMap((one, at) => misfits(one, schema.items ?? {}, `${path}/${at}`));
    }
    const type = Number.isInteger(value) ? "integer" : typeof value;
    const isRight =
        type === schema.type &&
        (schema.const ?? value) === value &&
        (schema.enum?.includes(String(value)) ?? true) &&
        new RegExp(schema.pattern ?? "").test(String(value));
    return isRight ? [] : [`${path}: ${JSON.stringify(value)}`];
}

function misfitsOfObject(value: Record<string, unknown>, schema: Schema, path: string): string[] {
    const { properties = {}, required = [] } = schema;
    return [
        ...required.filter((name) => !(name in value)).map((name) => `${path}: lacks ${name}`),
        ...Object.entries(value).flatMap(([name, one]) => {
            const known = properties[name];
            return known ? misfits(one, known, `${path}/${name}`) : [`${path}: knows no ${name}`];
        }),
    ];
}

let node: Awaited<ReturnType<typeof startFakeNode>>;

beforeEach(async () => {
    node = await startFakeNode();
    fakeDay(node);
});
afterEach(() => node.kill());

const frames = { hello: "FrameHello", snapshot: "FrameSnapshot", marks: "FrameMarks" };

test("every frame of the fake node fits the document", async () => {
    const socket = new WebSocket(`${node.url.replace("http", "ws")}/ws?view=counter`);
    const heard = await new Promise<{ type: keyof typeof frames }[]>((resolve) => {
        const all: { type: keyof typeof frames }[] = [];
        socket.on("message", (data) => {
            const frame = JSON.parse(String(data));
            all.push(frame);
            if (frame.type === "marks") {
                resolve(all);
            }
        });
    });
    socket.close();
    expect(heard.map(({ type }) => type)).toEqual(["hello", "snapshot", "snapshot", "marks"]);
    for (const frame of heard) {
        expect(misfits(frame, { $ref: frames[frame.type] }, frame.type)).toEqual([]);
    }
});

test("an office is told what fits the document, and it adds up", async () => {
    const answerOf = async (path: string) => (await fetch(node.url + path)).json();
    for (const days of [1, 3]) {
        const trade = await answerOf(`/api/reports/trade?day=3&days=${days}`);
        expect(misfits(trade, { $ref: "Trade" }, "")).toEqual([]);
        for (const part of ["days", "slots", "channels", "modes", "lanes", "items"]) {
            const sum = trade[part].reduce(
                (all: number, one: { owed: number }) => all + one.owed,
                0,
            );
            expect(sum).toBe(trade.report.owed);
        }
    }
    expect(misfits(await answerOf("/api/devices"), { $ref: "DeviceList" }, "")).toEqual([]);
    expect(misfits(await answerOf("/api/status"), { $ref: "Status" }, "")).toEqual([]);
    expect(misfits(node.totalsFrame(), { $ref: "FrameTotals" }, "")).toEqual([]);
});

test("what is to be decided fits the document", () => {
    for (const order of fakeVoided()) {
        expect(misfits(order, { $ref: "Voided" }, "")).toEqual([]);
    }
});

test("what does not fit is found", () => {
    const [order] = node.orders.values();
    expect(misfits({ ...order, phase: "lost" }, { $ref: "Order" }, "")).toEqual(['/phase: "lost"']);
    expect(misfits({ ...order, more: 1 }, { $ref: "Order" }, "")).toEqual([": knows no more"]);
});
