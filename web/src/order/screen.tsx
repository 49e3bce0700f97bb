// The page: its head, and the menu, the cart or an order below it.
import { guests, isKiosk } from "./kiosk";
import { CartBar, Menu } from "./menu";
import { rest } from "./rest";
import {
    cart,
    hasPage,
    news,
    owns,
    page,
    place,
    problem,
    readPage,
    sheet,
    shownOwn,
    wordsOf,
} from "./shop";
import { chooseLanguage, language, languages, t } from "./words";

export function Screen() {
    return (
        <>
            <Head />
            <p class="news" role="status">
                {sheet.value && !rest.value ? t("loading") : news.value}
            </p>
            <Body />
            {rest.value && <rest.value.Sheets />}
            {guests.value && <guests.value.Idle />}
        </>
    );
}

function Head() {
    const isMenu = place.value === "";
    return (
        <header class="head">
            {isMenu ? <h1>{page.value.popup}</h1> : <strong>{page.value.popup}</strong>}
            <select
                aria-label={t("language")}
                value={language.value}
                onChange={(event) => chooseLanguage(event.currentTarget.value)}
            >
                {Object.entries(languages).map(([code, own]) => (
                    <option key={code} value={code}>
                        {own}
                    </option>
                ))}
            </select>
        </header>
    );
}

function retry(): void {
    readPage().catch((error: unknown) => {
        problem.value = wordsOf(error);
    });
}

/** In place of what is being loaded. */
function Coming() {
    return (
        <main class="order">
            <p class="empty">{t("loading")}</p>
        </main>
    );
}

function Body() {
    const isOrder = place.value !== "" && place.value !== "review";
    if (isOrder && isKiosk) {
        return guests.value ? <guests.value.Placed own={shownOwn.value} /> : <Coming />;
    }
    if (isOrder) {
        return rest.value ? <rest.value.OrderView own={shownOwn.value} /> : <Coming />;
    }
    if (!hasPage.value) {
        return (
            <main class="order">
                <p class="flag flag-bad">{t("pageFailed")}</p>
                <button type="button" class="huge" onClick={retry}>
                    {t("tryAgain")}
                </button>
            </main>
        );
    }
    if (place.value === "review" && cart.value.length > 0) {
        return rest.value ? <rest.value.Review /> : <Coming />;
    }
    return (
        <>
            <Menu />
            <CartBar />
        </>
    );
}

/** What the browser's tab says: the number, and that it is ready. */
export function titleNow(): string {
    const own = shownOwn.value ?? owns.value.find(({ last }) => last?.phase === "ready");
    const isReady = own?.last?.phase === "ready";
    return [isReady ? `✓ ${t("stepReady")}` : "", own?.number, page.value.popup]
        .filter(Boolean)
        .join(" · ");
}
