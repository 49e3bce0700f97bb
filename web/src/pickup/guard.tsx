// The wrong-order guard: who and what, before anything leaves the counter.
import { useState } from "preact/hooks";
import type { Desk } from "../base/desk";
import { formatMoney } from "../base/money";
import type { Line, Order } from "../base/protocol";
import { flagText } from "../base/states";
import { whereText } from "../base/table";
import { modeText, numberText, t as say } from "../base/words";
import { Icon } from "../ui/icon";
import { ShownOver } from "../ui/part-sheet";
import { Sheet } from "../ui/sheet";
import { offerUndo } from "../ui/toast";
import { handOver, unhand } from "./deeds";
import { isWhole, readyUnits, type Units, unitsLeft } from "./hand-over";
import { rare } from "./rare";
import { counted, t } from "./words";

export function Due({ desk, order }: { desk: Desk; order: Order }) {
    const session = desk.stream.state.value.session;
    if (order.due >= 0 || !session) {
        return null;
    }
    return (
        <strong class="due">
            <Icon name="cash" /> {t("collectFirst", { sum: formatMoney(-order.due, session) })}
        </strong>
    );
}

interface HandOverProps {
    desk: Desk;
    order: Order;
    onClose(): void;
}

export function HandOver(props: HandOverProps) {
    const [isLeft, setLeft] = useState(false);
    return isLeft ? (
        <ShownOver part={rare} onClose={props.onClose}>
            {({ NoShow }) => <NoShow {...props} />}
        </ShownOver>
    ) : (
        <Guard {...props} onLeft={() => setLeft(true)} />
    );
}

function Guard({ desk, order, onClose, onLeft }: HandOverProps & { onLeft(): void }) {
    const [chosen, setChosen] = useState<Units[] | null>(null);
    const units = chosen ?? readyUnits(order); // follows the kitchen until a person chooses
    const given = new Map(units.map(({ line, units: count }) => [line, count]));
    const set = (line: number, count: number): void =>
        setChosen([
            ...units.filter((other) => other.line !== line),
            ...(count > 0 ? [{ line, units: count }] : []),
        ]);
    const total = units.reduce((sum, { units: count }) => sum + count, 0);
    const confirm = (): void => {
        void desk.act(handOver(order, units));
        offerUndo(
            t("wasHandedOver", { number: numberText(order) }),
            () => void desk.act(unhand(order)),
        );
        onClose();
    };
    const verb = isWhole(order, units) ? t("handOverAll") : counted("handOverSome", total);
    return (
        <Sheet
            title={t("handOver", { number: numberText(order) })}
            onClose={onClose}
            actions={
                <>
                    {order.phase === "ready" && (
                        <button type="button" class="left" onClick={onLeft}>
                            {t("nobodyCame")}
                        </button>
                    )}
                    <button
                        type="button"
                        class="primary huge"
                        disabled={total === 0}
                        onClick={confirm}
                    >
                        <Icon name="check" /> {total === 0 ? t("nothingChosen") : verb}
                    </button>
                </>
            }
        >
            <p class="guard">
                <strong>
                    <bdi>{whereText(order) || t("noName")}</bdi>
                </strong>
                <span>{modeText(order.mode)}</span>
            </p>
            <Due desk={desk} order={order} />
            {order.flags.map((flag) => (
                <p key={flag} class="flag">
                    <Icon name="warn" /> <span>{flagText(flag)}</span>
                </p>
            ))}
            <ul class="guard-lines">
                {order.lines.map((line) => (
                    <GuardLine
                        key={line.id}
                        line={line}
                        count={given.get(line.id) ?? 0}
                        onChange={(count) => set(line.id, count)}
                    />
                ))}
            </ul>
        </Sheet>
    );
}

interface LineProps {
    line: Line;
    count: number;
    onChange(count: number): void;
}

function GuardLine({ line, count, onChange }: LineProps) {
    const left = unitsLeft(line);
    const options = line.options.map((option) => option.name).join(", ");
    return (
        <li class={line.state === "active" ? "" : "is-struck"}>
            <span class="what">
                <span class="name">
                    <bdi dir="ltr">{line.quantity}×</bdi> <bdi>{line.name}</bdi>
                </span>
                {options !== "" && (
                    <small>
                        <bdi>{options}</bdi>
                    </small>
                )}
                {line.note !== "" && (
                    <small>
                        <bdi>{line.note}</bdi>
                    </small>
                )}
                <small>{guardWords(line)}</small>
            </span>
            {left > 0 && (
                <span class="stepper">
                    <button
                        type="button"
                        aria-label={t("oneLess", { name: line.name })}
                        disabled={count === 0}
                        onClick={() => onChange(count - 1)}
                    >
                        <Icon name="minus" />
                    </button>
                    <output dir="ltr">
                        {count}/{left}
                    </output>
                    <button
                        type="button"
                        aria-label={t("oneMore", { name: line.name })}
                        disabled={count >= left}
                        onClick={() => onChange(count + 1)}
                    >
                        <Icon name="plus" />
                    </button>
                </span>
            )}
        </li>
    );
}

function guardWords(line: Line): string {
    if (line.state !== "active") {
        return t(line.state === "void" ? "voided" : "refusedLine");
    }
    if (line.handed > 0) {
        return counted("alreadyHanded", line.handed);
    }
    return line.progress === "done" ? say("phase_ready") : t("notReadyYet");
}
