// Every screen in every state that matters: no violation, nothing too small, nothing cut off; and
// the pictures of docs/screens/ come from here (npm run pictures).
import { expect, type Page } from "@playwright/test";
import {
    cutOff,
    expectNoSidewaysScroll,
    lookInSchemes,
    open,
    phone,
    shots,
    smallTargets,
    type Theme,
    tablet,
    ticketContrast,
} from "./pages";
import { test } from "./test";
import { counterWords, type Language, staffWords, wordsOf } from "./words";

const themes: Theme[] = ["light", "dark"];

async function startBusyNode() {
    const { startFakeNode } = await import("../../web/test/fake-node.mjs");
    const { fakeDay, fakeVoided } = await import("../../web/test/fake-day.mjs");
    const node = await startFakeNode();
    return { node, day: fakeDay(node), voided: fakeVoided() };
}

type Busy = Awaited<ReturnType<typeof startBusyNode>>;

interface Scene {
    name: string;
    path: string;
    /** Shown in the documentation. */
    isPicture?: boolean;
    /** px; what a thing to press must at least be, where that is not usual for the screen. */
    least?: number;
    /** What whoever works here has chosen. */
    language?: Language;
    prepare(page: Page, busy: Busy): Promise<void>;
}

/** px; on a counter's tablet all are pressed in a hurry, in the bar at the top too. */
const leastOf = (path: string, size: string): number =>
    path === "/counter" && size === "tablet" ? 64 : 44;

async function live(page: Page): Promise<void> {
    await expect(page.getByRole("status").first()).toHaveText("Live");
}

/** The gateway is lost, and the pickup's clock goes wrong: both are said, each once. */
async function withoutInternet(page: Page, { node }: Busy): Promise<void> {
    await live(page);
    const [kitchen, pickup] = node.peers;
    if (!kitchen || !pickup) {
        throw new Error("the fake node has two peers");
    }
    const lost = { state: "lost", linked: false, heard_ms_ago: 47_000 };
    const gateway = { ...kitchen, ...lost, device: "000000000000000f", name: "", role: "gateway" };
    node.peers = [kitchen, { ...pickup, clock_offset_ms: -61_000 }, gateway];
    node.marks();
    const status = page.getByRole("status").first();
    await expect(status).toHaveText(/^Local only since \d\d:\d\d$/);
    await page.locator("summary").click();
    const detail = page.locator(".connection-detail");
    await expect(detail).toContainText("The stall goes on.");
    await expect(detail).toContainText("Pickup: clock wrong by 1 min");
}

async function openVoided(page: Page, { node, voided }: Busy): Promise<void> {
    node.voided = voided;
    await page.reload(); // its session may be another
    await live(page);
    await page.getByRole("button", { name: "Decide 2" }).click();
    await expect(page.locator(".voided")).toHaveCount(2);
}

/** Where Arabic is spoken the menu is in it, too. */
async function openIn(language: "es" | "ar", page: Page, { node }: Busy): Promise<void> {
    if (language === "ar") {
        const { speakArabic } = await import("../../web/test/fake-arabic.mjs");
        speakArabic(node);
        await page.reload();
    }
    const live = wordsOf(language, staffWords).text("live");
    await expect(page.getByRole("status").first()).toHaveText(live);
}

/** The counter's scenes that say most, in a language whose words are long or run to the left. */
function inLanguage(language: "es" | "ar", name: string, isPicture: boolean): Scene[] {
    const said = wordsOf(language, counterWords);
    const common = { path: "/counter", language, isPicture };
    const sellTwo = async (page: Page): Promise<void> => {
        await page.locator(".item").nth(0).click(); // asks nothing
        await page.locator(".item").nth(5).click();
    };
    return [
        {
            ...common,
            name: `counter-${name}`,
            async prepare(page, busy) {
                await openIn(language, page, busy);
                await sellTwo(page);
            },
        },
        {
            ...common,
            name: `counter-pay-${name}`,
            async prepare(page, busy) {
                await openIn(language, page, busy);
                await sellTwo(page);
                await page.keyboard.press("p");
                await expect(page.getByRole("dialog")).toContainText(said.text("toPay"));
                await page.keyboard.type("2000");
            },
        },
        {
            ...common,
            name: `counter-placed-${name}`,
            async prepare(page, busy) {
                await openIn(language, page, busy);
                await sellTwo(page);
                await page.keyboard.press("p");
                await page.locator(".tender button").last().click();
                await expect(page.locator(".placed-change:visible")).toBeVisible();
            },
        },
        {
            ...common,
            name: `counter-options-${name}`,
            async prepare(page, busy) {
                await openIn(language, page, busy);
                await page.locator(".item").nth(3).click(); // asks for a sauce
                await expect(page.getByRole("dialog")).toContainText(said.text("required"));
            },
        },
        {
            ...common,
            name: `counter-orders-${name}`,
            async prepare(page, busy) {
                await openIn(language, page, busy);
                await page.keyboard.press("o");
                await expect(page.locator(".order-row").first()).toBeVisible();
            },
        },
        {
            ...common,
            name: `counter-order-${name}`,
            async prepare(page, busy) {
                await openIn(language, page, busy);
                await page.keyboard.press("o");
                await page.locator(".order-row").first().click();
                await expect(page.getByRole("dialog")).toBeVisible();
            },
        },
        {
            ...common,
            name: `counter-more-${name}`,
            async prepare(page, busy) {
                await openIn(language, page, busy);
                await page.locator(".more-button").click();
                await expect(page.getByRole("dialog")).toContainText(said.text("cashDrawer"));
            },
        },
    ];
}

const scenes: Scene[] = [
    {
        name: "index",
        path: "/",
        prepare: async (page) => expect(page.getByText("Take orders and money")).toBeVisible(),
    },
    {
        name: "counter",
        path: "/counter",
        isPicture: true,
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: /^Cheeseburger Contains/ }).dblclick();
            await page.getByRole("button", { name: /^Corn on the cob/ }).click();
        },
    },
    {
        name: "counter-options",
        path: "/counter",
        isPicture: true,
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: /^Lamb skewer/ }).click();
            await page.getByRole("button", { name: /^Tahini/ }).click();
        },
    },
    {
        name: "counter-pay",
        path: "/counter",
        isPicture: true,
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: /^Double burger/ }).click();
            await page.keyboard.press("p");
            await expect(page.getByRole("dialog")).toBeVisible();
            await page.keyboard.type("2000");
        },
    },
    {
        name: "counter-placed",
        path: "/counter",
        isPicture: true,
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: /^Cheeseburger/ }).click();
            await page.keyboard.press("p");
            await page.getByRole("dialog").getByRole("button", { name: "€20.00" }).click();
            await expect(page.getByText("Change").filter({ visible: true })).toBeVisible();
        },
    },
    {
        name: "counter-short",
        path: "/counter",
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: /^Grain bowl/ }).click();
            await page.getByRole("button", { name: "Sell all the same" }).click();
            const halloumi = page.getByRole("button", { name: /^Halloumi burger/ });
            await expect(halloumi).toContainText("2 left here, 5 in all");
            await halloumi.click({ clickCount: 3 });
            const bar = page.locator(".cart-bar:visible");
            if ((await bar.count()) > 0) {
                await bar.click();
            }
            const short = page.locator(".short:visible");
            await expect(short.filter({ hasText: "Halloumi" })).toContainText("1 more than");
            await expect(short.filter({ hasText: "Grain" })).toContainText("oversold");
        },
    },
    {
        name: "counter-force",
        path: "/counter",
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: /^Grain bowl/ }).click();
            await expect(page.getByRole("dialog")).toContainText("sold out by the count");
        },
    },
    {
        name: "counter-receipt",
        path: "/counter",
        isPicture: true,
        async prepare(page, { day }) {
            await live(page);
            await page.getByRole("button", { name: "Orders", exact: true }).click();
            await page.getByRole("button", { name: new RegExp(`^${day.edited.number}`) }).click();
            await page.getByRole("button", { name: "Pay", exact: false }).click();
            await page.getByRole("button", { name: /^Exact/ }).click();
            await page.getByRole("button", { name: "Receipt" }).click();
            await expect(page.getByRole("dialog")).toContainText("A-1-1");
            await expect(page.getByRole("button", { name: "Print: Receipts" })).toBeVisible();
        },
    },
    {
        name: "counter-orders",
        path: "/counter",
        isPicture: true,
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: "Orders", exact: true }).click();
            await expect(page.locator(".order-row").first()).toBeVisible();
        },
    },
    {
        name: "counter-order",
        path: "/counter",
        async prepare(page, { day }) {
            await live(page);
            await page.getByRole("button", { name: "Orders", exact: true }).click();
            await page.getByRole("button", { name: new RegExp(`^${day.edited.number}`) }).click();
            await expect(page.getByRole("button", { name: "Cancel order" })).toBeVisible();
        },
    },
    {
        name: "counter-voided",
        path: "/counter",
        isPicture: true,
        prepare: openVoided,
    },
    {
        name: "counter-voided-not-allowed",
        path: "/counter",
        async prepare(page, busy) {
            const { session } = busy.node;
            session.capabilities = session.capabilities.filter((one) => one !== "adopt");
            await openVoided(page, busy);
            await expect(page.getByText("Only a manager's device can decide")).toBeVisible();
            await expect(page.getByRole("button", { name: "Take over" })).toHaveCount(0);
        },
    },
    {
        name: "counter-voided-take-over",
        path: "/counter",
        async prepare(page, busy) {
            await openVoided(page, busy);
            await page.getByRole("button", { name: "Take over" }).first().click();
            await expect(page.getByRole("dialog")).toContainText("real sale");
        },
    },
    {
        name: "counter-voided-drop",
        path: "/counter",
        async prepare(page, busy) {
            await openVoided(page, busy);
            await page.getByRole("button", { name: "Drop" }).first().click();
            await expect(page.getByRole("dialog")).toContainText("no sale");
        },
    },
    {
        name: "counter-more",
        path: "/counter",
        isPicture: true,
        async prepare(page, { node }) {
            node.session.capabilities = [...node.session.capabilities, "popup"];
            await page.reload(); // its session may be another
            await live(page);
            await page.getByRole("button", { name: "More", exact: true }).click();
            await expect(page.getByRole("link", { name: /^Codes/ })).toBeVisible();
        },
    },
    {
        name: "counter-drawer-not-allowed",
        path: "/counter",
        async prepare(page, { node }) {
            const { session } = node;
            session.capabilities = session.capabilities.filter((one) => one !== "take-money");
            await page.reload(); // its session may be another
            await live(page);
            await page.getByRole("button", { name: "More", exact: true }).click();
            await page.getByRole("button", { name: /^Cash drawer/ }).click();
            await expect(page.getByRole("dialog")).toContainText("Only who may take money");
            await expect(page.getByRole("button", { name: /^Open with/ })).toHaveCount(0);
        },
    },
    {
        name: "counter-cut-off",
        path: "/counter",
        async prepare(page, { node }) {
            await live(page);
            const lost = { state: "lost", linked: false, heard_ms_ago: 47_000 };
            node.peers = node.peers.map((peer) =>
                peer.role === "kitchen" ? { ...peer, ...lost } : peer,
            );
            node.marks();
            await expect(page.getByRole("status").first()).toHaveText("Kitchen not heard");
            await page.locator("summary").click();
        },
    },
    ...inLanguage("es", "spanish", false),
    ...inLanguage("ar", "arabic", true),
    {
        name: "counter-local-only",
        path: "/counter",
        isPicture: true,
        prepare: (page, busy) => withoutInternet(page, busy),
    },
    {
        name: "pickup-local-only",
        path: "/pickup",
        prepare: (page, busy) => withoutInternet(page, busy),
    },
    {
        name: "kitchen-clock",
        path: "/kitchen",
        async prepare(page, { node }) {
            await live(page);
            node.peers = node.peers.map((peer) => ({ ...peer, clock_offset_ms: 185_000 }));
            node.marks();
            await expect(page.getByRole("status").first()).toHaveText("Clock wrong by 3 min");
            await page.locator("summary").click();
            await expect(page.locator(".connection-detail")).toContainText("set this device's");
        },
    },
    {
        name: "kitchen",
        path: "/kitchen",
        isPicture: true,
        least: 56,
        async prepare(page) {
            await live(page);
            await expect(page.locator(".ticket")).toHaveCount(8);
        },
    },
    {
        name: "kitchen-grid",
        path: "/kitchen?station=grill",
        isPicture: true,
        least: 56,
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: "Grid" }).click();
            await expect(page.locator(".ticket").first()).toBeVisible();
        },
    },
    {
        name: "kitchen-sold-out",
        path: "/kitchen",
        least: 44,
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: "Sold out" }).click();
            await expect(page.getByRole("dialog")).toBeVisible();
        },
    },
    {
        name: "kitchen-printer",
        path: "/kitchen",
        async prepare(page, { node }) {
            await live(page);
            node.printers = [{ number: 1, ready: false, waiting: 3, state: "it is out of paper" }];
            node.opaque = 2;
            node.marks();
            const status = page.getByRole("status").first();
            await expect(status).toHaveText("Printer 1: it is out of paper");
            await page.locator("summary").click();
            await expect(page.locator(".connection-detail")).toContainText("3 slips wait");
            await expect(page.locator(".connection-detail")).toContainText("newer software");
        },
    },
    {
        name: "kitchen-recall",
        path: "/kitchen",
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: "Recall" }).first().click();
            await expect(page.getByRole("dialog").locator("li").first()).toBeVisible();
        },
    },
    {
        name: "kitchen-refuse",
        path: "/kitchen",
        async prepare(page) {
            await live(page);
            await page.getByRole("button", { name: "Refuse" }).first().click();
            await expect(page.getByRole("dialog")).toBeVisible();
        },
    },
    {
        name: "pickup",
        path: "/pickup",
        isPicture: true,
        async prepare(page) {
            await live(page);
            await expect(page.locator(".numbers.ready li")).toHaveCount(2);
        },
    },
    {
        name: "pickup-staff",
        path: "/pickup?staff",
        isPicture: true,
        async prepare(page) {
            await live(page);
            await expect(page.locator(".staff-rows li").first()).toBeVisible();
        },
    },
    {
        name: "pickup-hand-over",
        path: "/pickup?staff",
        async prepare(page, { day }) {
            await live(page);
            const name = new RegExp(`^${day.ready.number}`);
            await page.getByRole("button", { name }).click();
            await expect(page.getByRole("dialog")).toBeVisible();
        },
    },
    {
        name: "pickup-nobody",
        path: "/pickup?staff",
        async prepare(page, { day }) {
            await live(page);
            const name = new RegExp(`^${day.ready.number}`);
            await page.getByRole("button", { name }).click();
            await page.getByRole("button", { name: "Nobody came", exact: true }).click();
            await expect(page.getByRole("heading", { name: /^Nobody came for/ })).toBeVisible();
        },
    },
];

for (const scene of scenes) {
    // On the phone first: what has no room there is folded, and the scene opens it.
    test(`${scene.name} on a phone, then a tablet`, async ({ page }) => {
        const busy = await startBusyNode();
        await page.setViewportSize(phone);
        await page.addInitScript((language) => {
            localStorage.setItem("trestle.language", language);
        }, scene.language ?? "en");
        await open(page, busy.node.url + scene.path, "light");
        await scene.prepare(page, busy);
        for (const [size, viewport] of Object.entries({ phone, tablet })) {
            await page.setViewportSize(viewport);
            const pathOf = (theme: Theme) =>
                scene.isPicture ? `${shots}/${scene.name}-${size}-${theme}.png` : null;
            await lookInSchemes(page, pathOf);
            const least = scene.least ?? leastOf(scene.path, size);
            expect(await smallTargets(page, least)).toEqual([]);
            await expectNoSidewaysScroll(page);
            expect(scene.language ? await cutOff(page) : []).toEqual([]);
        }
        await busy.node.kill();
    });
}

for (const theme of themes) {
    test(`tickets have a contrast of 7 and more, ${theme}`, async ({ page }) => {
        const { node } = await startBusyNode();
        await page.setViewportSize(tablet);
        await open(page, `${node.url}/kitchen`, theme);
        await expect(page.locator(".ticket")).toHaveCount(8);
        expect(await ticketContrast(page)).toBeGreaterThanOrEqual(7);
        await node.kill();
    });
}

test("numbers on the pickup board are an eighth of the screen high", async ({ page }) => {
    const { node } = await startBusyNode();
    await page.setViewportSize(tablet);
    await open(page, `${node.url}/pickup`);
    const number = page.locator(".numbers.ready li").first();
    await expect(number).toBeVisible();
    const size = await number.evaluate((element) =>
        Number.parseFloat(getComputedStyle(element).fontSize),
    );
    expect(size).toBeGreaterThanOrEqual(0.12 * tablet.height);
    await node.kill();
});
