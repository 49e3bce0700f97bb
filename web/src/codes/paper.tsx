// What is printed: black on white, whatever the screen looks like.
import type { Qr } from "../base/protocol";
import { addressText, type Card, type Codes } from "./codes";

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
        <span>
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
                    <Code qr={near.qr} label={far ? `${what}, on our Wi-Fi` : what} />
                    <figcaption>
                        {far && <b>On our Wi-Fi, without internet</b>}
                        {!far && <b>Join our Wi-Fi first</b>}
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
        <article class={`paper poster ${size}`} aria-label="Poster">
            <h2>{name}</h2>
            <p class="call">Order with your phone</p>
            <Both codes={codes} what="Code of the order page" />
            <p class="how">Scan the code. Choose. We call your number.</p>
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
                <article key={card.table} class="paper card" aria-label={`Card ${card.table}`}>
                    <h3>Table {card.table}</h3>
                    <Both codes={card} what={`Code of table ${card.table}`} />
                    <p class="how">Scan to order together. {name}</p>
                </article>
            ))}
        </div>
    );
}
