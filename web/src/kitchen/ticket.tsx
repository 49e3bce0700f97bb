// One ticket: number, who, how old, what to make.
import { useEffect, useRef } from "preact/hooks";
import { count } from "../base/count";
import type { Flag, Line, Order } from "../base/protocol";
import { flagText } from "../base/states";
import { whereText } from "../base/table";
import { formatAge, type Lateness, lateness } from "../base/time";
import { modeText, numberText } from "../base/words";
import { Icon } from "../ui/icon";
import { alsoAt, type Column, isLineAt, nextStep } from "./board";
import type { Kitchen } from "./kitchen";

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
    const lines = order.lines.filter((line) => isLineAt(line, kitchen.station.value));
    return (
        <article
            class={classes.filter(Boolean).join(" ")}
            aria-label={`Order ${numberText(order)}`}
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
                {whereText(order) && <strong> · {whereText(order)}</strong>}
            </p>
            <Flags order={order} />
            <ul class="lines">
                {lines.map((line) => (
                    <TicketLine
                        key={line.id}
                        kitchen={kitchen}
                        order={order}
                        line={line}
                        canTap={column === "prep" && !isCancelled}
                    />
                ))}
            </ul>
            <AlsoAt order={order} station={kitchen.station.value} />
            <Waiting kitchen={kitchen} order={order} />
            <footer>
                <TicketButtons kitchen={kitchen} order={order} column={column} />
            </footer>
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

const lateWords: Record<Lateness, string> = { fresh: "", late: "Late", "very-late": "Very late" };

/** Since it was ordered; once it is ready, since then: the cook is no longer late. */
function TicketAge({ kitchen, order }: Pick<Props, "kitchen" | "order">) {
    if (order.ready_at > 0) {
        return (
            <span class="ticket-age">
                Ready for <time>{formatAge(kitchen.time() - order.ready_at)}</time>
            </span>
        );
    }
    const age = kitchen.time() - order.opened_at;
    const late = lateness(age, kitchen.session()?.late_after_s ?? 300);
    return (
        <span class={`ticket-age is-${late}`}>
            <Icon name={late === "fresh" ? "clock" : "late"} />
            {lateWords[late] && <span>{lateWords[late]}</span>}
            <time>{formatAge(age)}</time>
        </span>
    );
}

/** What the board shows by other means is not said twice. */
const shownElsewhere: ReadonlySet<Flag> = new Set(["refund_due", "unpaid", "late_edit"]);

function Flags({ order }: { order: Order }) {
    const flags = order.flags.filter((flag) => !shownElsewhere.has(flag));
    const cancelled = order.phase === "cancelled";
    return (
        <>
            {cancelled && (
                <p class="flag flag-bad">
                    <Icon name="lost" />
                    <span>
                        <strong>Cancelled. Stop.</strong> {order.reason}
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

/** The cook's of one station: who else is at this order. */
function AlsoAt({ order, station }: { order: Order; station: string }) {
    const others = station === "" ? [] : alsoAt(order, station);
    return others.length === 0 ? null : (
        <p class="also-at">
            Also at{" "}
            {others.map(({ name, isDone }, at) => (
                <span key={name}>
                    {at > 0 && ", "}
                    <b>{name}</b>
                    {isDone && " (done)"}
                </span>
            ))}
        </p>
    );
}

interface LineProps extends Pick<Props, "kitchen" | "order"> {
    line: Line;
    canTap: boolean;
}

function TicketLine({ kitchen, order, line, canTap }: LineProps) {
    const isStruck = line.state !== "active";
    const isDone = line.progress === "done" || kitchen.isDonePending(order.id, line.id);
    const isNews = kitchen.news(order).includes(line);
    const classes = ["line", isStruck && "is-struck", isNews && "is-news", isDone && "is-done"]
        .filter(Boolean)
        .join(" ");
    const content = <LineContent line={line} isDone={isDone && !isStruck} />;
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
            {wants && <Amend kitchen={kitchen} order={order} line={line} />}
        </li>
    );
}

function LineContent({ line, isDone }: { line: Line; isDone: boolean }) {
    const isNew = line.added_late && line.state === "active";
    return (
        <>
            <span class="quantity">{line.quantity}×</span>
            <span class="what">
                <span class="name">
                    {isNew && <strong class="badge">+NEW</strong>}
                    {line.name}
                </span>
                {line.options.map((option) => (
                    <span key={option.name} class="option">
                        {option.name}
                    </span>
                ))}
                <Note text={line.note} />
                <Note text={line.other_note} />
                {line.state !== "active" && (
                    <strong class="struck-word">
                        {line.state === "void" ? "Voided" : "Refused"}
                    </strong>
                )}
            </span>
            {isDone && (
                <span class="done-mark">
                    <Icon name="check" /> Done
                </span>
            )}
        </>
    );
}

function Note({ text }: { text: string }) {
    return text === "" ? null : (
        <strong class="note">
            <Icon name="note" /> {text}
        </strong>
    );
}

function Amend({ kitchen, order, line }: Omit<LineProps, "canTap">) {
    return (
        <div class="amend">
            <p>
                <Icon name="warn" /> The counter wants {line.wished} instead of {line.quantity}.
            </p>
            <button type="button" onClick={() => kitchen.amend(order, line, true)}>
                Make it {line.wished}
            </button>
            <button type="button" onClick={() => kitchen.amend(order, line, false)}>
                Keep {line.quantity}
            </button>
        </div>
    );
}

/** A tap that the node has not got yet must not look as if it had been lost. */
function Waiting({ kitchen, order }: Pick<Props, "kitchen" | "order">) {
    const waiting = kitchen.waitingFor(order.id);
    return waiting === 0 ? null : (
        <p class="flag">
            <Icon name="sync" />{" "}
            <span>Queued ({waiting}): kept here, sent when the node is back.</span>
        </p>
    );
}

function TicketButtons({ kitchen, order, column }: Omit<Props, "digit">) {
    if (order.phase === "cancelled") {
        return (
            <button type="button" class="primary" onClick={() => kitchen.dismiss(order)}>
                <Icon name="check" /> Understood
            </button>
        );
    }
    const news = kitchen.news(order);
    if (news.length > 0) {
        return (
            <button type="button" class="primary" onClick={() => kitchen.understand(order)}>
                <Icon name="check" /> Understood: {count(news.length, "line", "lines")} voided
            </button>
        );
    }
    const step = nextStep(column);
    if (step === "recall") {
        return (
            <button type="button" onClick={() => kitchen.recall(order)}>
                <Icon name="undo" /> Recall
            </button>
        );
    }
    if (step === "accept") {
        return (
            <>
                <button type="button" onClick={() => kitchen.askRefusal(order)}>
                    Refuse
                </button>
                <button type="button" class="primary" onClick={() => kitchen.accept(order)}>
                    Accept
                </button>
            </>
        );
    }
    return (
        <>
            {order.flags.includes("needs_accept") && (
                <button type="button" onClick={() => kitchen.accept(order)}>
                    Accept added
                </button>
            )}
            <button type="button" class="primary" onClick={() => kitchen.bump(order)}>
                <Icon name="check" /> Bump
            </button>
        </>
    );
}
