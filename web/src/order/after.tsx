// An order that is to be collected, was paid or is over: its code, how it was, its receipt, and the
// same once more. Loaded when this phone has an order; what is not of the document it is handed.
import type { Chosen } from "../base/cart";
import { locale } from "../base/locale";
import type { Bill, PageItem, Purchase } from "../base/protocol";
import styles from "./after.css?inline";
import { cell } from "./cell";
import { makeCode } from "./code";
import { ask } from "./node";
import type { AfterHost } from "./past";
import {
    go,
    items,
    money,
    type NewLine,
    news,
    now,
    type Own,
    owns,
    page,
    put,
    wordsOf,
} from "./shop";
import { counted, learn, type Text, t } from "./words";
import { after as words } from "./words/after";

export interface Past {
    readonly own: Own;
    readonly last: Purchase;
}

const star = "M12 3l2.8 5.8 6.2.8-4.5 4.4 1.1 6.2L12 17.2 6.4 20.2l1.1-6.2L3 9.6l6.2-.8z";
const textMax = 280;
const askAgain = 10_000; // ms, after no answer

/** By the names of the options: the menu may be another since. null: one is not on it any more. */
function chosenByName({ groups }: PageItem, names: readonly string[]): Chosen[] | null {
    const left = [...names];
    const chosen = groups.flatMap(({ choices }, group) =>
        choices.flatMap(({ name }, choice) => {
            const at = left.indexOf(name);
            return at < 0 ? [] : left.splice(at, 1).map(() => ({ group, choice }));
        }),
    );
    return left.length === 0 ? chosen : null;
}

/** What of it can be ordered as the menu is now, and the names of what cannot. */
export function linesAgain(
    bill: Bill,
    menu: ReadonlyMap<number, PageItem>,
    missing: AfterHost["missingChoices"],
): { lines: NewLine[]; without: string[] } {
    const lines: NewLine[] = [];
    const without: string[] = [];
    for (const { item: number, name, note, options, quantity } of bill.lines) {
        const item = menu.get(number);
        const names = options.map((option) => option.name);
        const chosen = item?.available ? chosenByName(item, names) : null;
        if (item && chosen && missing(item, chosen).length === 0) {
            lines.push({ item: number, options: chosen, note, quantity });
        } else {
            without.push(name);
        }
    }
    return { lines, without };
}

const isPast = ({ phase, paid }: Purchase): boolean =>
    ["completed", "cancelled", "refused"].includes(phase) || (paid > 0 && phase !== "ready");

/** A bill is of an order as it stood. */
const standing = ({ phase, total, paid, refunded, due }: Purchase): string =>
    [phase, total, paid, refunded, due].join();

const wholeDate = (at: number): string =>
    new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(at);
const percent = (share: number): string =>
    new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 2 }).format(share);

export function enter(host: AfterHost) {
    learn(words);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets.push(sheet);
    const trouble = cell("");
    const isBusy = cell(false);
    /** What is being said of an order, until it is sent. */
    const draft = cell<{ id: string; rating: number; text: string } | null>(null);

    // --- the bill ---

    const asked = new Map<string, number>(); // by order and standing: when
    async function readBill({ own, last }: Past): Promise<void> {
        const { body } = await ask("GET", `/api/orders/${own.id}/bill`, { token: own.token });
        if (body) {
            host.changeOwn(own.id, { bill: body, billOf: standing(last) });
        }
    }

    /** Kept, so that it is there without a network. */
    function wantBill(past: Past): void {
        const { id, billOf } = past.own;
        const is = standing(past.last);
        const before = asked.get(id + is) ?? Number.NEGATIVE_INFINITY;
        if (billOf !== is && now.value >= before + askAgain) {
            asked.set(id + is, now.value);
            readBill(past).catch(() => undefined); // the page is drawn again each second
        }
    }

    /** A number may have been given to it meanwhile. */
    function openReceipt(past: Past): void {
        readBill(past).catch(() => undefined); // the one that is kept is shown
        go(`${past.own.id}/receipt`);
    }

    function orderAgain(bill: Bill): void {
        const { lines, without } = linesAgain(bill, items.value, host.missingChoices);
        for (const line of lines) {
            put(line);
        }
        news.value = without.length > 0 ? t("againWithout", { what: without.join(", ") }) : "";
        go(lines.length > 0 ? "review" : "");
    }

    // --- how it was ---

    async function send({ own }: Past, rating: number, text: string): Promise<void> {
        isBusy.value = true;
        trouble.value = "";
        try {
            const key = host.newKey(page.value.epoch);
            const body = { rating, text };
            await ask("POST", `/api/orders/${own.id}/review`, { body, key, token: own.token });
            const last = owns.value.find(({ id }) => id === own.id)?.last;
            if (last) {
                host.changeOwn(own.id, { last: { ...last, review: body } });
            }
            draft.value = null;
        } catch (error) {
            trouble.value = wordsOf(error);
        } finally {
            isBusy.value = false;
        }
    }

    function Star({ n, rating, set }: { n: number; rating: number; set(n: number): void }) {
        return (
            <button
                type="button"
                class={n <= rating ? "is-full" : ""}
                aria-label={counted("stars", n)}
                aria-pressed={n === rating}
                onClick={() => set(n)}
            >
                <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                    <path d={star} />
                </svg>
            </button>
        );
    }

    function Said({ past, said }: { past: Past; said: NonNullable<Purchase["review"]> }) {
        const { id } = past.own;
        return (
            <section class="rate" aria-label={t("rateTitle")}>
                <h2>{t("rateTitle")}</h2>
                <p class="stars-said">
                    <span aria-hidden="true">
                        {"★".repeat(said.rating)}
                        {"☆".repeat(5 - said.rating)}
                    </span>{" "}
                    {counted("stars", said.rating)}
                </p>
                {said.text !== "" && <blockquote>{said.text}</blockquote>}
                <p role="status">{t("rateThanks")}</p>
                <button
                    type="button"
                    onClick={() => {
                        draft.value = { id, ...said };
                    }}
                >
                    {t("rateChange")}
                </button>
            </section>
        );
    }

    function rate(past: Past) {
        const said = past.last.review;
        const { id } = past.own;
        if (!said || !isPast(past.last) || past.last.uncollected) {
            return null;
        }
        const own = draft.value?.id === id ? draft.value : null;
        if (said.rating > 0 && !own) {
            return <Said past={past} said={said} />;
        }
        const { rating, text } = own ?? said;
        const change = (next: Partial<typeof said>): void => {
            draft.value = { id, rating, text, ...next };
        };
        return (
            <section class="rate" aria-label={t("rateTitle")} aria-busy={isBusy.value}>
                <h2>{t("rateTitle")}</h2>
                <div class="stars">
                    {[1, 2, 3, 4, 5].map((n) => (
                        <Star key={n} n={n} rating={rating} set={() => change({ rating: n })} />
                    ))}
                </div>
                <label class="field">
                    {t("rateText")}
                    <input
                        value={text}
                        maxLength={textMax}
                        onInput={(event) => change({ text: event.currentTarget.value })}
                    />
                    <small>{t("rateHint")}</small>
                </label>
                <p role="alert" class={trouble.value === "" ? "" : "flag flag-bad"}>
                    {trouble.value}
                </p>
                <button
                    type="button"
                    class="primary"
                    disabled={rating === 0 || isBusy.value}
                    onClick={() => void send(past, rating, text.trim())}
                >
                    {t("rateSend")}
                </button>
            </section>
        );
    }

    function view(past: Past) {
        const { own } = past;
        if (!isPast(past.last)) {
            return null;
        }
        wantBill(past);
        return (
            own.bill && (
                <div class="after">
                    <button type="button" onClick={() => openReceipt(past)}>
                        {t(own.bill.due < 0 ? "bill" : "receipt")}
                    </button>
                    <button type="button" onClick={() => own.bill && orderAgain(own.bill)}>
                        {t("again")}
                    </button>
                </div>
            )
        );
    }

    // --- the receipt ---

    function Row({ text, amount }: { text: string; amount: number }) {
        return (
            <li>
                <span class="name">{text}</span>
                <span class="row-total">{money(amount)}</span>
            </li>
        );
    }

    function Sums({ bill }: { bill: Bill }) {
        const methods: Partial<Record<string, Text>> = {
            cash: "paidCash",
            "card-external": "paidCard",
            "card-online": "paidCard",
        };
        const rows: [string, number][] = [
            ...bill.rates
                .filter(({ tax }) => tax !== 0)
                .map(({ tax_bp: bp, tax }): [string, number] => [
                    t("taxAt", { rate: percent(bp / 10_000) }),
                    tax,
                ]),
            ...bill.paid_by.map(({ method: how, amount }): [string, number] => [
                t(methods[how] ?? "paidBy", { how }),
                amount,
            ]),
        ];
        return (
            <ul class="sums">
                {bill.discount !== 0 && <Row text={t("discount")} amount={-bill.discount} />}
                <li class="sum">
                    <b class="name">{t("total")}</b>
                    <b class="row-total">{money(bill.total)}</b>
                </li>
                {bill.tip && <Row text={t("tip")} amount={bill.tip} />}
                {rows.map(([text, amount]) => (
                    <Row key={text} text={text} amount={amount} />
                ))}
                {bill.refunded > 0 && <Row text={t("givenBack")} amount={bill.refunded} />}
                {bill.due < 0 && <Row text={t("toPay")} amount={-bill.due} />}
            </ul>
        );
    }

    function Bought({ line }: { line: Bill["lines"][number] }) {
        const more = [...line.options.map(({ name }) => name), line.note].filter(Boolean);
        return (
            <li>
                <span>{line.quantity}×</span>
                <span class="name">
                    {line.name}
                    {more.length > 0 && <small>{more.join(", ")}</small>}
                </span>
                <span class="row-total">{money(line.payable + line.discount)}</span>
            </li>
        );
    }

    function receipt(past: Past) {
        const { own } = past;
        const { bill } = own;
        wantBill(past);
        if (!bill) {
            return <p class="empty">{t("loading")}</p>;
        }
        return (
            <>
                <header class="receipt-head">
                    <h1>{t(bill.due < 0 ? "bill" : "receipt")}</h1>
                    <p class="on-paper">{page.value.popup}</p>
                    <p>
                        {t("orderNumber")} <b>{bill.number}</b> · {wholeDate(bill.at)}
                    </p>
                    {bill.receipts?.map(({ name }) => (
                        <p key={name}>
                            {t("receiptNumber")} <b dir="ltr">{name}</b>
                        </p>
                    ))}
                </header>
                <ul class="bought">
                    {bill.lines.map((line, index) => (
                        <Bought key={index} line={line} />
                    ))}
                </ul>
                <Sums bill={bill} />
                <div class="after">
                    <button type="button" onClick={() => print()}>
                        {t("print")}
                    </button>
                    <button type="button" onClick={() => go(own.id)}>
                        {t("toOrder")}
                    </button>
                </div>
            </>
        );
    }
    return { rate, view, receipt, code: makeCode(host) };
}

export type AfterRoom = ReturnType<typeof enter>;
