// A guest's card in the practice payment form, in a real browser, under the content policy that a
// page of ours has: it asks no more of a page than docs/stripe.md, B2 to B5, does.
import { type ChildProcess, spawn } from "node:child_process";
import http, { type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, type Page } from "@playwright/test";
import { test } from "./test";

let practice: ChildProcess;
let stripe: string;
let shop: Server;
let page: Page;

/** The page's script: what any shop does, with what it is told written down. */
const SCRIPT = `
    const told = (text) => document.querySelector("output").append(text + "\\n");
    const options = Object.fromEntries(new URLSearchParams(location.search));
    const stripe = Stripe("pk_test_e2e");
    const how = { mode: "payment", amount: Number(options.amount ?? 1250), currency: "eur" };
    const elements = stripe.elements({ ...how, captureMethod: options.capture ?? "manual" });
    const card = elements.create("payment");
    const wallet = elements.create("expressCheckout");
    card.on("ready", () => told("ready"));
    card.on("change", ({ complete }) => complete && told("complete"));
    wallet.on("ready", ({ availablePaymentMethods: any }) => told("wallet " + any.googlePay));
    card.mount("#card");
    wallet.mount("#wallet");
    async function pay() {
        const { error: early } = await elements.submit();
        if (early) return told("error " + early.code);
        const clientSecret = (window.secret ??= await (await fetch("/secret")).text());
        const { error, paymentIntent } = await stripe.confirmPayment({
            elements, clientSecret, redirect: options.redirect ?? "if_required",
            confirmParams: { return_url: location.origin + "/back" },
        });
        told(error ? "error " + (error.decline_code ?? error.code ?? error.type)
                   : paymentIntent.status);
    }
    document.querySelector("button").addEventListener("click", pay);
    wallet.on("confirm", pay);
`;

const PAGE = `<!doctype html><html lang="en"><title>Shop</title><div id="wallet"></div>
    <div id="card"></div><button type="button">Pay</button><output></output>
    <script src="STRIPE/endive/stripe.js"></script><script src="/shop.js"></script>`;

async function api(path: string, body?: string): Promise<Record<string, unknown>> {
    const headers = {
        Authorization: "Bearer sk_test_e2e",
        "Content-Type": "application/x-www-form-urlencoded",
    };
    const method = body === undefined ? "GET" : "POST";
    const answer = await fetch(stripe + path, { method, headers, ...(body ? { body } : {}) });
    return (await answer.json()) as Record<string, unknown>;
}

async function secret(): Promise<string> {
    const form = "amount=1250&currency=eur&capture_method=manual";
    return String((await api("/v1/payment_intents", form))["client_secret"]);
}

const policy = () =>
    `default-src 'none'; script-src 'self' ${stripe}; frame-src ${stripe}; connect-src 'self'`;

function openShop(): Promise<Server> {
    const answers: Record<string, [string, () => Promise<string> | string]> = {
        "/": ["text/html", () => PAGE.replace("STRIPE", stripe)],
        "/shop.js": ["text/javascript", () => SCRIPT],
        "/secret": ["text/plain", secret],
        "/back": ["text/html", () => "<title>Back</title>"],
    };
    const server = http.createServer(async (request, response) => {
        const [type, body] = answers[request.url?.split("?")[0] ?? ""] ?? ["text/plain", () => ""];
        response.setHeader("Content-Security-Policy", policy());
        response.setHeader("Content-Type", type);
        response.end(await body());
    });
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

test.beforeAll(async () => {
    const main = path.join(__dirname, "../stripe/main.mjs");
    practice = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "inherit"] });
    if (!practice.stdout) throw new Error("the practice Stripe says nothing");
    for await (const line of createInterface(practice.stdout)) {
        stripe = JSON.parse(line).url;
        break;
    }
    shop = await openShop();
    await api("/v1/payment_method_domains", "domain_name=127.0.0.1");
});

test.afterAll(() => {
    practice.kill();
    shop.close();
});

const told = (text: string) => expect(page.locator("output")).toContainText(text);
const cardFrame = () => page.frameLocator('iframe[title="Secure payment input frame"]');
const pay = () => page.getByRole("button", { name: "Pay", exact: true }).click();

async function open(browserPage: Page, query = ""): Promise<void> {
    page = browserPage;
    const { port } = shop.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/${query}`);
    await told("ready");
}

async function type(number: string): Promise<void> {
    await cardFrame().getByLabel("Card number").fill(number);
    await cardFrame().getByLabel("Expiration date").fill("12 / 34");
    await cardFrame().getByLabel("Security code").fill("123");
}

async function intent(): Promise<Record<string, unknown>> {
    const { data } = await api("/v1/payment_intents?limit=1");
    return (data as Record<string, unknown>[])[0] ?? {};
}

test("a good card is held, and the form says that it is practice", async ({ page }) => {
    await open(page);
    await expect(cardFrame().getByText("no card is charged")).toBeVisible();
    await type("4242 4242 4242 4242");
    await told("complete");
    await pay();
    await told("requires_capture");
    expect(await intent()).toMatchObject({ status: "requires_capture", amount_capturable: 1250 });
});

test("a declined card is told, and another one pays the same intent", async ({ page }) => {
    await open(page);
    await type("4000 0000 0000 9995");
    await pay();
    await told("error insufficient_funds");
    await expect(cardFrame().getByRole("alert")).toHaveText("Your card has insufficient funds.");
    const { id } = await intent();
    await type("4242 4242 4242 4242");
    await pay();
    await told("requires_capture");
    expect(await intent()).toMatchObject({ id, status: "requires_capture" });
});

test("what is not typed whole is not sent", async ({ page }) => {
    await open(page);
    const before = await intent();
    await pay();
    await told("error incomplete_number");
    expect(await intent()).toEqual(before);
});

test("the bank asks, and is answered rightly", async ({ page }) => {
    await open(page);
    await type("4000 0027 6000 3184");
    await pay();
    const bank = page.frameLocator('iframe[title="Secure 3D Secure frame"]');
    await bank.getByRole("button", { name: "Complete" }).click();
    await told("requires_capture");
});

test("the bank asks, and is answered wrongly", async ({ page }) => {
    await open(page);
    await type("4000 0027 6000 3184");
    await pay();
    const bank = page.frameLocator('iframe[title="Secure 3D Secure frame"]');
    await bank.getByRole("button", { name: "Fail" }).click();
    await told("error payment_intent_authentication_failure");
    expect(await intent()).toMatchObject({ status: "requires_payment_method" });
});

test("a wallet pays with one tap", async ({ page }) => {
    await open(page);
    await told("wallet true");
    const frame = page.frameLocator('iframe[title="Secure express checkout frame"]');
    await frame.getByRole("button", { name: "Practice wallet" }).click();
    await frame.getByRole("button", { name: "Approve" }).click();
    await told("requires_capture");
});

for (const query of ["?amount=1251", "?capture=automatic"]) {
    test(`a form made for something else than the intent does not pay: ${query}`, async ({
        page,
    }) => {
        await open(page, query);
        await type("4242 4242 4242 4242");
        await pay();
        await told("error invalid_request_error");
        expect(await intent()).toMatchObject({ status: "requires_payment_method" });
    });
}

test("a page that wants it is left for its return_url", async ({ page }) => {
    await open(page, "?redirect=always");
    await type("4242 4242 4242 4242");
    await pay();
    await page.waitForURL(/\/back\?payment_intent=pi_.*redirect_status=succeeded/);
});
