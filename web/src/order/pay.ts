// Paying by card within the page. What the page is told of a payment is no proof of it: the order's
// own status says what was reserved.
import { cell } from "./cell";
import { ask, Refusal } from "./node";
import { type Own, page, shownOwn } from "./shop";
import type { Form } from "./stripe";
import { language, t } from "./words";

/** As the gateway's own document has it. */
interface CardPayment {
    client_secret: string;
    publishable_key: string;
}

export type Stage = "opening" | "open" | "paying" | "sent" | "failed";
export const stage = cell<Stage>("opening");
export const declined = cell("");

/** Its file lies beside the page, which the build makes one document: vite.order.ts. */
const stripePath = "/order.stripe.js";

let form: Form | null = null;

/** Which form is on the page: what was begun for another comes too late. */
let turn = 0;

export async function pay(): Promise<void> {
    const mine = turn;
    stage.value = "paying";
    declined.value = "";
    const why = await (form?.pay() ?? Promise.reject()).catch(() => t("offline"));
    if (mine === turn) {
        stage.value = why === null ? "sent" : "open";
        declined.value = why ? t("notPaid", { why }) : "";
    }
}

interface Place {
    readonly script: string;
    readonly frame: HTMLElement;
    isMine(): boolean;
}

/** null: it was another's turn before there was anything to see. */
async function open(own: Own, { script, frame, isMine }: Place): Promise<Form | null> {
    const [wallet, card] = frame.children as unknown as [HTMLElement, HTMLElement];
    const asked = { body: {}, token: own.token };
    const [{ body }, { openForm }] = await Promise.all([
        ask<CardPayment>("POST", `/api/orders/${own.id}/payment`, asked),
        import(/* @vite-ignore */ stripePath) as Promise<typeof import("./stripe")>,
    ]);
    if (!isMine()) {
        return null;
    }
    wallet.replaceChildren();
    card.replaceChildren();
    return openForm({
        script,
        card,
        wallet,
        key: body?.publishable_key ?? "",
        clientSecret: body?.client_secret ?? "",
        locale: language.value,
        onReady() {
            if (isMine()) {
                stage.value = "open";
            }
        },
        onWallet() {
            if (isMine()) {
                void pay();
            }
        },
    });
}

/** Opens the form within @frame, which has a place for a wallet and one for a card; when the page
 * is drawn without it, it is closed. */
export async function openIn(frame: HTMLElement | null): Promise<void> {
    const own = shownOwn.value;
    const script = page.value.card?.script;
    const mine = ++turn;
    const isMine = (): boolean => mine === turn;
    form?.close();
    form = null;
    if (!frame || !own || !script) {
        return;
    }
    stage.value = "opening";
    declined.value = "";
    try {
        const opened = await open(own, { script, frame, isMine });
        if (isMine()) {
            form = opened;
        } else {
            opened?.close();
        }
    } catch (error) {
        if (isMine()) {
            const why = error instanceof Refusal ? error.problem?.detail : "";
            stage.value = "failed";
            declined.value = why ? t("failed", { why }) : "";
        }
    }
}

/** A bank that sent the customer away sends him back with what nobody should keep: it goes. */
export function cleanAddress(): void {
    if (new URLSearchParams(location.search).has("payment_intent_client_secret")) {
        history.replaceState(null, "", location.pathname + location.hash);
    }
}
