// Telling somebody who does not look at the page any more when the order is ready: by a message of
// the browser's, or by SMS. Loaded where the node offers it.
import type { Notify, OrderPage, PageMessages } from "../base/protocol";
import { cell } from "./cell";
import { keep, kept } from "./keep";
import { ask } from "./node";
import { type Own, page, wordsOf } from "./shop";
import { learn, type Text, t } from "./words";
import { notify as words } from "./words/notify";

export interface Telling {
    readonly own: Own;
    keepTold(told: NonNullable<Own["told"]>): void;
}

const workerWithin = 10_000; // ms
const renewAgain = 30_000; // ms, after it came to nothing
const wholeNumber = /^\+[1-9]\d{6,14}$/;

/** None of it where the node sends no messages. */
const offered = ({ messages = {} }: OrderPage): PageMessages => messages;

export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
    const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** As people write it: "0049 (170) 123-4567" is +491701234567; null when it is no whole one. */
export function numberFrom(written: string): string | null {
    const digits = written.replace(/[\s().\-/]/g, "").replace(/^00/, "+");
    return wholeNumber.test(digits) ? digits : null;
}

/** Why no message of the browser's can come; null: it can. */
export function whyNot(world: {
    hasPush: boolean;
    permission: string | undefined;
    isApple: boolean;
    isInstalled: boolean;
}): Text | null {
    if (!world.hasPush || world.permission === undefined) {
        return world.isApple && !world.isInstalled ? "tellHomeScreen" : "tellUnable";
    }
    return world.permission === "denied" ? "tellDenied" : null;
}

function whyNotHere(): Text | null {
    const isIpad = navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1;
    return whyNot({
        hasPush: "serviceWorker" in navigator && "PushManager" in window,
        permission: "Notification" in window ? Notification.permission : undefined,
        isApple: /iPhone|iPad|iPod/.test(navigator.userAgent) || isIpad,
        isInstalled: matchMedia("(display-mode: standalone)").matches,
    });
}

async function registration(): Promise<ServiceWorkerRegistration> {
    const late = new Promise<never>((_, fail) =>
        setTimeout(() => fail(new Error("no worker")), workerWithin),
    );
    return Promise.race([navigator.serviceWorker.ready, late]);
}

/** As the node takes it. @param key of who may send */
async function subscribe(key: string): Promise<Notify> {
    const { pushManager } = await registration();
    const applicationServerKey = bytesOf(key);
    const options = { userVisibleOnly: true, applicationServerKey };
    const old = kept("pushKey") === key ? null : await pushManager.getSubscription();
    await old?.unsubscribe();
    const { endpoint = "", keys = {} } = (await pushManager.subscribe(options)).toJSON();
    keep("pushKey", key);
    const { p256dh = "", auth = "" } = keys;
    return { push: { endpoint, p256dh, auth } };
}

export function enter() {
    learn(words);
    const isBusy = cell(false);
    const trouble = cell("");
    const number = cell("");

    async function send({ own, keepTold }: Telling, body: Notify): Promise<void> {
        const asked = { body, token: own.token };
        const answer = await ask("POST", `/api/orders/${own.id}/notify`, asked);
        const endpoint = body.push?.endpoint ?? own.told?.endpoint;
        const { push = false, sms = false } = answer.body ?? {};
        keepTold({ push, sms, ...(push && endpoint ? { endpoint } : {}) });
    }

    async function attempt(deed: () => Promise<void>): Promise<void> {
        isBusy.value = true;
        trouble.value = "";
        try {
            await deed();
        } catch (error) {
            trouble.value = wordsOf(error);
        } finally {
            isBusy.value = false;
        }
    }

    /** Asks for permission: to be called from a tap. */
    function tell(telling: Telling, key: string): void {
        void attempt(async () => {
            if ((await Notification.requestPermission()) === "granted") {
                await send(telling, await subscribe(key));
            }
        });
    }

    function tellBySms(telling: Telling): void {
        const sms = numberFrom(number.value);
        if (sms === null) {
            trouble.value = t("smsWrong");
            return;
        }
        void attempt(async () => {
            await send(telling, { sms });
            number.value = ""; // nobody else reads it here
        });
    }

    const renewed = new Set<string>();
    /** Browsers renew subscriptions by themselves: the node is to know the newest. */
    async function renew(telling: Telling, key: string): Promise<void> {
        const { pushManager } = await registration();
        const now = await pushManager.getSubscription();
        const isKnown = now?.endpoint === telling.own.told?.endpoint;
        if (!isKnown && Notification.permission === "granted") {
            await send(telling, await subscribe(key));
        }
    }

    function renewOnce(telling: Telling, key: string): void {
        const { id } = telling.own;
        if (!renewed.has(id)) {
            renewed.add(id);
            renew(telling, key).catch(() => setTimeout(() => renewed.delete(id), renewAgain));
        }
    }

    function Push({ telling, pushKey }: { telling: Telling; pushKey: string }) {
        const why = whyNotHere();
        return why ? (
            <p>{t(why)}</p>
        ) : (
            <button
                type="button"
                class="primary"
                disabled={isBusy.value}
                onClick={() => tell(telling, pushKey)}
            >
                {t(isBusy.value ? "tellBusy" : "tellMe")}
            </button>
        );
    }

    function Sms({ telling }: { telling: Telling }) {
        return (
            <>
                <label class="field">
                    {t("smsLabel")}
                    <input
                        type="tel"
                        autocomplete="tel"
                        dir="ltr"
                        maxLength={24}
                        placeholder="+44 7700 900123"
                        value={number.value}
                        onInput={(event) => {
                            number.value = event.currentTarget.value;
                        }}
                    />
                    <small>{t("smsHint")}</small>
                </label>
                <button
                    type="button"
                    disabled={isBusy.value || number.value.trim() === ""}
                    onClick={() => tellBySms(telling)}
                >
                    {t("smsSend")}
                </button>
            </>
        );
    }

    function Withdraw({ telling }: { telling: Telling }) {
        return (
            <button
                type="button"
                class="plain"
                disabled={isBusy.value}
                onClick={() => void attempt(() => send(telling, { off: true }))}
            >
                {t("tellOff")}
            </button>
        );
    }

    function view(telling: Telling) {
        const { push_key: pushKey, sms = false } = offered(page.value);
        const { told } = telling.own;
        if (told?.push && pushKey) {
            renewOnce(telling, pushKey);
        }
        return (
            <section class="tell" aria-label={t("tellMe")} aria-busy={isBusy.value}>
                {told?.push && <p role="status">{t("tellOn")}</p>}
                {told?.sms && <p role="status">{t("tellSms")}</p>}
                {pushKey && !told?.push && <Push telling={telling} pushKey={pushKey} />}
                {sms && !told?.sms && !told?.push && <Sms telling={telling} />}
                <p role="alert" class={trouble.value === "" ? "" : "flag flag-bad"}>
                    {trouble.value}
                </p>
                {(told?.push || told?.sms) && <Withdraw telling={telling} />}
            </section>
        );
    }
    return { view };
}

export type NotifyRoom = ReturnType<typeof enter>;
