// A whole card order while the gateway's line to the provider is cut at one of its steps. The stall
// sells on, the page claims nothing that the provider has not said, and in the end each move of
// money is made once. What was moved is what the practice Stripe's own journal says.
import { expect, type Page } from "@playwright/test";
import { type Market, openMarket } from "./guests";
import { fillCart, payForm, typeCard } from "./pay";
import { come, numberOf, said } from "./phones";
import { test } from "./test";

let market: Market;

test.beforeAll(async () => {
    market = await openMarket();
});

test.afterAll(() => market?.close());

/** Who does a step, and what can be said of it while the line is cut. */
interface Visit {
    page: Page;
    /** The order's, at the stall; "" before it has one. */
    id: string;
    /** The provider's, of the payment that is tried first. */
    payment: string;
}

interface Step {
    name: string;
    /** The gateway asks the provider nothing. */
    isLocal?: true;
    act(visit: Visit): Promise<void>;
    /** What is so while the line is cut, when it was cut before the step. */
    meanwhile(visit: Visit): Promise<void>;
    /** What is so once it is there. */
    after(visit: Visit): Promise<void>;
}

const money = ({ page }: Visit) => page.locator(".money");
const nothing = async (): Promise<void> => undefined;
const phase = async (page: Page): Promise<string | undefined> =>
    (await market.order(await numberOf(page)))?.phase;
const waitsAtMost = 15_000; // ms: the gateway says so after six

const movesOf = (id: string): string[] =>
    market.practice.account.journal.moves
        .filter(({ payment_intent }) => payment_intent === id)
        .map(({ move }) => move);

async function isDeclined({ page }: Visit): Promise<void> {
    const sentence = "It was not paid: Your card has insufficient funds.";
    await expect(page.getByText(sentence)).toBeVisible();
    expect(await phase(page)).toBe("draft");
    expect(movesOf(market.payment().id)).toEqual([]);
}

async function isReady(visit: Visit): Promise<void> {
    await expect(said(visit.page)).toHaveText("It is ready. Come and get it!");
    await expect(money(visit)).toContainText("€21.80 paid");
}

const steps: Step[] = [
    {
        name: "the price is asked for",
        isLocal: true,
        act: ({ page }) => fillCart(page),
        meanwhile: nothing,
        after: ({ page }) => expect(page.locator(".total")).toContainText("€21.80"),
    },
    {
        name: "the card's form is opened",
        act: ({ page }) => page.getByRole("button", { name: /^Pay by card/ }).tap(),
        async meanwhile({ page }) {
            const sentence = page.getByText("The card form does not open.");
            await expect(sentence).toBeVisible({ timeout: waitsAtMost });
            await expect(page.getByRole("button", { name: "Pay at the counter" })).toBeVisible();
        },
        async after({ page }) {
            const again = page.getByRole("button", { name: "Try again" });
            if (await again.isVisible()) {
                await again.tap();
            }
            await expect(payForm(page).getByLabel("Card number")).toBeVisible();
        },
    },
    {
        name: "the bank declines",
        isLocal: true, // the page hears it from the bank
        act: ({ page }) => typeCard(page, "4000 0000 0000 9995"),
        meanwhile: isDeclined,
        async after(visit) {
            await isDeclined(visit);
            visit.payment = market.payment().id;
        },
    },
    {
        name: "the bank reserves the money",
        act: ({ page }) => typeCard(page, "4242 4242 4242 4242"),
        async meanwhile({ page }) {
            await expect(page.getByText("Your bank agreed.")).toBeVisible();
            expect(await phase(page)).toBe("draft");
        },
        async after(visit) {
            await expect(said(visit.page)).toHaveText("Ordered. The kitchen has not taken it yet.");
            await expect(money(visit)).toContainText("€21.80 is reserved on your card");
            await expect.poll(() => phase(visit.page)).toBe("placed");
            const held = { id: visit.payment, status: "requires_capture" };
            expect(market.payment()).toMatchObject(held);
            visit.id = (await market.order(await numberOf(visit.page)))?.id ?? "";
        },
    },
    {
        name: "the kitchen takes it",
        act: ({ id }) => market.deed(`/api/orders/${id}/accept`),
        async meanwhile(visit) {
            await expect(said(visit.page)).toHaveText("The kitchen has taken it.");
            await expect(money(visit)).toContainText("€21.80 is reserved on your card");
            await expect(money(visit)).not.toContainText("€21.80 paid");
        },
        after: (visit) => expect(money(visit)).toContainText("€21.80 paid"),
    },
    {
        name: "the status arrives",
        isLocal: true,
        async act({ page, id }) {
            await market.deed(`/api/orders/${id}/start`);
            await expect(said(page)).toHaveText("It is being made.");
            await market.deed(`/api/orders/${id}/done`);
        },
        meanwhile: isReady,
        after: isReady,
    },
    {
        name: "the stall calls it off",
        act: ({ id }) => market.deed(`/api/orders/${id}/cancel`, { reason: "the pan caught fire" }),
        async meanwhile({ page }) {
            await expect(said(page)).toContainText("This order was cancelled.");
            expect(movesOf(market.payment().id)).not.toContain("refund");
        },
        async after(visit) {
            await expect(money(visit)).toContainText("€21.80 goes back to you");
            await expect
                .poll(() => movesOf(market.payment().id))
                .toEqual(["hold", "capture", "refund"]);
        },
    },
];

/** Does a step without the line, until the gateway has felt that, and lets the line come back. */
async function actCut({ isLocal, act, meanwhile }: Step, visit: Visit): Promise<void> {
    const { api, faults } = market.practice;
    api.cut = "gateway";
    const before = faults.counts.internet_down;
    try {
        await act(visit);
        await meanwhile(visit);
        await expect.poll(() => isLocal || faults.counts.internet_down > before).toBe(true);
    } finally {
        api.cut = "";
    }
}

for (const [cut, { name }] of steps.entries()) {
    test(`the line is cut as ${name}: the order goes on, and is charged once`, async ({
        browser,
    }) => {
        const page = await come(browser, `${market.gateway.url}/order`);
        const visit: Visit = { page, id: "", payment: "" };
        for (const [index, step] of steps.entries()) {
            await (index === cut ? actCut(step, visit) : step.act(visit));
            await step.after(visit);
        }
        await page.context().close();
    });
}
