// Messages to phones: the customers' page asks a real gateway for them, which seals and sends them
// to a practice push service; what that read is handed to the page's worker. The subscription is
// played, as no push service can be reached, and so are notifications, which this browser does not
// show: what it would show is caught.
import { type Browser, expect, type Page } from "@playwright/test";
import { type Market, type Message, openMarket } from "./guests";
import { lookInSchemes, phone, shots, smallTargets } from "./pages";
import { numberOf, said } from "./phones";
import { test } from "./test";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket({ sends: true });
});

test.afterAll(() => market?.close());

interface Visit {
    page: Page;
    order: string;
    number: string;
    /** What the page asked to be kept, in order. */
    kept: object[];
}

interface Look {
    url?: string;
    permission?: "granted" | "denied";
}

type Subscribe = (key: string) => Promise<{ endpoint: string; keys: Record<string, string> }>;

async function comeAndOrder(
    browser: Browser,
    { url = market.gateway.url, permission }: Look = {},
): Promise<Visit> {
    const context = await browser.newContext({
        viewport: phone,
        locale: "en-GB",
        reducedMotion: "reduce",
        hasTouch: true,
        permissions: permission === "granted" ? ["notifications"] : [],
    });
    const kept: object[] = [];
    context.on("request", (request) => {
        if (request.url().endsWith("/notify")) {
            kept.push(request.postDataJSON());
        }
    });
    await context.exposeFunction(
        "subscribeThere",
        market.carriers.push.subscribe.bind(market.carriers.push),
    );
    await context.addInitScript((permission) => {
        if (!("PushManager" in self)) {
            return;
        }
        const { subscribeThere } = self as unknown as { subscribeThere: Subscribe };
        let subscribed: PushSubscription | null = null;
        PushManager.prototype.getSubscription = async () => subscribed;
        PushManager.prototype.subscribe = async (options) => {
            if (subscribed) {
                return subscribed;
            }
            const key = new Uint8Array(options?.applicationServerKey as ArrayBuffer);
            const text = btoa(String.fromCharCode(...key)).replace(/=+$/, "");
            const base64url = text.replaceAll("+", "-").replaceAll("/", "_");
            const json = await subscribeThere(base64url);
            subscribed = { endpoint: json.endpoint, toJSON: () => json } as PushSubscription;
            return subscribed;
        };
        if (permission) {
            Object.defineProperty(Notification, "permission", { get: () => permission });
            Notification.requestPermission = async () => permission;
        }
    }, permission);
    const page = await context.newPage();
    await page.goto(`${url}/order`);
    await page.getByRole("button", { name: "Add Edamame" }).tap();
    await page.getByRole("button", { name: "1 item Review" }).tap();
    await page.getByRole("button", { name: "Pay at the counter" }).tap();
    await expect(said(page)).toBeVisible();
    const number = await numberOf(page);
    await expect.poll(async () => (await market.order(number))?.id).toBeTruthy();
    const { id = "", due = 0 } = (await market.order(number)) ?? {};
    await market.deed(`/api/orders/${id}/pay`, { method: "cash", amount: -due, tendered: -due });
    await market.deed(`/api/orders/${id}/accept`);
    await expect(said(page)).toHaveText("The kitchen has taken it.");
    return { page, order: id, number, kept };
}

const telling = (page: Page) => page.getByRole("region", { name: "Tell me when it is ready" });

/** What the push service would hand to the page's worker. */
async function deliver(page: Page, message: Message): Promise<void> {
    const session = await page.context().newCDPSession(page);
    const found = new Promise<string>((done) => {
        session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
            const [first] = registrations.filter(({ isDeleted }) => !isDeleted);
            if (first) done(first.registrationId);
        });
    });
    await session.send("ServiceWorker.enable");
    await session.send("ServiceWorker.deliverPushMessage", {
        origin: market.gateway.url,
        registrationId: await found,
        data: JSON.stringify(message),
    });
    await session.detach();
}

type Notes = { title: string; tag: string; silent: boolean; isGone: boolean }[];

/** The page's worker, whose notifications are caught: this browser has no place to show them. */
async function catchNotes(page: Page): Promise<() => Promise<Notes>> {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const [worker] = page.context().serviceWorkers();
    if (!worker) throw new Error("the page has no service worker");
    await worker.evaluate(() => {
        const shown: { tag: string; isGone: boolean }[] = [];
        const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
        Object.assign(self, { shown });
        registration.showNotification = async (title, options) => {
            const note = { tag: "", silent: false, ...options, title, isGone: false };
            shown.push(Object.assign(note, { close: () => Object.assign(note, { isGone: true }) }));
        };
        registration.getNotifications = async ({ tag } = {}) =>
            shown.filter((one) => one.tag === tag && !one.isGone) as unknown as Notification[];
    });
    return () =>
        worker.evaluate(() =>
            (self as unknown as { shown: Notes }).shown.map(({ title, tag, silent, isGone }) => ({
                title,
                tag,
                silent,
                isGone,
            })),
        );
}

test("a phone asks to be told, is told once of each state, and asks not to be", async ({
    browser,
}) => {
    const { page, order, number, kept } = await comeAndOrder(browser, { permission: "granted" });
    expect(kept).toEqual([]);
    const ask = telling(page).getByRole("button", { name: "Tell me when it is ready" });
    await ask.tap();
    await expect(telling(page)).toContainText("Your phone tells you when it is ready.");
    await telling(page).getByRole("button", { name: "Do not tell me" }).tap();
    await expect(ask).toBeVisible();
    await ask.tap();
    await expect(telling(page)).toContainText("Your phone tells you when it is ready.");
    const address = { endpoint: expect.stringContaining(market.carriers.url) };
    const push = expect.objectContaining(address);
    expect(kept).toEqual([{ push }, { off: true }, { push }]);

    const notes = await catchNotes(page);
    const came = () => market.carriers.journal.filter(({ message }) => message?.order === order);
    await market.deed(`/api/orders/${order}/done`);
    await expect.poll(() => came().length).toBe(1);
    const message = came()[0]?.message as Message;
    expect(message).toMatchObject({ state: "ready", said: `Your order ${number} is ready.` });
    const told = { title: message.said, tag: `order-${order}`, silent: false, isGone: false };
    await deliver(page, message);
    await expect.poll(notes).toEqual([told]);
    await deliver(page, message);
    const passed = { ...told, tag: "repeated", silent: true, isGone: true };
    await expect.poll(notes).toEqual([told, passed]);
    await market.deed(`/api/orders/${order}/cancel`, { reason: "it fell down" });
    await expect.poll(() => came().length).toBe(2);
    const next = came()[1]?.message as Message;
    await deliver(page, next);
    await expect.poll(async () => (await notes()).at(-1)).toEqual({ ...told, title: next.said });
    expect(next.said).toContain("cancelled");
    await page.context().close();
});

test("a number is taken with its country, and another is refused in words", async ({ browser }) => {
    const { page, order, number, kept } = await comeAndOrder(browser);
    const field = telling(page).getByRole("textbox");
    const send = telling(page).getByRole("button", { name: "Send me a text" });
    await field.fill("0170 1234567");
    await send.tap();
    await expect(telling(page).getByRole("alert")).toContainText("begins with +");
    expect(kept).toEqual([]);
    await field.fill("+49 170 1234567");
    await send.tap();
    await expect(telling(page)).toContainText("A text message comes when it is ready.");
    expect(kept).toEqual([{ sms: "+491701234567" }]);
    await market.deed(`/api/orders/${order}/done`);
    const text = `Your order ${number} is ready.`;
    const sent = expect.objectContaining({ to: "+491701234567", text });
    await expect.poll(() => market.carriers.journal).toContainEqual(sent);
    await page.context().close();
});

test("a browser that may not show messages is said to, and the other way stays", async ({
    browser,
}) => {
    const { page } = await comeAndOrder(browser, { permission: "denied" });
    await expect(telling(page)).toContainText("This browser may not show messages.");
    await expect(telling(page).getByRole("textbox")).toBeVisible();
    await page.context().close();
});

test("where no messages are offered nothing is said of them", async ({ browser }) => {
    const { page } = await comeAndOrder(browser, { url: market.lan });
    await expect(telling(page)).toHaveCount(0);
    await page.context().close();
});

test("order-tell on a phone, light and dark", async ({ browser }) => {
    const { page } = await comeAndOrder(browser, { permission: "granted" });
    await expect(telling(page).getByRole("textbox")).toBeVisible();
    await lookInSchemes(page, (theme) => `${shots}/order-tell-phone-${theme}.png`, {
        fullPage: true,
    });
    expect(await smallTargets(page, 44)).toEqual([]);
    await page.context().close();
});
