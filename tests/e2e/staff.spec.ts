// People who work at the stall's screens: a real node whose own screen is locked, and a tablet that
// reaches it over https. Both ask who it is; what is done is written under that person's number.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { type Browser, expect, type Page } from "@playwright/test";
import { type Device, type Stall, startStall } from "./mesh";
import { lookAt, shots, tablet } from "./pages";
import { test } from "./test";

interface Till extends Device {
    state: string;
    variables: Record<string, string>;
    request(method: string, path: string, given: object): Promise<{ status: number }>;
}

const ana = { number: 7, name: "Ana", role: "counter", pin: "2580" };
const bo = { number: 8, name: "Bo", role: "manager", pin: "1357" };
const cy = { number: 9, name: "Cy", role: "courier", pin: "9753" };

let stall: Stall;
let till: Till;
let secure = "";

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as { port: number };
    await new Promise((closed) => server.close(closed));
    return port;
}

/** A certificate for this machine, by its own word. */
async function certify(folder: string): Promise<{ certificate: string; key: string }> {
    const paths = { certificate: `${folder}/tls.pem`, key: `${folder}/tls.key` };
    const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const out = ["-nodes", "-days", "2", "-keyout", paths.key, "-out", paths.certificate];
    await promisify(execFile)("openssl", [...words, ...subject, ...out]);
    return paths;
}

test.beforeAll(async () => {
    stall = await startStall({ alone: true });
    till = stall.counter as Till;
    const { epoch } = await till.get<{ epoch: number }>("/api/session");
    const write = async (path: string, body: object): Promise<void> => {
        const seconds = Math.floor((Date.now() - epoch) / 1000);
        const key = `${seconds.toString(16).padStart(8, "0")}${randomBytes(12).toString("hex")}`;
        const { status } = await till.request("POST", path, { body, key });
        expect([200, 201]).toContain(status);
    };
    for (const { number, name, role, pin } of [ana, bo, cy]) {
        await write("/api/staff", { number, name });
        await write(`/api/staff/${number}/role`, { role });
        await write(`/api/staff/${number}/pin`, { pin });
    }
    const { certificate, key } = await certify(till.state);
    const port = await freePort();
    secure = `https://localhost:${port}`;
    await till.kill();
    till.variables = {
        TRESTLE_SCREEN: "locked",
        TRESTLE_HTTPS: `127.0.0.1:${port}`,
        TRESTLE_TLS_CERTIFICATE: certificate,
        TRESTLE_TLS_KEY: key,
        TRESTLE_ORIGIN: secure,
    };
    await till.start();
});
test.afterAll(() => stall?.close({ keep: false }));

async function open(browser: Browser, url: string): Promise<Page> {
    const context = await browser.newContext({
        viewport: tablet,
        reducedMotion: "reduce",
        ignoreHTTPSErrors: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(url);
    return page;
}

async function press(page: Page, digits: string): Promise<void> {
    for (const digit of digits) {
        await page.getByRole("button", { name: digit, exact: true }).click();
    }
}

async function signIn(page: Page, { number, pin }: { number: number; pin: string }) {
    const tile = page.getByRole("button", { name: new RegExp(` ${number}$`) });
    const field = page.getByLabel("Your number");
    await expect(tile.or(field)).toBeVisible();
    if (await tile.isVisible()) {
        await tile.click();
    } else {
        await field.fill("");
        await press(page, String(number));
        await page.getByLabel("PIN", { exact: true }).click();
    }
    await press(page, pin);
    await page.getByRole("button", { name: "Sign in", exact: true }).last().click();
}

const asks = (page: Page) =>
    expect(page.getByRole("heading", { name: "Who works here?" })).toBeVisible();
const water = (page: Page) => page.getByRole("button", { name: /^Still water/ });

/** Cash, and in whose name: of what the page sent. */
async function sell(page: Page): Promise<string | undefined> {
    await page.getByRole("button", { name: /^Pay/ }).click();
    const sent = page.waitForRequest((request) => request.url().endsWith("/api/orders"));
    await page.getByRole("button", { name: /^Exact/ }).click();
    await expect(page.locator(".placed-number:visible")).toBeVisible();
    return (await sent).headers()["authorization"];
}

const tokenOf = (page: Page) =>
    page.evaluate(() => JSON.parse(sessionStorage.getItem("trestle.person") ?? "null")?.token);

test("a locked counter asks who works there, and keeps the cart when the sign-in ends", async ({
    browser,
}) => {
    const page = await open(browser, `${till.url}/counter`);
    await asks(page);
    await lookAt(page, `${shots}/sign-in`, true);
    await signIn(page, { number: 7, pin: "0000" });
    await expect(page.getByRole("alert")).toHaveText("That number and PIN do not go together.");
    await signIn(page, ana);
    await water(page).click();
    const token = await tokenOf(page);
    await till.request("DELETE", "/api/session", { token });
    await asks(page);
    await signIn(page, ana);
    await expect(page.getByRole("button", { name: /^Ana works here/ })).toBeVisible();
    await expect(page.locator(".cart")).toContainText("Still water");
    expect(await sell(page)).toBe(`Bearer ${await tokenOf(page)}`);
    await page.context().close();
});

test("at the counter another takes over, and it is locked", async ({ browser }) => {
    const page = await open(browser, `${secure}/counter`);
    await asks(page);
    await signIn(page, ana);
    const before = await page.waitForFunction(() => sessionStorage.getItem("trestle.person"));
    expect(await before.jsonValue()).toContain("Ana");
    await page.getByRole("button", { name: /^Ana works here/ }).click();
    await page.getByRole("button", { name: "Bo 8" }).click();
    await lookAt(page, `${shots}/counter-switch`, false);
    await press(page, bo.pin);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("button", { name: /^Bo works here/ })).toBeVisible();
    await water(page).click();
    expect(await sell(page)).toBe(`Bearer ${await tokenOf(page)}`);
    await page.reload();
    await page.getByRole("button", { name: /^Bo works here/ }).click();
    await page.getByRole("button", { name: "Lock now" }).click();
    await asks(page);
    await page.reload();
    await asks(page);
    await page.context().close();
});

test("kitchen and hand-over work from a tablet that signs in", async ({ browser }) => {
    const counter = await open(browser, `${secure}/counter`);
    await signIn(counter, ana);
    await water(counter).click();
    await sell(counter);
    await counter.context().close();
    const kitchen = await open(browser, `${secure}/kitchen`);
    await asks(kitchen);
    await signIn(kitchen, bo);
    const number = await kitchen.locator(".ticket").first().getAttribute("data-order");
    const ticket = kitchen.locator(`[data-order="${number}"]`);
    await ticket.getByRole("button", { name: /^Accept/ }).click();
    await ticket.getByRole("button", { name: /^Bump/ }).click();
    await kitchen.context().close();
    const pickup = await open(browser, `${secure}/pickup?staff`);
    await asks(pickup);
    await signIn(pickup, bo);
    await pickup.getByRole("button", { name: new RegExp(`^${number}`) }).click();
    await pickup
        .getByRole("dialog")
        .getByRole("button", { name: /^Hand over/ })
        .click();
    await expect(pickup.getByText(`${number} handed over.`)).toBeVisible();
    await pickup.goto(`${secure}/pickup`);
    await expect(pickup.getByRole("heading", { name: "Ready" })).toBeVisible();
    await expect(pickup.getByRole("button", { name: "Staff" })).toHaveCount(0);
    await pickup.context().close();
});

test("the stall's address is set from a tablet that signs in", async ({ browser }) => {
    const page = await open(browser, `${secure}/codes`);
    await asks(page);
    await signIn(page, bo);
    await page.getByLabel("Public address").fill("https://stall.example");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("The address is saved.")).toBeVisible();
    await page.getByRole("button", { name: /^Bo works here/ }).click();
    await page.getByRole("button", { name: "Lock now" }).click();
    await asks(page);
    await page.context().close();
});

test("a PIN that was tried too often says for how long it is locked", async ({ browser }) => {
    const page = await open(browser, `${till.url}/kitchen`);
    await asks(page);
    const alert = page.getByRole("alert");
    for (let attempt = 0; attempt < 5; attempt++) {
        await signIn(page, { number: 9, pin: "0000" });
        await expect(alert).toHaveText("That number and PIN do not go together.");
    }
    await signIn(page, cy);
    await expect(alert).toHaveText(/^Too many wrong PINs\. Try again in \d+ s\.$/);
    await page.context().close();
});
