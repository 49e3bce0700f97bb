// One order: its number, how far it is, what is to be paid.
import type { Purchase } from "../base/protocol";
import { ring } from "./buy";
import { nodeTime } from "./node";
import { Icon } from "./parts";
import { Afterwards, Code, Rate, Receipt } from "./past";
import { Card } from "./pay";
import { cameBack, canRing, changeOwn, go, money, now, type Own, page, place } from "./shop";
import { Tell } from "./tell";
import { isOver } from "./track";
import { clockTime, counted, span, type Text, t } from "./words";

type Phase = Purchase["phase"];

const said: Record<Phase, Text> = {
    draft: "saidDraft",
    placed: "saidPlaced",
    accepted: "saidAccepted",
    cooking: "saidCooking",
    ready: "saidReady",
    completed: "saidCompleted",
    refused: "saidRefused",
    cancelled: "saidCancelled",
};
const steps: readonly [Phase, Text][] = [
    ["placed", "stepPlaced"],
    ["accepted", "stepAccepted"],
    ["cooking", "stepCooking"],
    ["ready", "stepReady"],
    ["completed", "stepCompleted"],
];

export function OrderView({ own }: { own: Own | undefined }) {
    if (!own) {
        return (
            <main class="order">
                <p>{t(cameBack.value ? "otherBrowser" : "unknownOrder")}</p>
                <Back />
            </main>
        );
    }
    const { last } = own;
    if (last && place.value.endsWith("/receipt")) {
        return (
            <main class="order">
                <Receipt own={own} last={last} />
                <Back />
            </main>
        );
    }
    return (
        <main class={last?.phase === "ready" ? "order is-ready" : "order"}>
            <h1 class="big-number">
                <small>{t("orderNumber")}</small>
                <span class="number">{own.number}</span>
            </h1>
            {last?.table && <p class="at-table">{t("atTable", { n: last.table })}</p>}
            {last && <State own={own} last={last} />}
            <Age own={own} />
            <Back />
        </main>
    );
}

const isWaitedFor = (last: Purchase): boolean =>
    !isOver(last) && last.phase !== "draft" && last.phase !== "ready";

function State({ own, last }: { own: Own; last: Purchase }) {
    const isGone = last.phase === "refused" || last.phase === "cancelled";
    const isLapsed = last.phase === "refused" && last.reason === "timeout"; // nobody's words
    return (
        <>
            <p class="said" role="status">
                {t(isLapsed ? "saidLapsed" : last.uncollected ? "saidLeft" : said[last.phase])}
                {last.reason !== "" && !isLapsed && (
                    <small>{t("because", { why: last.reason })}</small>
                )}
            </p>
            {!isGone && last.phase !== "draft" && <Steps phase={last.phase} />}
            <Wait last={last} />
            <Code own={own} last={last} />
            <Money own={own} last={last} />
            {isWaitedFor(last) && <Ring />}
            {isWaitedFor(last) && <Tell own={own} />}
            <Rate own={own} last={last} />
            <Lines last={last} />
            <Afterwards own={own} last={last} />
        </>
    );
}

function Steps({ phase }: { phase: Phase }) {
    const at = steps.findIndex(([step]) => step === phase);
    return (
        <ol class="steps" aria-label={t("steps")}>
            {steps.map(([step, text], index) => (
                <li
                    key={step}
                    class={index <= at ? "is-done" : ""}
                    aria-current={index === at ? "step" : undefined}
                >
                    <span class="dot">{index <= at && <Icon name="check" />}</span>
                    {t(text)}
                </li>
            ))}
        </ol>
    );
}

const minute = 60_000;

function waitText({ low_ms: low, high_ms: high }: NonNullable<Purchase["ready_in"]>): string {
    const minutes = { low: Math.floor(low / minute), high: Math.max(1, Math.ceil(high / minute)) };
    return t(minutes.low === 0 ? "readySoon" : "readyIn", minutes);
}

function Wait({ last }: { last: Purchase }) {
    const isWaiting = ["placed", "accepted", "cooking"].includes(last.phase);
    const isSaid = last.ahead !== undefined && (last.ahead > 0 || last.phase !== "cooking");
    return isWaiting && (last.ready_in || isSaid) ? (
        <div class="wait">
            {last.ready_in && <p class="eta">{waitText(last.ready_in)}</p>}
            {isSaid && <p>{counted("ahead", last.ahead ?? 0)}</p>}
        </div>
    ) : null;
}

function Ring() {
    return canRing.value ? (
        <p class="ring">{t("soundOn")}</p>
    ) : (
        <button type="button" onClick={ring}>
            {t("sound")}
        </button>
    );
}

/** What is to be paid, what is held, what was taken, what goes back. */
function Money({ own, last }: { own: Own; last: Purchase }) {
    const owed = -last.due;
    const isGone = last.phase === "refused" || last.phase === "cancelled";
    const rows: [boolean, Text, number][] = [
        [last.reserved > 0 && last.paid === 0, "reserved", last.reserved],
        [last.paid > 0, "paid", last.paid],
        [last.refunded > 0, "refunded", last.refunded],
    ];
    const shown = rows.filter(([is]) => is);
    return (
        <div class="money">
            {shown.map(([, text, amount]) => (
                <p key={text} class="flag flag-good">
                    {t(text, { price: money(amount) })}
                </p>
            ))}
            {isGone && shown.length === 0 && <p>{t("released")}</p>}
            <Ends own={own} last={last} />
            {owed > 0 && last.reserved === 0 && !isGone && (
                <Pay own={own} last={last} owed={owed} />
            )}
        </div>
    );
}

/** What is held for somebody says when that ends. */
export function endOf(last: Purchase): [Text, number] | undefined {
    const { reserved, paid, reserved_for_ms: left, reserved_until: bank, kept_for_ms: kept } = last;
    if (reserved > 0 && paid === 0) {
        const atMost: [Text, number] | undefined =
            bank === undefined ? ["reservedAtMost", 0] : undefined; // bankEnd() says it
        return left === undefined ? atMost : ["reservedFor", left];
    }
    return kept === undefined ? undefined : ["kept", kept];
}

/** By the bank's own moment: when what is held ends, or that it did.
 * @param at the node's time: a phone's clock may be wrong */
export function bankEnd(last: Purchase, at: number): [Text, number] | undefined {
    const { reserved, paid, due, reserved_until: end, lapsed_at: lapsed } = last;
    if (reserved > 0 && paid === 0 && end !== undefined) {
        return [end > at ? "reservedUntil" : "reservationEnded", end];
    }
    const isLapsed = lapsed !== undefined && reserved === 0 && paid === 0 && due < 0;
    return isLapsed ? ["reservationLapsed", lapsed] : undefined;
}

function Ends({ own, last }: { own: Own; last: Purchase }) {
    const end = endOf(last);
    const since = now.value - (own.heard ?? now.value);
    const at = nodeTime();
    const bank = bankEnd(last, at);
    return (
        <>
            {end && <p>{t(end[0], { time: span(end[1] - since) })}</p>}
            {bank && <p>{t(bank[0], { time: clockTime(bank[1], at) })}</p>}
        </>
    );
}

interface PayProps {
    own: Own;
    last: Purchase;
    owed: number;
}

function Pay({ own, last, owed }: PayProps) {
    const { card } = page.value;
    if (card && own.how === "card") {
        return <Card own={own} owed={owed} />;
    }
    const isFirst = last.phase === "draft";
    const told = { number: own.number, price: money(owed) };
    return (
        <>
            <p class="flag">{t(isFirst ? "sayNumber" : "sayNumberLater", told)}</p>
            {card && isFirst && (
                <button type="button" onClick={() => changeOwn(own.id, { how: "card" })}>
                    {t("payByCardInstead")}
                </button>
            )}
        </>
    );
}

type Line = Purchase["lines"][number];

const isHanded = ({ handed, quantity }: Line): boolean => handed > 0 && handed === quantity;

/** Lines that read alike as one, where the first of them stands. */
export function together(lines: readonly Line[]): Line[] {
    const found = new Map<string, Line>();
    for (const line of lines) {
        const key = JSON.stringify([line.name, line.note, line.state, isHanded(line)]);
        const { quantity, handed, payable } = line;
        const same = found.get(key);
        found.set(
            key,
            same
                ? {
                      ...same,
                      quantity: same.quantity + quantity,
                      handed: same.handed + handed,
                      payable: same.payable + payable,
                  }
                : line,
        );
    }
    return [...found.values()];
}

function Lines({ last }: { last: Purchase }) {
    return (
        <ul class="bought">
            {together(last.lines).map((line) => (
                <li key={line.id} class={line.state === "active" ? "" : "is-struck"}>
                    <span>{line.quantity}×</span>
                    <span class="name">
                        {line.name}
                        {line.note !== "" && <small> {line.note}</small>}
                    </span>
                    {line.state !== "active" && <strong>{t("refusedLine")}</strong>}
                    {isHanded(line) && <span>{t("collected")}</span>}
                    <span class="row-total">{money(line.payable)}</span>
                </li>
            ))}
            <li>
                <span />
                <b class="name">{t("total")}</b>
                <b class="row-total">{money(last.total)}</b>
            </li>
            {last.tip && (
                <li>
                    <span />
                    <span class="name">{t("tip")}</span>
                    <span class="row-total">{money(last.tip)}</span>
                </li>
            )}
        </ul>
    );
}

const stale = 15_000;

/** How old what is shown is; when it is too old it says that it is. */
function Age({ own: { at } }: { own: Own }) {
    if (at === undefined) {
        return null;
    }
    const age = Math.max(0, now.value - at);
    return age < stale ? (
        <p class="age">{t("updated", { age: span(age) })}</p>
    ) : (
        <p class="flag" role="status">
            {t("noAnswer", { age: span(age), time: clockTime(at, now.value) })}
        </p>
    );
}

function Back() {
    return (
        <button type="button" class="huge" onClick={() => go("")}>
            {t("toMenu")}
        </button>
    );
}
