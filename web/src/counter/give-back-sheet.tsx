// Giving back to a card what the provider took: some of what was ordered, or an amount.
import { useState } from "preact/hooks";
import type { Order } from "../base/protocol";
import { numberText } from "../base/words";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import { wear } from "../ui/wear";
import * as actions from "./actions";
import type { Counter } from "./counter";
import { type Counts, freeUnits, leftOnCard, priceOf, wishAmount, wishUnits } from "./give-back";
import styles from "./give-back.css?inline";
import { Keypad, typedOn, useTyping } from "./keypad";
import * as later from "./later-words";
import { Stepper } from "./stepper";
import { Sum } from "./sum";
import { t } from "./words";

wear(styles);

const reasons = ["notGood", "wrongItem", "waitedTooLong", "whySoldOut"] as const;

interface Props {
    counter: Counter;
    order: Order;
    onDone(): void;
}

export function GiveBackSheet({ counter, order, onDone }: Props) {
    const [counts, setCounts] = useState<Counts>(new Map());
    const [text, setText] = useState<string | null>(null); // null: by lines
    const [isAsking, setAsking] = useState(false);
    const { money } = counter;
    const left = leftOnCard(order);
    const amount = text === null ? priceOf(order, counts) : Number(text);
    const isPossible = amount > 0 && amount <= left;

    if (isAsking) {
        const choose = (reason: string): void => {
            const wished =
                text === null
                    ? wishUnits(order, counts, reason)
                    : wishAmount(order, amount, reason);
            void counter.desk.act(actions.giveBack(order, wished));
            onDone();
        };
        return (
            <Sheet
                key="reason"
                title={later.t("giveBackWhy", { price: money(amount) })}
                onClose={() => setAsking(false)}
            >
                <Reasons
                    reasons={reasons.map((reason) => later.t(reason))}
                    verb={later.t("giveBack")}
                    onChoose={choose}
                />
            </Sheet>
        );
    }
    return (
        <Sheet
            title={later.t("giveBackOfOrder", { number: numberText(order) })}
            onClose={onDone}
            isWide
        >
            <div class="give-back">
                {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form */}
                <div class="switch" role="group" aria-label={later.t("whatIsGivenBack")}>
                    <Way
                        name={later.t("whatWasOrdered")}
                        isOn={text === null}
                        onOn={() => setText(null)}
                    />
                    <Way name={later.t("anAmount")} isOn={text !== null} onOn={() => setText("")} />
                </div>
                {text === null ? (
                    <Lines order={order} counts={counts} onCounts={setCounts} />
                ) : (
                    <Amount
                        text={text}
                        onText={setText}
                        onEnter={setAsking}
                        mayEnter={isPossible}
                    />
                )}
                <dl class="sums">
                    <Sum name={later.t("leftOnCard")} text={money(left)} />
                </dl>
                {amount > left && (
                    <p role="alert" class="flag">
                        {later.t("moreThanCharged", { price: money(left) })}
                    </p>
                )}
                <button
                    type="button"
                    class="primary huge"
                    disabled={!isPossible}
                    onClick={() => setAsking(true)}
                >
                    {t("giveBackPrice", { price: money(amount) })}
                </button>
            </div>
        </Sheet>
    );
}

function Way({ name, isOn, onOn }: { name: string; isOn: boolean; onOn(): void }) {
    return (
        <button type="button" aria-pressed={isOn} onClick={onOn}>
            {name}
        </button>
    );
}

interface LinesProps {
    order: Order;
    counts: Counts;
    onCounts(counts: Counts): void;
}

function Lines({ order, counts, onCounts }: LinesProps) {
    return (
        <ul class="detail-lines">
            {order.lines.map((line) => {
                const most = freeUnits(order, line).length;
                const change = (count: number): void =>
                    onCounts(new Map(counts).set(line.id, Math.min(count, most)));
                return (
                    <li key={line.id} class={most === 0 ? "is-struck" : ""}>
                        <span class="quantity">{most}×</span>
                        <span class="what">
                            <span class="name">
                                <bdi>{line.name}</bdi>
                            </span>
                            {most < line.quantity && line.state === "active" && (
                                <small>{later.counted("unitsBack", line.quantity - most)}</small>
                            )}
                        </span>
                        {most > 0 && (
                            <Stepper
                                value={counts.get(line.id) ?? 0}
                                least={0}
                                label={line.name}
                                onChange={change}
                            />
                        )}
                    </li>
                );
            })}
        </ul>
    );
}

interface AmountProps {
    text: string;
    onText(text: string): void;
    onEnter(isEntered: boolean): void;
    mayEnter: boolean;
}

function Amount({ text, onText, onEnter, mayEnter }: AmountProps) {
    const press = (key: string): void => onText(typedOn(text, key));
    useTyping(press, () => onEnter(true), mayEnter);
    return <Keypad press={press} />;
}
