// The cart with the price that the node says, and how to pay it.
import type { Mode } from "../base/cart";
import { locale } from "../base/locale";
import { choicesOut, optionNames } from "../base/options";
import type { Quote } from "../base/protocol";
import { formatAge } from "../base/time";
import { askQuote, change, order, quote, setTip, type Tip, tip } from "./buy";
import { Company } from "./company";
import {
    cart,
    go,
    isSending,
    items,
    type Line,
    mode,
    money,
    name,
    noticesOf,
    now,
    page,
    problem,
    setMode,
} from "./shop";
import { Stepper } from "./slide";
import { counted, t } from "./words";

export function Review() {
    return (
        <main class="review">
            <h1>{t("cart")}</h1>
            <Modes />
            <Company />
            <ul class="lines">
                {cart.value.map((line, index) => (
                    <Row key={line.id} line={line} quoted={quote.value?.lines[index]} />
                ))}
            </ul>
            <label class="field">
                {t("nameLabel")}
                <input
                    value={name.value}
                    maxLength={40}
                    autocomplete="given-name"
                    onInput={(event) => {
                        name.value = event.currentTarget.value;
                    }}
                />
            </label>
            <Tips />
            <Total />
            {noticesOf(quote.value).map((text) => (
                <p class="flag">{text}</p>
            ))}
            <Problem />
            <Ways />
            <button type="button" class="plain" onClick={() => go("")}>
                {t("toMenu")}
            </button>
        </main>
    );
}

function Modes() {
    const modes: readonly [Mode, "eatIn" | "takeAway"][] = [
        ["eat-in", "eatIn"],
        ["take-away", "takeAway"],
    ];
    return (
        <fieldset class="switch modes" aria-label={t("mode")}>
            {modes.map(([value, text]) => (
                <button
                    key={value}
                    type="button"
                    aria-pressed={mode.value === value}
                    onClick={() => {
                        setMode(value);
                        void askQuote();
                    }}
                >
                    {t(text)}
                </button>
            ))}
        </fieldset>
    );
}

type Quoted = Quote["lines"][number] | undefined;

function Row({ line, quoted }: { line: Line; quoted: Quoted }) {
    const item = items.value.get(line.item);
    const extras = [...(item ? optionNames(item, line.options) : []), line.note].filter(Boolean);
    return (
        <li>
            <span class="line-text">
                <span class="row-name">{item?.name ?? quoted?.name}</span>
                {extras.length > 0 && <small>{extras.join(", ")}</small>}
                {line.who && <small class="who">{line.who}</small>}
                <Trouble
                    quoted={quoted}
                    isOffered={item?.available ?? false}
                    what={item ? choicesOut(item, line.options) : ""}
                />
            </span>
            {line.isUnsent ? (
                <small>{t("unsent")}</small>
            ) : (
                <Stepper
                    value={line.quantity}
                    set={(next) => change(line.id, next - line.quantity)}
                />
            )}
            <span class="row-total">{quoted && money(quoted.payable)}</span>
        </li>
    );
}

interface TroubleProps {
    quoted: Quoted;
    isOffered: boolean;
    /** What of the line's choices is out, in words. */
    what: string;
}

function Trouble({ quoted, isOffered, what }: TroubleProps) {
    if (quoted?.state === "short") {
        return <strong class="trouble">{counted("lineShort", quoted.left)}</strong>;
    }
    const isGone = quoted ? quoted.state === "sold-out" : !isOffered;
    return isGone ? (
        <strong class="trouble">{t(what ? "choiceOut" : "lineSoldOut", { what })}</strong>
    ) : null;
}

const percent = (share: number): string => share.toLocaleString(locale(), { style: "percent" });

/** Nothing is chosen for anybody; where the stall does not ask, it does not. */
function Tips() {
    const { tips, digits } = page.value;
    if (!tips) {
        return null;
    }
    const { tip_bp: chosen, tip: amount } = tip.value;
    const choices: readonly [string, Tip, boolean][] = [
        [t("tipNone"), {}, chosen === undefined && amount === undefined],
        ...tips.split(" ").map((share): [string, Tip, boolean] => {
            const bp = Number(share) * 100;
            return [percent(bp / 10_000), { tip_bp: bp }, chosen === bp];
        }),
        [t("tipOther"), { tip: 0 }, amount !== undefined],
    ];
    return (
        <>
            <fieldset class="switch modes tips">
                <legend>{t("tip")}</legend>
                {choices.map(([text, next, isOn]) => (
                    <button
                        key={text}
                        type="button"
                        aria-pressed={isOn}
                        onClick={() => setTip(next)}
                    >
                        {text}
                    </button>
                ))}
            </fieldset>
            {amount !== undefined && (
                <label class="field">
                    {t("tipAmount")}
                    <input
                        type="number"
                        inputMode="decimal"
                        min={0}
                        step={1 / 10 ** digits}
                        // As default: what is being typed outlives a price that comes meanwhile.
                        defaultValue={amount ? String(amount / 10 ** digits) : ""}
                        onChange={(event) => {
                            const units = Math.max(0, Number(event.currentTarget.value));
                            setTip({ tip: Math.round(units * 10 ** digits) });
                        }}
                    />
                </label>
            )}
        </>
    );
}

function Total() {
    const quoted = quote.value;
    if (!quoted) {
        return problem.value === "" ? <p class="pricing">{t("pricing")}</p> : null;
    }
    return (
        <dl class="total">
            <dt>{t("total")}</dt>
            <dd>{money(quoted.total)}</dd>
            {quoted.tip && (
                <>
                    <dt>{t("tip")}</dt>
                    <dd>{money(quoted.tip)}</dd>
                    <dt>{t("withTip")}</dt>
                    <dd>{money(quoted.total + quoted.tip)}</dd>
                </>
            )}
            <dd class="fine">
                {t("taxIncluded", { tax: money(quoted.tax) })}
                {" · "}
                {!quoted.tip && `${t("noTip")} `}
                {t("priceStands", { time: formatAge(quoted.until - now.value) })}
                {quoted.lines.some(({ state }) => state === "held") && ` ${t("keptUntil")}`}
                {!quoted.complete && <strong> {t("orderTheRest")}</strong>}
            </dd>
        </dl>
    );
}

function Problem() {
    return problem.value === "" ? null : (
        <p class="flag flag-bad" role="alert">
            {problem.value}
            {!quote.value && (
                <button type="button" onClick={() => void askQuote()}>
                    {t("tryAgain")}
                </button>
            )}
        </p>
    );
}

function Ways() {
    const { total = 0, tip = 0 } = quote.value ?? {};
    const price = money(total + tip);
    const isOff =
        isSending.value ||
        page.value.paused !== undefined ||
        !quote.value?.lines.some(({ payable }) => payable > 0);
    const { card } = page.value;
    return (
        <div class="ways">
            {card && (
                <button
                    type="button"
                    class="primary huge"
                    disabled={isOff}
                    onClick={() => void order("card")}
                >
                    {t("payByCard", { price })}
                </button>
            )}
            <button
                type="button"
                class={card ? "huge" : "primary huge"}
                disabled={isOff}
                onClick={() => void order("counter")}
            >
                {card ? t("payAtCounter") : t("orderForCounter")}
            </button>
        </div>
    );
}
