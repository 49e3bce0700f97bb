// What is printed: black on white, whatever the screen looks like.
import type { Qr } from "../base/protocol";
import { addressText, type Card, type Codes } from "./codes";
import { t } from "./words";

const margin = 4; // modules that the standard asks for

function Code({ qr, label }: { qr: Qr; label: string }) {
    const size = qr.modules + 2 * margin;
    return (
        <svg
            class="code"
            viewBox={`${-margin} ${-margin} ${size} ${size}`}
            role="img"
            aria-label={label}
        >
            <path d={qr.path} />
        </svg>
    );
}

/** As it is typed; where it is too long it breaks before its path. */
function Address({ url }: { url: string }) {
    const text = addressText(url);
    const path = text.lastIndexOf("/");
    return (
        <span dir="ltr">
            {text.slice(0, path)}
            <wbr />
            {text.slice(path)}
        </span>
    );
}

interface BothProps {
    codes: Codes;
    what: string;
}

/** One code, or the second beside it for when the internet is gone. */
function Both({ codes, what }: BothProps) {
    const { far, near } = codes;
    return (
        <div class={far && near ? "both" : "one"}>
            {far && (
                <figure>
                    <Code qr={far.qr} label={what} />
                    <figcaption>
                        <Address url={far.url} />
                    </figcaption>
                </figure>
            )}
            {near && (
                <figure>
                    <Code qr={near.qr} label={far ? t("onWifi", { what }) : what} />
                    <figcaption>
                        <b>{t(far ? "onWifiAlone" : "joinWifi")}</b>
                        <Address url={near.url} />
                    </figcaption>
                </figure>
            )}
        </div>
    );
}

interface PosterProps {
    name: string;
    codes: Codes;
    size: "a4" | "a5";
}

export function Poster({ name, codes, size }: PosterProps) {
    return (
        <article class={`paper poster ${size}`} aria-label={t("poster")}>
            <h2 dir="auto">{name}</h2>
            <p class="call">{t("posterCall")}</p>
            <Both codes={codes} what={t("posterCode")} />
            <p class="how">{t("posterHow")}</p>
        </article>
    );
}

interface CardsProps {
    name: string;
    cards: readonly Card[];
}

export function Cards({ name, cards }: CardsProps) {
    return (
        <div class="cards">
            {cards.map((card) => (
                <article
                    key={card.table}
                    class="paper card"
                    aria-label={t("cardOf", { table: card.table })}
                >
                    <h3>{t("table", { table: card.table })}</h3>
                    <Both codes={card} what={t("codeOf", { table: card.table })} />
                    <p class="how">
                        {t("cardHow")} <bdi>{name}</bdi>
                    </p>
                </article>
            ))}
        </div>
    );
}
