// A device that is in no pop-up yet comes into one at its own page, without a terminal: by a code
// of the first device's office, and by six digits that people compare. Real nodes.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path, { resolve } from "node:path";
import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import type { Node } from "./guests";
import { lookAt, shots, tablet } from "./pages";
import { test } from "./test";

const root = resolve(__dirname, "../..");
const build = process.env["TRESTLE_BUILD"] ?? resolve(root, "build/release");
const program = path.join(build, "trestle");
const web = path.join(root, "web/dist");

let folder = "";
let counter: Node;
const newcomers = new Set<ChildProcess>();
test.beforeAll(async () => {
    const { Device } = await import("../demo/device.mjs");
    folder = await mkdtemp(path.join(tmpdir(), "trestle-join-"));
    counter = new Device({
        ...{ program, web, folder, name: "counter", role: "counter", lane: "" },
    }) as Node;
    await counter.command("init", "--name", "Quay Kitchen", "--lane", "A");
    await counter.command("menu", "import", path.join(root, "docs/examples/menu.csv"));
    await counter.start();
});
test.afterEach(async () => {
    for (const newcomer of newcomers) {
        const ended = new Promise((done) => newcomer.on("close", done));
        if (newcomer.exitCode === null && newcomer.signalCode === null) {
            newcomer.kill("SIGTERM");
            await ended;
        }
    }
    newcomers.clear();
});
test.afterAll(async () => {
    if (counter?.isRunning) {
        await counter.kill();
    }
    await rm(folder, { recursive: true, force: true });
});

/** A device out of its box; resolves to where its page is. */
async function unpack(name: string): Promise<string> {
    const words = ["run", "--json", "--state", path.join(folder, name), "--web", web];
    words.push("--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "ignore"] });
    newcomers.add(child);
    let said = "";
    child.stdout.on("data", (bytes) => {
        said += bytes;
    });
    await expect.poll(() => said, { timeout: 60_000 }).toContain("/join");
    return new URL(JSON.parse(said.split("\n")[0] ?? "").join).origin;
}

async function at(browser: Browser, url: string): Promise<Page> {
    const context = await browser.newContext({ viewport: tablet, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(url);
    return page;
}

/** The first device's office, where one is invited as @role. */
async function invite(browser: Browser, lane: string, role: string): Promise<[Page, Locator]> {
    const page = await at(browser, `${counter.url}/office#mesh`);
    const here = page.getByRole("region", { name: "Bring in a device" });
    await here.getByLabel("What it will be").selectOption(role);
    await here.getByLabel("Letter of its order numbers").fill(lane);
    return [page, here];
}

const pictures = (page: Page, name: string) => lookAt(page, `${shots}/${name}`, true);

test("an empty device joins by a code at /join, and the first one sees what it sells", async ({
    browser,
}) => {
    const url = await unpack("till");
    const page = await at(browser, `${url}/join`);
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    await expect(
        page.getByRole("heading", { name: /^This device is in no pop-up yet/ }),
    ).toBeVisible();
    await pictures(page, "newcomer");

    // What is no code is said before anything is asked.
    await page.getByLabel("The code, or the whole command").fill("22x2");
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(page.getByRole("alert")).toHaveText(/^That is no code/);

    const [office, here] = await invite(browser, "T", "counter");
    await here.getByRole("button", { name: "Show a code" }).click();
    await here.getByText("Or by a command").click();
    const command = (await here.locator("code").first().textContent()) ?? "";
    expect(command).toContain("trestle1:");
    await page.getByLabel("What people call this device").fill("Till two");
    await page.getByLabel("The code, or the whole command").fill(command);
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(page.getByText("It is called “⁨Till two⁩”.")).toBeVisible();
    await expect(page).toHaveURL(`${url}/counter`); // by itself
    await expect(here.getByText("Till two is in.", { exact: false })).toBeVisible();

    await page.getByRole("button", { name: /^Edamame/ }).click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("button", { name: /^Exact/ }).click();
    await expect
        .poll(async () => {
            const { orders } = await counter.get<{ orders: { number: string }[] }>("/api/orders");
            return orders.map(({ number }) => number);
        })
        .toEqual(["T1"]);
    expect(addresses.filter((address) => address.includes("trestle1"))).toEqual([]);

    await page.goto(`${url}/join`); // it is a device of the pop-up now, as others are
    await expect(page.getByRole("heading", { name: "Bring in a device" })).toBeVisible();
    await page.context().close();
    await office.context().close();
});

test("six digits on both screens bring a device in, and others send it away", async ({
    browser,
}) => {
    const url = await unpack("kitchen");
    const page = await at(browser, `${url}/kitchen`); // as a kiosk opens it
    const [office, here] = await invite(browser, "K", "kitchen");
    await here.getByRole("button", { name: "Compare six digits" }).click();
    const text = (await here.locator("code").first().textContent()) ?? "";
    const place = text.split(" ")[2] ?? "";
    const knock = async (): Promise<string> => {
        await page.getByLabel("Address that the other device shows").fill(place);
        await page.getByRole("button", { name: "Knock", exact: true }).click();
        await expect(page.locator("output")).toHaveText(/^\d{3} \d{3}$/);
        return (await page.locator("output").textContent()) ?? "";
    };
    await page.getByLabel("Address that the other device shows").fill("nowhere");
    await page.getByRole("button", { name: "Knock", exact: true }).click();
    await expect(page.getByRole("alert")).toHaveText(/^That is no address/);

    await page.getByLabel("What people call this device").fill("Grill");
    await knock();
    await pictures(page, "newcomer-digits");
    await page.getByRole("button", { name: "Others" }).click();
    await expect(page.getByRole("alert")).toContainText("Nothing was joined");
    await pictures(page, "newcomer-trouble");
    await expect(here.locator("output")).toBeVisible();
    await here.getByRole("button", { name: "Others: send it away" }).click();
    await page.getByRole("button", { name: "Try again" }).click();

    await page.getByLabel("What people call this device").fill("Grill");
    const digits = await knock();
    await expect(here.locator("output")).toHaveText(digits);
    await page.getByRole("button", { name: "The same" }).click();
    await expect(page.getByText(/^Now say at the other device/)).toBeVisible();
    await here.getByRole("button", { name: "The same: let it in" }).click();
    await expect(page.getByText("It is called “⁨Grill⁩”.")).toBeVisible();
    await expect(page).toHaveURL(`${url}/kitchen`); // that was asked for
    await expect(page.getByRole("banner")).toContainText("Quay Kitchen");
    await page.context().close();
    await office.context().close();
});

test("what went wrong says what to do next, in each language", async ({ browser }) => {
    const url = await unpack("third");
    const page = await at(browser, `${url}/`);
    await page.getByLabel("Address that the other device shows").fill("127.0.0.1:1");
    await page.getByRole("button", { name: "Knock", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("Nobody answered at ⁦127.0.0.1:1⁩.");
    await page.getByLabel("Language").selectOption("es");
    await expect(page.getByRole("alert")).toContainText("Nadie respondió en");
    await page.getByLabel("Idioma").selectOption("ar");
    await expect(page.getByRole("alert")).toContainText("لم يجب أحد");
    await page.getByRole("button", { name: "حاول من جديد" }).click();
    await expect(page.getByRole("heading", { name: /^هذا الجهاز ليس/ })).toBeVisible();
    await pictures(page, "newcomer-arabic");
    await page.context().close();
});

test("a page of another origin makes the device join nothing", async ({ browser }) => {
    const url = await unpack("fourth");
    const stranger = await at(browser, `${counter.url}/office`); // another port is another origin
    const asked = await stranger.evaluate(async (there) => {
        const reading = await fetch(`${there}/api/joining`).then(
            (answer) => answer.text(),
            () => "not read",
        );
        const body = JSON.stringify({ token: "0".repeat(32), name: "", code: "trestle1:x" });
        const headers = { "Content-Type": "text/plain" }; // what needs no leave beforehand
        const init = { method: "POST", mode: "no-cors", headers, body } as const;
        await fetch(`${there}/api/joining`, init).catch(() => null);
        return reading;
    }, url);
    expect(asked).toBe("not read");
    const own = await at(browser, `${url}/join`);
    const { state } = await own.evaluate(async () => (await fetch("/api/joining")).json());
    expect(state).toBe("waits");
    await stranger.context().close();
    await own.context().close();
});
