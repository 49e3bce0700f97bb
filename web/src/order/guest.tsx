// A tablet at the stall, where one guest after the other orders: nothing of one is there for the
// next, and whoever leaves in the middle leaves the start behind.
import { every, systemClock } from "../base/clock";
import styles from "./guest.css?inline";
import { forget } from "./keep";
import { rest } from "./rest";
import {
    cart,
    filter,
    isSending,
    mode,
    money,
    name,
    news,
    now,
    type Own,
    owns,
    place,
    problem,
    search,
    setFilter,
    sheet,
} from "./shop";
import { counted, language, learn, speak, t } from "./words";
import { kiosk } from "./words/kiosk";

const idleAfter = 45_000; // ms
const askedFor = 15_000; // ms in which he can say that he is still there
const placedFor = 30_000; // ms in which the number of an order is read

let touchedAt = Date.now();
let firstLanguage = language.value;

const isPlaced = (): boolean => place.value !== "" && place.value !== "review";

/** Whether anybody did anything that the next guest would find. */
function isBegun(): boolean {
    const { diet, allergens } = filter.value;
    return (
        cart.value.length > 0 ||
        place.value !== "" ||
        sheet.value !== null ||
        search.value !== "" ||
        diet.size + allergens.size > 0 ||
        language.value !== firstLanguage ||
        scrollY > 0
    );
}

/** ms until the start is shown again; null: somebody is there, or nothing was begun. */
function left(): number | null {
    const idle = now.value - touchedAt;
    if (isPlaced()) {
        return Math.max(0, placedFor - idle);
    }
    return isBegun() && idle >= idleAfter ? Math.max(0, idleAfter + askedFor - idle) : null;
}

/** As for somebody who just came. An order on its way has its answer first: it must not come to the
 * next guest. */
function startAgain(): void {
    if (isSending.value) {
        return;
    }
    if (rest.value) {
        rest.value.leaveReview();
        rest.value.tip.value = {};
    }
    cart.value = [];
    owns.value = [];
    sheet.value = null;
    search.value = "";
    name.value = "";
    news.value = "";
    problem.value = "";
    mode.value = "take-away";
    setFilter({ diet: new Set(), allergens: new Set() });
    forget();
    history.replaceState(null, "", location.pathname + location.search);
    place.value = "";
    void speak().then(() => {
        firstLanguage = language.value;
    });
    scrollTo(0, 0);
    touch();
}

function touch(): void {
    touchedAt = Date.now();
    now.value = touchedAt;
}

/** The question is answered by its buttons alone. */
function touched({ target }: Event): void {
    if (!(target as Element | null)?.closest?.(".kiosk-idle")) {
        touch();
    }
}

const signs = ["pointerdown", "keydown", "input", "wheel", "touchmove"];

export function start(): void {
    learn(kiosk);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets.push(sheet);
    firstLanguage = language.value;
    for (const sign of signs) {
        addEventListener(sign, touched, { passive: true, capture: true });
    }
    addEventListener("hashchange", touch); // an order came to be
    every(systemClock, 1_000, () => {
        now.value = Date.now();
        if (left() === 0) {
            startAgain();
        }
    });
}

const seconds = (ms: number): number => Math.ceil(ms / 1_000);

/** What becomes of an order is told on the boards: here stands what its guest has to know. */
export function Placed({ own }: { own: Own | undefined }) {
    const owed = own?.last ? -own.last.due : 0;
    const toPay = own?.last?.phase === "draft" ? "sayNumber" : "sayNumberLater";
    const told = { number: own?.number ?? "", price: money(owed) };
    return (
        <main class="order">
            {own && (
                <>
                    <h1 class="big-number">
                        <small>{t("orderNumber")}</small>
                        <span class="number">{own.number}</span>
                    </h1>
                    <p class="said" role="status">
                        {t(owed > 0 ? toPay : "kioskPaid", told)}
                    </p>
                    <p class="kiosk-back">{t("kioskNote")}</p>
                </>
            )}
            <button type="button" class="primary huge" onClick={startAgain}>
                {t("kioskNext")}
            </button>
            <p class="kiosk-back">{counted("kioskBack", seconds(left() ?? 0))}</p>
        </main>
    );
}

/** The browser's own <dialog> keeps the focus inside, also over a sheet. */
function show(dialog: HTMLDialogElement | null): void {
    dialog?.showModal();
}

/** Asks who has done nothing for long, before all is put away. */
export function Idle() {
    const ends = left();
    return ends === null || isPlaced() ? null : (
        <dialog
            key="idle"
            ref={show}
            class="kiosk-idle"
            aria-label={t("kioskStill")}
            onCancel={touch}
        >
            <div>
                <h2>{t("kioskStill")}</h2>
                <p>{t("kioskStillHow")}</p>
                <p class="kiosk-back">{counted("kioskBack", seconds(ends))}</p>
                <button type="button" class="primary huge" onClick={touch}>
                    {t("kioskGoOn")}
                </button>
                <button type="button" class="huge" onClick={startAgain}>
                    {t("kioskAnew")}
                </button>
            </div>
        </dialog>
    );
}
