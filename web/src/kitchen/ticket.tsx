// One ticket: number, who, how old, what to make.
import { useEffect, useRef } from "preact/hooks";
import type { Flag, Line, Order } from "../base/protocol";
import { flagText } from "../base/states";
import { whereText } from "../base/table";
import { formatAge, type Lateness, lateness } from "../base/time";
import { modeText, numberText } from "../base/words";
import { Icon } from "../ui/icon";
import { Shown } from "../ui/part";
import { type Column, isLineAt, nextStep } from "./board";
import type { Kitchen } from "./kitchen";
import { LineContent } from "./line";
import { asidesPart } from "./parts";
import { type Text, t } from "./words";

interface Props {
    kitchen: Kitchen;
    order: Order;
    column: Column;
    /** Its key on the keyboard, 1 to 9; 0 when it has none. */
    digit: number;
}

export function Ticket({ kitchen, order, column, digit }: Props) {
    const head = useDrawn(kitchen, order.id);
    const isCancelled = order.phase === "cancelled";
    const isChosen = kitchen.chosen.value === order.id;
    const classes = [`ticket at-${column}`, isCancelled && "is-cancelled", isChosen && "is-chosen"];
    const asides = asidesPart.it.value;
    const asksMore = !isCancelled && (kitchen.news(order).length > 0 || kitchen.needsAccept(order));
    // They are among the others until they can stand apart.
    const news = asksMore && asides ? kitchen.news(order) : [];
    const lines = order.lines.filter(
        (line) =>
            isLineAt(line, kitchen.station.value) &&
            !(line.state === "active" && news.includes(line)),
    );
    return (
        <article
            class={classes.filter(Boolean).join(" ")}
            aria-label={t("order", { number: numberText(order) })}
            data-order={order.number}
            aria-current={isChosen}
        >
            <header ref={head}>
                <h3>{numberText(order)}</h3>
                {digit > 0 && <kbd>{digit}</kbd>}
                <TicketAge kitchen={kitchen} order={order} />
            </header>
            <p class="ticket-who">
                <Icon name={order.mode === "take-away" ? "bag" : "plate"} /> {modeText(order.mode)}
                {order.guest && ` · ${t("phone")}`}
                {whereText(order) && (
                    <strong>
                        {" "}
                        · <bdi>{whereText(order)}</bdi>
                    </strong>
                )}
            </p>
            <Flags order={order} />
            <ul class="lines">
                {lines.map((line) => (
                    <TicketLine
                        key={line.id}
                        kitchen={kitchen}
                        order={order}
                        line={line}
                        isNews={news.includes(line)}
                        canTap={column === "prep" && !isCancelled}
                    />
                ))}
            </ul>
            {asides && <asides.AlsoAt order={order} station={kitchen.station.value} />}
            <Waiting kitchen={kitchen} order={order} />
            <footer>
                <TicketButtons kitchen={kitchen} order={order} column={column} />
            </footer>
            {asksMore && (
                <Shown part={asidesPart}>
                    {({ News }) => <News kitchen={kitchen} order={order} lines={news} />}
                </Shown>
            )}
        </article>
    );
}

/** Tells the kitchen whether the ticket's head is within the screen. */
function useDrawn(kitchen: Kitchen, id: string) {
    const ref = useRef<HTMLElement>(null);
    useEffect(() => {
        const head = ref.current;
        if (!head) {
            return;
        }
        const observer = new IntersectionObserver(
            (entries) => kitchen.seen.drawn(id, entries.at(-1)?.isIntersecting ?? false),
            { threshold: 0.6 },
        );
        observer.observe(head);
        return () => {
            observer.disconnect();
            kitchen.seen.drawn(id, false);
        };
    }, [kitchen, id]);
    return ref;
}

const lateWords: Record<Lateness, Text | null> = {
    fresh: null,
    late: "late",
    "very-late": "veryLate",
};

/** Since it was ordered; once it is ready, since then: the cook is no longer late. */
function TicketAge({ kitchen, order }: Pick<Props, "kitchen" | "order">) {
    if (order.ready_at > 0) {
        const ready = formatAge(kitchen.time() - order.ready_at);
        return (
            <span class="ticket-age">
                <time>{t("readyFor", { age: ready })}</time>
            </span>
        );
    }
    const age = kitchen.time() - order.opened_at;
    const late = lateness(age, kitchen.session()?.late_after_s ?? 300);
    const word = lateWords[late];
    return (
        <span class={`ticket-age is-${late}`}>
            <Icon name={late === "fresh" ? "clock" : "late"} />
            {word && <span>{t(word)}</span>}
            <time>{formatAge(age)}</time>
        </span>
    );
}

/** What the board shows by other means is not said twice. */
const shownElsewhere: ReadonlySet<Flag> = new Set([
    "refund_due",
    "unpaid",
    "late_edit",
    "needs_accept",
]);

function Flags({ order }: { order: Order }) {
    const flags = order.flags.filter((flag) => !shownElsewhere.has(flag));
    const cancelled = order.phase === "cancelled";
    return (
        <>
            {cancelled && (
                <p class="flag flag-bad">
                    <Icon name="lost" />
                    <span>
                        <strong>{t("cancelledStop")}</strong> <bdi>{order.reason}</bdi>
                    </span>
                </p>
            )}
            {flags.map((flag) => (
                <p key={flag} class="flag">
                    <Icon name="warn" /> <span>{flagText(flag)}</span>
                </p>
            ))}
        </>
    );
}

interface LineProps extends Pick<Props, "kitchen" | "order"> {
    line: Line;
    /** Nobody here has understood yet that it was voided. */
    isNews: boolean;
    canTap: boolean;
}

function TicketLine({ kitchen, order, line, isNews, canTap }: LineProps) {
    const isStruck = line.state !== "active";
    const isDone = line.progress === "done" || kitchen.isDonePending(order.id, line.id);
    const classes = ["line", isStruck && "is-struck", isDone && "is-done"]
        .filter(Boolean)
        .join(" ");
    const content = <LineContent line={line} isDone={isDone && !isStruck} isMute={isNews} />;
    const wants = line.state === "active" && line.wished !== line.quantity;
    return (
        <li>
            {canTap && !isStruck ? (
                <button
                    type="button"
                    class={classes}
                    aria-pressed={isDone}
                    onClick={() => kitchen.toggleLine(order, line)}
                >
                    {content}
                </button>
            ) : (
                <div class={classes}>{content}</div>
            )}
            {wants && (
                <Shown part={asidesPart}>
                    {({ Amend }) => <Amend kitchen={kitchen} order={order} line={line} />}
                </Shown>
            )}
        </li>
    );
}

/** A tap that the node has not got yet must not look as if it had been lost. */
function Waiting({ kitchen, order }: Pick<Props, "kitchen" | "order">) {
    const waiting = kitchen.waitingFor(order.id);
    return waiting === 0 ? null : (
        <p class="flag">
            <Icon name="sync" /> <span>{t("queued", { n: waiting })}</span>
        </p>
    );
}

function TicketButtons({ kitchen, order, column }: Omit<Props, "digit">) {
    if (order.phase === "cancelled") {
        return (
            <button type="button" class="primary" onClick={() => kitchen.dismiss(order)}>
                <Icon name="check" /> {t("understood")}
            </button>
        );
    }
    const step = nextStep(column);
    if (step === "recall") {
        return (
            <button type="button" onClick={() => kitchen.recall(order)}>
                <Icon name="undo" /> {t("recall")}
            </button>
        );
    }
    if (step === "accept") {
        return (
            <>
                <button type="button" onClick={() => kitchen.askRefusal(order)}>
                    {t("refuse")}
                </button>
                <button type="button" class="primary" onClick={() => kitchen.accept(order)}>
                    {t("accept")}
                </button>
            </>
        );
    }
    return (
        <button
            type="button"
            class="primary"
            disabled={kitchen.bumpable(order).length === 0}
            onClick={() => kitchen.bump(order)}
        >
            <Icon name="check" /> {t("bump")}
        </button>
    );
}
