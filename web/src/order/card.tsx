// Paying by card within the page. Loaded when it is wanted; whatever it needs of the page it is
// handed, as nothing can be imported from a document. What the page is told of a payment is no
// proof of it: the order's own status says what was reserved.
import type { CardPayment } from "../base/protocol";
import type { CardHost, Paying } from "./pay";
import type { Own } from "./shop";
import { type Form, openForm } from "./stripe";
import { card as words } from "./words/card";

/** `sent`: the bank agreed, as the provider says; `undecided`: it thinks. */
export type Stage = "opening" | "open" | "paying" | "sent" | "undecided" | "failed";

/** What is to be said of the last try, before another. */
const lastTry = { none: "", undecided: "", failed: "lastFailed", asked: "notAnswered" } as const;

const askFirst = 4_000; // ms, and twice as long each time
const askSeldom = 60_000;

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
    let shown: Own | null = null;
    /** Which form is on the page: what was begun for another comes too late. */
    let turn = 0;

    async function pay(): Promise<void> {
        const mine = turn;
        stage.value = "paying";
        declined.value = "";
        const paying = form?.pay() ?? Promise.reject();
        const outcome = await paying.catch(() => ({ why: t("offline") }));
        if (mine !== turn) {
            return;
        }
        if (typeof outcome === "object") {
            const { why } = outcome;
            stage.value = "open";
            declined.value = why && t("notPaid", { why });
        } else {
            stage.value = outcome === "agreed" ? "sent" : "undecided";
            watch();
        }
    }

    async function askPayment(own: Own): Promise<CardPayment> {
        const asked = { body: {}, token: own.token };
        const { body } = await host.ask("POST", `/api/orders/${own.id}/payment`, asked);
        return body as CardPayment;
    }

    /** That the bank agreed is the order's own news, which ends this; a refusal is asked for. */
    function watch(tries = 0): void {
        const mine = turn;
        const own = shown;
        const again = async (): Promise<void> => {
            if (mine !== turn || !own) {
                return;
            }
            const asked = await askPayment(own).catch(() => null);
            if (mine !== turn) {
                return;
            }
            if (asked && asked.attempt !== "undecided") {
                void reopen();
            } else {
                stage.value = asked ? "undecided" : stage.value;
                watch(tries + 1);
            }
        };
        host.clock.after(Math.min(askSeldom, askFirst * 2 ** tries), () => void again());
    }

    /** null: it was another's turn before there was anything to see, or nobody can pay now. */
    async function open(own: Own, { script, frame, isMine }: Place): Promise<Form | null> {
        const [wallet, card] = frame.children as unknown as [HTMLElement, HTMLElement];
        const { attempt, ...payment } = await askPayment(own);
        if (!isMine()) {
            return null;
        }
        if (attempt === "undecided") {
            stage.value = "undecided";
            watch();
            return null;
        }
        const text = lastTry[attempt];
        declined.value = text && t(text);
        wallet.replaceChildren();
        card.replaceChildren();
        return openForm({
            script,
            card,
            wallet,
            key: payment.publishable_key,
            clientSecret: payment.client_secret,
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
        shown = own ?? null;
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
                if (host.cameBack.value) {
                    declined.value = t("backUnknown");
                    watch();
                }
            }
        }
    }

    const reopen = (): Promise<void> => openIn(document.getElementById("card"));
    // A browser may keep the page that a bank took away, and show it again as it was left.
    addEventListener("pageshow", ({ persisted }) => void (persisted && reopen()));

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
                <button type="button" onClick={() => void reopen()}>
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
        const isUndecided = stage.value === "undecided";
        const isBusy = isUndecided || stage.value === "paying" || stage.value === "sent";
        return (
            <section key={own.id} class="card" aria-label={t("cardTitle")} aria-busy={isBusy}>
                <h2>{t("cardTitle")}</h2>
                {host.page.value.card?.practice && <p class="flag practice">{t("practice")}</p>}
                <p>{t("reservedOnly")}</p>
                <div ref={openFrame} id="card" hidden={isUndecided}>
                    <div hidden />
                    <div />
                </div>
                <p role="alert" class={declined.value === "" ? "" : "flag flag-bad"}>
                    {declined.value}
                </p>
                {stage.value === "opening" && <p>{t("loadingCard")}</p>}
                {isUndecided ? (
                    <p role="status" class="flag">
                        {t("undecided")}
                    </p>
                ) : (
                    <Go owed={owed} />
                )}
                {!isBusy && <host.AtCounter own={own} />}
            </section>
        );
    }
    return { view, openIn, pay, stage };
}

export type CardRoom = ReturnType<typeof enter>;
