// Three real nodes for the screens: built programs, stores of their own, a wire for each way
// between two. The stall is the demo's; this only says where things are.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** TRESTLE_BUILD: where the program was built, when not in build/release. */
const build = process.env["TRESTLE_BUILD"] ?? resolve(root, "build/release");

const places = {
    program: resolve(build, "trestle"),
    web: resolve(root, "web/dist"),
    menu: resolve(root, "docs/examples/menu.csv"),
};

export interface Device {
    url: string;
    get<T = { orders: { number: string; phase: string }[] }>(path: string): Promise<T>;
    /** Of the program, on its state folder; resolves to what it prints. */
    command(...words: string[]): Promise<string>;
    /** As a power cut would. */
    kill(): Promise<void>;
    start(): Promise<void>;
}

export interface Stall {
    counter: Device;
    kitchen: Device;
    pickup: Device;
    devices: Device[];
    others(device: Device): Device[];
    linked(devices: Device[]): Promise<void>;
    cut(device: Device, others: Device[], manner: "silent" | "refuse"): void;
    heal(device: Device, others: Device[]): void;
    close(options: { keep: boolean }): Promise<void>;
}

interface StallOfDemo extends Stall {
    found(): Promise<void>;
    wire(): Promise<void>;
    start(): Promise<void>;
}

async function startAll(stall: StallOfDemo): Promise<void> {
    await stall.wire();
    await stall.start();
}

/** A stall with its pop-up and menu, its nodes linked; `alone`: only the counter's runs. */
export async function startStall({ alone = false } = {}): Promise<Stall> {
    for (const place of Object.values(places)) {
        if (!existsSync(place)) {
            throw new Error(`${place} is not there; ./run test e2e builds what is missing`);
        }
    }
    const { Stall } = await import("../demo/stall.mjs");
    const stall = (await Stall.make(places)) as unknown as StallOfDemo;
    try {
        await stall.found();
        await (alone ? stall.counter.start() : startAll(stall));
    } catch (error) {
        await stall.close({ keep: true });
        throw error;
    }
    return stall;
}
