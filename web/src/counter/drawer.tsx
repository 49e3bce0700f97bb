// The cash drawer: opened with a float, moved, read (X), counted and closed (Z).
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Draft } from "../base/action";
import { get } from "../base/ask";
import { dateText } from "../base/date";
import type { Drawer } from "../base/protocol";
import { Icon } from "../ui/icon";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import { say } from "../ui/toast";
import { wear } from "../ui/wear";
import type { Counter } from "./counter";
import styles from "./drawer.css?inline";
import { CountSheet } from "./drawer-count";
import { DrawerPaper } from "./drawer-paper";
import { differenceText, moveCash, openDrawer, ownDrawer } from "./drawer-sums";
import { Keypad, typedOn, useTyping } from "./keypad";
import { counted, t } from "./later-words";

wear(styles);

type Step =
    | { kind: "own" }
    | { kind: "in" | "out" | "count"; id: string }
    | { kind: "paper"; id: string };

/** The node's list, read again whenever there may be another one; null: not here yet. */
function useDrawers({ desk }: Counter): readonly Drawer[] | null {
    const [drawers, setDrawers] = useState<readonly Drawer[] | null>(null);
    const { cursor, isCurrent } = desk.stream.state.value;
    const waiting = desk.waiting.value.length;
    useEffect(() => {
        let isWanted = true;
        get("/api/drawers").then(
            (list) => isWanted && setDrawers((list as { drawers: Drawer[] }).drawers),
            () => {}, // what is shown stays until the node is back
        );
        return () => {
            isWanted = false;
        };
    }, [cursor, isCurrent, waiting]);
    return drawers;
}

export function DrawerSheet({ counter }: { counter: Counter }) {
    return counter.desk.can("take-money") ? (
        <Drawers counter={counter} />
    ) : (
        <Notice counter={counter}>
            <p class="flag">
                <Icon name="warn" />
                <span>{t("onlyWhoMay")}</span>
            </p>
            <p>{t("askForRight")}</p>
        </Notice>
    );
}

interface NoticeProps {
    counter: Counter;
    children: ComponentChildren;
}

function Notice({ counter, children }: NoticeProps) {
    return (
        <Sheet title={t("cashDrawer")} onClose={counter.close}>
            {children}
        </Sheet>
    );
}

function Drawers({ counter }: { counter: Counter }) {
    const drawers = useDrawers(counter);
    const [step, setStep] = useState<Step>({ kind: "own" });
    if (drawers === null) {
        return (
            <Notice counter={counter}>
                <p role="status">{t("waitingForNode")}</p>
            </Notice>
        );
    }
    const own = (): void => setStep({ kind: "own" });
    const drawer =
        step.kind === "own"
            ? ownDrawer(drawers, counter.session()?.log)
            : drawers.find(({ id }) => id === step.id);
    if (!drawer) {
        return <Opening key="open" counter={counter} drawers={drawers} onStep={setStep} />;
    }
    const done = (): void => setStep({ kind: "paper", id: drawer.id });
    switch (step.kind) {
        case "in":
        case "out":
            return (
                <MoveSheet
                    key={step.kind}
                    counter={counter}
                    drawer={drawer}
                    sign={step.kind === "in" ? 1 : -1}
                    onDone={own}
                />
            );
        case "count":
            return (
                <CountSheet
                    key="count"
                    counter={counter}
                    drawer={drawer}
                    onBack={own}
                    onDone={done}
                />
            );
        default:
            return (
                <Reading
                    key={drawer.id}
                    counter={counter}
                    drawer={drawer}
                    drawers={drawers}
                    onStep={setStep}
                />
            );
    }
}

interface ListProps {
    counter: Counter;
    drawers: readonly Drawer[];
    onStep(step: Step): void;
}

/** What should be in it now; of one that was counted, what was found. */
function Reading({ counter, drawer, drawers, onStep }: ListProps & { drawer: Drawer }) {
    const go = (kind: "in" | "out" | "count") => () => onStep({ kind, id: drawer.id });
    const waiting = counter.desk.waiting.value.length;
    return (
        <Sheet
            title={t(drawer.counted ? "drawerCounted" : "drawerOf", { n: drawer.number })}
            onClose={counter.close}
            actions={
                <div class="drawer-buttons">
                    {drawer.counted ? (
                        <button type="button" onClick={() => onStep({ kind: "own" })}>
                            {t("back")}
                        </button>
                    ) : (
                        <>
                            <button type="button" onClick={go("in")}>
                                {t("putIn")}
                            </button>
                            <button type="button" onClick={go("out")}>
                                {t("takeOut")}
                            </button>
                        </>
                    )}
                    <button type="button" onClick={() => window.print()}>
                        {t("print")}
                    </button>
                    {!drawer.counted && (
                        <button type="button" class="primary" onClick={go("count")}>
                            <Icon name="check" /> {t("countAndClose")}
                        </button>
                    )}
                </div>
            }
        >
            {waiting > 0 && (
                <p class="flag" role="status">
                    <Icon name="sync" />
                    <span>{counted("notYetThere", waiting)}</span>
                </p>
            )}
            <DrawerPaper counter={counter} drawer={drawer} />
            <Others counter={counter} drawers={drawers} shown={drawer.id} onStep={onStep} />
        </Sheet>
    );
}

/** The other sessions of today, and those that nobody counted. */
function Others({ counter, drawers, shown, onStep }: ListProps & { shown?: string }) {
    const others = drawers.filter(({ id }) => id !== shown);
    return others.length === 0 ? null : (
        <section class="drawer-others">
            <h3>{t("otherDrawers")}</h3>
            {others.map((drawer) => (
                <button
                    key={drawer.id}
                    type="button"
                    onClick={() => onStep({ kind: "paper", id: drawer.id })}
                >
                    <b>{t("drawerOf", { n: drawer.number })}</b>
                    <span>{dateText(drawer.opened_at)}</span>
                    <span>{stateText(counter, drawer)}</span>
                </button>
            ))}
        </section>
    );
}

function stateText(counter: Counter, { counts }: Drawer): string {
    const last = counts.at(-1);
    const session = counter.session();
    return last && session ? differenceText(last.difference, session) : t("notCounted");
}

function Opening({ counter, drawers, onStep }: ListProps) {
    const [number, setNumber] = useState("1");
    const [typed, setTyped] = useState("");
    const press = (key: string): void => setTyped((text) => typedOn(text, key));
    const float = Number(typed);
    const mayOpen = Number(number) > 0 && counter.session()?.day !== 0;
    const open = (): void => void counter.desk.act(openDrawer(Number(number), float));
    useTyping(press, open, mayOpen);
    return (
        <Sheet
            title={t("openTitle")}
            onClose={counter.close}
            actions={
                <button type="button" class="primary huge" disabled={!mayOpen} onClick={open}>
                    <Icon name="cash" /> {t("openWith", { price: counter.money(float) })}
                </button>
            }
        >
            {counter.session()?.day === 0 && (
                <p class="flag">
                    <Icon name="warn" />
                    <span>{t("noDay")}</span>
                </p>
            )}
            <label class="drawer-field">
                {t("drawerNumber")}
                <input
                    inputMode="numeric"
                    maxLength={3}
                    value={number}
                    onInput={(event) => setNumber(event.currentTarget.value.replace(/\D/g, ""))}
                />
            </label>
            <p class="pay-given">
                <span>{t("float")}</span>
                <strong>{counter.money(float)}</strong>
            </p>
            <Keypad press={press} />
            <Others counter={counter} drawers={drawers} onStep={onStep} />
        </Sheet>
    );
}

const reasons = {
    in: ["fromBank", "fromDrawer", "ownMoney"],
    out: ["toSafe", "toBank", "tipsOut", "bought"],
} as const;

interface MoveProps {
    counter: Counter;
    drawer: Drawer;
    /** 1: put in; -1: taken out. */
    sign: 1 | -1;
    onDone(): void;
}

function MoveSheet({ counter, drawer, sign, onDone }: MoveProps) {
    const [typed, setTyped] = useState("");
    const press = (key: string): void => setTyped((text) => typedOn(text, key));
    const amount = Number(typed);
    const isIn = sign > 0;
    const verb = t(isIn ? "putIn" : "takeOut");
    const move = (reason: string): void => {
        onDone();
        act(counter, moveCash(drawer, sign * amount, reason), () => {
            const what = { price: counter.money(amount), n: drawer.number };
            say(t(isIn ? "putInto" : "takenOutOf", what));
        });
    };
    useTyping(press, () => {}, false);
    return (
        <Sheet title={t(isIn ? "putInWhy" : "takeOutWhy")} onClose={onDone} isWide>
            <div class="pay">
                <div class="pay-left">
                    <p class="pay-given">
                        <span>{verb}</span>
                        <strong>{counter.money(amount)}</strong>
                    </p>
                    <Keypad press={press} />
                </div>
                <fieldset class="pay-right" disabled={amount === 0}>
                    <legend>{t(amount === 0 ? "amountFirst" : "why")}</legend>
                    <Reasons
                        reasons={reasons[isIn ? "in" : "out"].map((reason) => t(reason))}
                        verb={verb}
                        onChoose={move}
                    />
                </fieldset>
            </div>
        </Sheet>
    );
}

function act(counter: Counter, what: Draft, onDone: () => void): void {
    void counter.desk.act(what).then(({ ok }) => ok && onDone());
}
