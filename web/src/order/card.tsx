// Paying by card within the page. Loaded when it is wanted; whatever it needs of the page it is
// handed, as nothing can be imported from a document. What the page is told of a payment is no
// proof of it: the order's own status says what was reserved.
import type { CardPayment } from "../base/protocol";
import type { CardHost, Paying } from "./pay";
import type { Own } from "./shop";
import { type Form, openForm } from "./stripe";
import { card as words } from "./words/card";

export type Stage = "opening" | "open" | "paying" | "sent" | "failed";

interface Place {
    readonly script: string;
    readonly frame: HTMLElement;
    isMine(): boolean;
}

export function enter(host: CardHost) {
    const { t } = host;
    host.learn(words);
    const stage = host.cell<Stage>("opening");
    const declined = host.cell("");
    let form: Form | null = null;
    /** Which form is on the page: what was begun for another comes too late. */
    let turn = 0;

    async function pay(): Promise<void> {
        const mine = turn;
        stage.value = "paying";
        declined.value = "";
        const why = await (form?.pay() ?? Promise.reject()).catch(() => t("offline"));
        if (mine === turn) {
            stage.value = why === null ? "sent" : "open";
            declined.value = why ? t("notPaid", { why }) : "";
        }
    }

    /** null: it was another's turn before there was anything to see. */
    async function open(own: Own, { script, frame, isMine }: Place): Promise<Form | null> {
        const [wallet, card] = frame.children as unknown as [HTMLElement, HTMLElement];
        const asked = { body: {}, token: own.token };
        const path = `/api/orders/${own.id}/payment`;
        const { body } = await host.ask<CardPayment>("POST", path, asked);
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
            locale: host.language.value,
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

    /** Opens the form within @frame, which has a place for a wallet and one for a card; when the
     * page is drawn without it, it is closed. */
    async function openIn(frame: HTMLElement | null): Promise<void> {
        const own = host.shownOwn.value;
        const script = host.page.value.card?.script;
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
                const why = error instanceof host.Refusal ? error.problem?.detail : "";
                stage.value = "failed";
                declined.value = why ? t("failed", { why }) : "";
            }
        }
    }

    const openFrame = (frame: HTMLElement | null): void => void openIn(frame);

    function payText(owed: number): string {
        const price = host.money(owed);
        if (stage.value === "paying") {
            return t("paying");
        }
        return stage.value === "sent" ? t("paySent") : t("payNow", { price });
    }

    function Go({ owed }: { owed: number }) {
        return stage.value === "failed" ? (
            <>
                <p>{t("cardFailed")}</p>
                <button type="button" onClick={() => void openIn(document.getElementById("card"))}>
                    {t("tryAgain")}
                </button>
            </>
        ) : (
            <button
                type="button"
                class="primary huge"
                disabled={stage.value !== "open"}
                onClick={() => void pay()}
            >
                {payText(owed)}
            </button>
        );
    }

    function view({ own, owed }: Paying) {
        const isBusy = stage.value === "paying" || stage.value === "sent";
        return (
            <section key={own.id} class="card" aria-label={t("cardTitle")} aria-busy={isBusy}>
                <h2>{t("cardTitle")}</h2>
                {host.page.value.card?.practice && <p class="flag practice">{t("practice")}</p>}
                <p>{t("reservedOnly")}</p>
                <div ref={openFrame} id="card">
                    <div hidden />
                    <div />
                </div>
                <p role="alert" class={declined.value === "" ? "" : "flag flag-bad"}>
                    {declined.value}
                </p>
                {stage.value === "opening" && <p>{t("loadingCard")}</p>}
                <Go owed={owed} />
                {!isBusy && <host.AtCounter own={own} />}
            </section>
        );
    }
    return { view, openIn, pay, stage };
}

export type CardRoom = ReturnType<typeof enter>;
