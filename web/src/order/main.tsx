// The customers' page begins: the menu that is in the document, and afterwards the rest of it.
import { systemClock } from "../base/clock";
import type { OrderPage } from "../base/protocol";
import { follow } from "./cell";
import { comeIn } from "./company";
import { draw } from "./draw";
import { isKiosk, openKiosk } from "./kiosk";
import { isWhole, startSpying } from "./menu";
import { getRest } from "./rest";
import { Screen, titleNow } from "./screen";
import { cameBack, news, owns, place, readPage, setOld, setPage } from "./shop";
import { speak } from "./words";
import "../ui/tokens.css";
import "../ui/base.css";
import "./order.css";

const menuEvery = 20_000; // ms, give or take a quarter
const paintedWithin = 1_000; // ms; a page that is not looked at is not painted

/** What the node wrote into the page. */
function factsInPage(): OrderPage | null {
    return JSON.parse(document.getElementById("facts")?.textContent ?? "null");
}

function readPageNow(): void {
    readPage().catch(() => undefined); // the order's own age says how old things are
}

function watchMenu(): void {
    systemClock.after(menuEvery * (0.75 + Math.random() / 2), () => {
        if (document.visibilityState === "visible") {
            readPageNow();
        }
        watchMenu();
    });
}

const newsFor = 8_000; // ms: read by then, and in the way afterwards

function watchNews(): void {
    let shown = "";
    follow(() => {
        if (news.value !== shown) {
            const said = news.value;
            shown = said;
            systemClock.after(newsFor, () => {
                news.value = news.value === said ? "" : news.value;
            });
        }
    });
}

function startPlaces(): void {
    addEventListener("hashchange", () => {
        comeIn();
        place.value = location.hash.slice(1);
        scrollTo(0, 0);
    });
}

const ofBank = ["payment_intent", "payment_intent_client_secret", "redirect_status"];

/** A bank that sent the customer away sends him back with what nobody should keep: it goes, unread,
 * as the node knows better. Where the order was lost on the way it is the newest. */
function comeFromBank(): void {
    const search = new URLSearchParams(location.search);
    if (ofBank.some((name) => search.has(name))) {
        for (const name of ofBank) {
            search.delete(name);
        }
        place.value ||= owns.value[0]?.id ?? "";
        const left = search.toString() && `?${search}`;
        const at = place.value && `#${place.value}`;
        history.replaceState(null, "", location.pathname + left + at);
        cameBack.value = true;
    }
}

/** The menu is on the screen, or nobody looks. */
const painted = (): Promise<void> =>
    new Promise((done) => {
        const watch = new PerformanceObserver((list) => {
            if (list.getEntriesByName("first-contentful-paint").length > 0) {
                done();
            }
        });
        watch.observe({ type: "paint", buffered: true });
        systemClock.after(paintedWithin, done);
    });

/** Who comes back to a page finds it where he left it, which needs all of it. */
function comesBack(): boolean {
    const [how] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    return how !== undefined && how.type !== "navigate";
}

async function drawRest(): Promise<void> {
    await painted();
    isWhole.value = true;
    await getRest();
}

comeFromBank();
const facts = factsInPage();
const keptAt = Number(document.documentElement.dataset["kept"] ?? 0); // offline.ts
if (facts) {
    setPage(facts);
}
if (keptAt > 0) {
    setOld(keptAt);
}
if (!facts || keptAt > 0) {
    readPageNow();
}
addEventListener("online", readPageNow);
comeIn();
await speak();
startPlaces();
watchNews();
isWhole.value = comesBack();
follow(() => draw(<Screen />, document.body));
follow(() => {
    document.title = titleNow();
});
startSpying();
watchMenu();
void drawRest();
if (isKiosk) {
    void getRest().then(openKiosk);
}
