// What the page has beyond the first look at the menu: an item's options, the cart's price, an
// order and what becomes of it. Loaded as soon as the menu is on the screen.
import { every, systemClock } from "../base/clock";
import { askQuote, leaveReview, quote, resume, watchQuote } from "./buy";
import { keep } from "./keep";
import styles from "./later.css?inline";
import { fetchAfter } from "./past";
import { go, now, owns, page, place } from "./shop";
import { fetchNotify } from "./tell";
import { comeBack } from "./together";
import { isOver, startTracking } from "./track";
import { learn } from "./words";
import { later } from "./words/later";

export { leaveReview, tip } from "./buy";
export { OrderView } from "./order";
export { Review } from "./review";
export { Sheets } from "./sheets";
export { open } from "./together";

const rememberedFor = 14 * 86_400_000; // ms

function watchPlace(): void {
    let before = place.value;
    addEventListener("hashchange", () => {
        if (place.value === "review") {
            void askQuote();
        } else if (before === "review" && quote.value) {
            leaveReview();
        }
        before = place.value;
    });
}

/** What may be wanted when the network is gone again. */
async function fetchAhead(): Promise<void> {
    await import("./group");
    await fetchAfter();
    if (page.value.card) {
        await import("./card");
    }
    await fetchNotify();
}

const workerPath = "/order.worker.js"; // worker.ts

/** There is none over plain http, nor where storage is forbidden: then a network is needed. */
function startWorker(): void {
    const worker = navigator.serviceWorker;
    if (!worker || !location.pathname.startsWith("/order")) {
        return;
    }
    worker.onmessage = ({ data }) => go(String(data?.order ?? "")); // push.ts: a tap on a message
    worker.register(workerPath, { scope: "/order" }).catch(() => undefined); // at the next load
}

/** Orders that are over and that nobody looked at for long are remembered no more. */
function forgetOld(): void {
    const since = Date.now() - rememberedFor;
    owns.value = owns.value.filter(({ at = 0, last }) => at >= since || !last || !isOver(last));
    keep("owns", owns.value);
}

export function start(): void {
    learn(later);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets.push(sheet);
    watchPlace();
    forgetOld();
    startTracking({ clock: systemClock, random: Math.random });
    every(systemClock, 1_000, () => {
        now.value = Date.now();
        watchQuote();
    });
    if (place.value === "review") {
        void askQuote();
    }
    comeBack();
    void resume();
    fetchAhead()
        .catch(() => undefined) // it is asked for again when it is wanted
        .then(startWorker);
}
