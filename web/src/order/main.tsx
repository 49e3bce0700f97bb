import { every, systemClock } from "../base/clock";
import type { OrderPage } from "../base/protocol";
import { follow } from "./cell";
import { draw } from "./draw";
import { startSpying } from "./menu";
import { cleanAddress } from "./pay";
import { Screen, titleNow } from "./screen";
import {
    askQuote,
    leaveReview,
    news,
    now,
    place,
    quote,
    readPage,
    resume,
    setPage,
    watchQuote,
} from "./shop";
import { comeBack, comeIn } from "./together";
import { startTracking } from "./track";
import { speak } from "./words";
import "../ui/tokens.css";
import "../ui/base.css";
import "./order.css";

const menuEvery = 20_000; // ms, give or take a quarter

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
        const before = place.value;
        place.value = location.hash.slice(1);
        scrollTo(0, 0);
        if (place.value === "review") {
            void askQuote();
        } else if (before === "review" && quote.value) {
            leaveReview();
        }
    });
}

cleanAddress();
const facts = factsInPage();
if (facts) {
    setPage(facts);
} else {
    readPageNow();
}
comeIn();
await speak();
startPlaces();
watchNews();
follow(() => draw(<Screen />, document.body));
follow(() => {
    document.title = titleNow();
});
startTracking({ clock: systemClock, random: Math.random });
startSpying();
every(systemClock, 1_000, () => {
    now.value = Date.now();
    watchQuote();
});
watchMenu();
if (place.value === "review") {
    void askQuote();
}
comeBack();
void resume();
