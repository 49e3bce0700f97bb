// A device is brought in from the office: by a code, which can be ended, and by six digits that
// people compare on two screens. Real nodes; the newcomer is the command of the program.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path, { resolve } from "node:path";
import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import type { DeviceList } from "../../web/src/base/protocol";
import type { Node } from "./guests";
import { lookAt, phone, shots, tablet, violations } from "./pages";
import { test } from "./test";

const root = resolve(__dirname, "../..");
const build = process.env["TRESTLE_BUILD"] ?? resolve(root, "build/release");
const program = path.join(build, "trestle");

let folder = "";
let counter: Node;
test.beforeAll(async () => {
    const { Device } = await import("../demo/device.mjs");
    folder = await mkdtemp(path.join(tmpdir(), "trestle-invite-"));
    counter = new Device({
        ...{ program, web: path.join(root, "web/dist") },
        ...{ folder, name: "counter", role: "counter", lane: "" },
    }) as Node;
    await counter.command("init", "--name", "Quay Kitchen", "--lane", "A");
    await counter.start();
});
test.afterAll(async () => {
    if (counter?.isRunning) {
        await counter.kill();
    }
    await rm(folder, { recursive: true, force: true });
});

async function at(browser: Browser, viewport = tablet): Promise<[Page, Locator]> {
    const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${counter.url}/office#mesh`);
    return [page, page.getByRole("region", { name: "Bring in a device" })];
}

const joiners = new Set<ChildProcess>();
test.afterEach(() => {
    for (const joiner of joiners) {
        joiner.kill("SIGKILL");
    }
    joiners.clear();
});

/** The newcomer in its terminal: what it shows, and a person who answers. */
class Joiner {
    readonly #child;
    readonly #ended: Promise<number | null>;
    #said = "";

    constructor(where: string, name: string) {
        const state = path.join(folder, name);
        this.#child = spawn(program, ["join", where, "--device", name, "--state", state], {
            stdio: ["pipe", "pipe", "ignore"],
        });
        joiners.add(this.#child);
        this.#child.stdout.on("data", (words) => {
            this.#said += words;
        });
        this.#ended = new Promise((resolve) => this.#child.on("close", resolve));
    }

    async digits(): Promise<string> {
        await expect.poll(() => this.#said, { timeout: 60_000 }).toMatch(/^\d{3} \d{3}\n/);
        return this.#said.slice(0, 7);
    }

    async answer(word: "yes" | "no"): Promise<number | null> {
        this.#child.stdin.end(`${word}\n`);
        return this.#ended;
    }
}

const lanes = async (): Promise<string[]> =>
    (await counter.get<DeviceList>("/api/devices")).devices.map(({ lane }) => lane);

test("a code is shown for five minutes, and is none any more when it was ended", async ({
    browser,
}) => {
    const [page, panel] = await at(browser);
    await panel.getByRole("button", { name: "Show a code" }).click();
    await expect(panel.getByRole("img", { name: /QR code/ })).toBeVisible();
    await expect(panel.getByText(/^Good for [45]:\d\d$/)).toBeVisible();
    await expect(panel.locator(".invite-whom")).toHaveText(/^Kitchen/);
    await lookAt(page, `${shots}/office-invite`, true);
    await page.reload(); // it goes on
    await expect(panel.getByRole("img", { name: /QR code/ })).toBeVisible();
    await panel.getByText("Or by a command").click();
    const command = (await panel.locator("code").first().textContent()) ?? "";
    expect(page.url()).not.toContain("trestle1");
    await panel.getByRole("button", { name: "End the invitation" }).click();
    await expect(panel.getByRole("button", { name: "Show a code" })).toBeVisible();
    const late = new Joiner(command.split(" ")[2] ?? "", "late");
    expect(await late.answer("yes")).not.toBe(0);
    expect(await lanes()).toEqual(["A"]);
    await page.context().close();
});

test("six digits are compared on two screens: others are sent away, the same come in", async ({
    browser,
}) => {
    const [page, panel] = await at(browser, phone);
    await panel.getByLabel("What it will be").selectOption("pickup");
    await panel.getByRole("button", { name: "Compare six digits" }).click();
    const where = panel.locator("code");
    await expect(where).toHaveText(/^trestle join 127\.0\.0\.1:\d+ /);
    expect(await violations(page)).toEqual([]);
    const place = ((await where.textContent()) ?? "").split(" ")[2] ?? "";

    const stranger = new Joiner(place, "stranger");
    await expect(panel.getByText("A device that calls itself “stranger”")).toBeVisible();
    await expect(panel.locator("output")).toHaveText(await stranger.digits());
    await panel.getByRole("button", { name: "Others: send it away" }).click();
    await expect(panel.getByText("Sent away. 2 tries are left.")).toBeVisible();
    expect(await stranger.answer("yes")).not.toBe(0);
    expect(await lanes()).toEqual(["A"]);

    const board = new Joiner(place, "board");
    await expect(panel.locator("output")).toHaveText(await board.digits());
    await lookAt(page, `${shots}/office-digits`, true);
    await panel.getByRole("button", { name: "The same: let it in" }).click();
    await expect(panel.getByText("Say yes on the new device, too.")).toBeVisible();
    expect(await board.answer("yes")).toBe(0);
    await expect(panel.getByText("board is in.", { exact: false })).toBeVisible();
    expect(await lanes()).toEqual(["A", "B"]);
    await page.context().close();
});
