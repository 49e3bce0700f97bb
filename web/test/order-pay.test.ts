import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

/** A form as the provider's script makes it. */
interface Form {
    readonly clientSecret: string;
    isOnPage: boolean;
    /** Says that it can be filled in. */
    ready(): void;
}
const forms: Form[] = [];
/** What was paid by which form, and what the bank answers then. */
const paid: { clientSecret: string; agree(status?: string): void }[] = [];

function elements({ clientSecret }: { clientSecret: string }) {
    const form: Form = { clientSecret, isOnPage: true, ready: () => undefined };
    forms.push(form);
    return {
        clientSecret,
        submit: async () => ({}),
        create: (type: string) => ({
            mount: () => undefined,
            on(event: string, then: (event: object) => void) {
                if (type === "payment" && event === "ready") {
                    form.ready = () => then({});
                }
            },
            destroy() {
                form.isOnPage = false;
            },
        }),
    };
}

const confirmPayment = ({ elements: by }: { elements: { clientSecret: string } }) =>
    new Promise<object>((resolve) => {
        const agree = (status = "requires_capture") => resolve({ paymentIntent: { status } });
        paid.push({ clientSecret: by.clientSecret, agree });
    });

const script = { src: "", onload: (): void => undefined, remove: () => undefined };

let showAgain = (_: { persisted: boolean }): void => undefined;

// What the page's modules look at.
Object.assign(globalThis, {
    location: { hash: "", href: "" },
    addEventListener(event: string, then: typeof showAgain) {
        if (event === "pageshow") {
            showAgain = then;
        }
    },
    document: {
        getElementById: () => frame(),
        documentElement: {},
        createElement: () => script,
        head: { append: () => undefined },
    },
    localStorage: undefined,
    window: { Stripe: () => ({ elements, confirmPayment }) },
    matchMedia: () => ({ matches: false }),
});

/** The node answers by hand, order by order. */
let answers: Record<string, () => void> = {};
/** What it says of the last try. */
let attempt = "none";
globalThis.fetch = (path) =>
    new Promise((resolve) => {
        const [, id = ""] = /orders.(.*).payment/.exec(String(path)) ?? [];
        const body = { client_secret: `secret of ${id}`, publishable_key: "pk", attempt };
        answers[id] = () => resolve(Response.json(body));
    });

const { enter } = await import("../src/order/card");
const { host } = await import("../src/order/pay");
const { owns, page, place } = await import("../src/order/shop");

const { openIn, pay, stage } = enter(host);
const child = () => ({ replaceChildren: () => undefined });
const frame = () => ({ children: [child(), child()] }) as unknown as HTMLElement;
const formOf = (id: string) => forms.find(({ clientSecret }) => clientSecret.endsWith(id));

/** The page is drawn with the card form of @id; the result ends when that is done with. */
function show(id: string): Promise<void> {
    place.value = id;
    return openIn(frame());
}

/** And without it. */
function leave(): void {
    place.value = "";
    void openIn(null);
}

beforeEach(() => {
    leave();
    forms.length = 0;
    paid.length = 0;
    answers = {};
    attempt = "none";
    page.value = { ...page.value, card: { script: "stripe.js", practice: true } };
    owns.value = ["a", "b"].map((id) => ({ id, number: id, token: "t", how: "card" }));
});

describe("of two card forms", () => {
    it("the one that is on the page stays there, though both waited for the script", async () => {
        const first = show("a");
        answers["a"]?.();
        leave();
        const second = show("b");
        answers["b"]?.();
        await vi.waitFor(() => expect(script.src).not.toBe(""));
        script.onload();
        await Promise.all([first, second]);
        expect(formOf("a")?.isOnPage ?? false).toBe(false);
        expect(formOf("b")?.isOnPage).toBe(true);
    });

    it("the one that is on the page pays, though the other is answered last", async () => {
        const first = show("a");
        leave();
        const second = show("b");
        answers["b"]?.();
        await second;
        answers["a"]?.();
        await first;
        void pay();
        await vi.waitFor(() => expect(paid).toHaveLength(1));
        expect(paid[0]?.clientSecret).toBe("secret of b");
        expect(formOf("a")).toBeUndefined();
    });

    it("the one that was left says nothing of the other", async () => {
        const first = show("a");
        answers["a"]?.();
        await first;
        const paying = pay();
        await vi.waitFor(() => expect(paid).toHaveLength(1));
        leave();
        const second = show("b");
        paid[0]?.agree();
        await paying;
        formOf("a")?.ready();
        expect(stage.value).toBe("opening");
        answers["b"]?.();
        await second;
        formOf("b")?.ready();
        expect(stage.value).toBe("open");
    });
});

describe("a card form", () => {
    /** Open, and filled in. */
    async function openAndPay(): Promise<void> {
        const opening = show("a");
        answers["a"]?.();
        await vi.waitFor(() => expect(script.src).not.toBe(""));
        script.onload();
        await opening;
        void pay();
        await vi.waitFor(() => expect(paid).toHaveLength(1));
    }

    /** The node answers what is asked in a while. */
    async function later(): Promise<void> {
        delete answers["a"];
        await vi.runOnlyPendingTimersAsync();
        await vi.waitFor(() => expect(answers["a"]).toBeDefined());
        answers["a"]?.();
    }

    beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
    afterEach(() => void vi.useRealTimers());

    it("is not offered while the bank thinks, and again when it then says no", async () => {
        attempt = "undecided";
        const opening = show("a");
        answers["a"]?.();
        await opening;
        expect(stage.value).toBe("undecided");
        expect(forms).toHaveLength(0);
        await later();
        expect(forms).toHaveLength(0);
        attempt = "failed";
        await later();
        await vi.waitFor(() => expect(stage.value).toBe("opening"));
        answers["a"]?.();
        await vi.waitFor(() => expect(forms).toHaveLength(1));
    });

    it("that agreed too early opens again when the node hears otherwise", async () => {
        await openAndPay();
        paid[0]?.agree();
        await vi.waitFor(() => expect(stage.value).toBe("sent"));
        attempt = "failed";
        await later();
        await vi.waitFor(() => expect(formOf("a")?.isOnPage).toBe(false));
        expect(stage.value).toBe("opening");
    });

    it("says that the bank thinks when that is all the provider knows", async () => {
        await openAndPay();
        paid[0]?.agree("processing");
        await vi.waitFor(() => expect(stage.value).toBe("undecided"));
    });

    it("opens anew on a page that the browser kept while a bank had the customer", async () => {
        await openAndPay();
        showAgain({ persisted: false });
        expect(stage.value).toBe("paying");
        showAgain({ persisted: true });
        expect(stage.value).toBe("opening");
    });
});
