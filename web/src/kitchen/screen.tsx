import { deviceNotices } from "../base/device";
import { fillScreen } from "../ui/awake";
import { Connection, detailPart } from "../ui/connection";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { KeysHelp, type Shortcut, showKeys, useShortcuts } from "../ui/keys";
import { Shown } from "../ui/part";
import { ShownOver } from "../ui/part-sheet";
import { isMuted, isSoundOn, unlockSound } from "../ui/sound";
import { Toasts, undoNewest } from "../ui/toast";
import { Who, WhoSheet } from "../ui/who";
import { allDay, type Column, columns } from "./board";
import type { Kitchen, Panel } from "./kitchen";
import { asidesPart } from "./parts";
import { Ticket } from "./ticket";
import { counted, t } from "./words";

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

function shortcutsOf(kitchen: Kitchen): Shortcut[] {
    const digitStep = (key: string): void => {
        const found = [...kitchen.digits.value].find(([, digit]) => digit === Number(key));
        if (found) {
            kitchen.step(found[0]);
        }
    };
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const arrow = (key: string): void =>
        kitchen.choose(key === forward || key === "ArrowDown" ? 1 : -1);
    const arrows = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
    const enter = (): void => {
        if (kitchen.chosen.value !== null) {
            kitchen.step(kitchen.chosen.value);
        }
    };
    const open = (panel: Panel) => () => {
        kitchen.panel.value = panel;
    };
    return [
        {
            keys: digits,
            shown: "1–9",
            what: t("keyDigits"),
            run: digitStep,
        },
        { keys: arrows, shown: t("keyArrows"), what: t("keyChoose"), run: arrow },
        { keys: ["Enter"], shown: "Enter", what: t("keyEnter"), run: enter },
        { keys: ["u"], shown: "U", what: t("keyUndo"), run: () => void undoNewest() },
        { keys: ["r"], shown: "R", what: t("keyRecall"), run: open("recall") },
        { keys: ["m"], shown: "M", what: t("keyMenu"), run: open("menu") },
        { keys: ["b"], shown: "B", what: t("keyBusy"), run: open("busy") },
        { keys: ["s"], shown: "S", what: t("keyShift"), run: startShift },
    ];
}

export function KitchenScreen({ kitchen }: { kitchen: Kitchen }) {
    const { stream, waiting } = kitchen.desk;
    const shortcuts = shortcutsOf(kitchen);
    useShortcuts(shortcuts);
    return (
        <>
            <Header view="kitchen" title={t("kitchen")} session={kitchen.session()}>
                <Connection
                    stream={stream}
                    waiting={waiting}
                    device={deviceNotices(stream.state.value)}
                />
                <nav class="tools" aria-label={t("kitchen")}>
                    <Sound />
                    <Layout kitchen={kitchen} />
                    <Who />
                    <button type="button" onClick={() => (kitchen.panel.value = "menu")}>
                        {t("soldOut")}
                    </button>
                    <button type="button" onClick={() => (kitchen.panel.value = "recall")}>
                        <Icon name="undo" /> {t("recall")}
                    </button>
                    <button type="button" class="plain keys-button" onClick={showKeys}>
                        <kbd>?</kbd> {t("keys")}
                    </button>
                </nav>
            </Header>
            <AllDay kitchen={kitchen} />
            {kitchen.layout.value === "grid" ? (
                <main class="board board-grid">
                    <BoardPart kitchen={kitchen} title={t("toMake")} />
                </main>
            ) : (
                <main class="board">
                    {columns.map(({ id, text }) => (
                        <BoardPart key={id} kitchen={kitchen} column={id} title={t(text)} />
                    ))}
                </main>
            )}
            <Hidden kitchen={kitchen} />
            <Panels kitchen={kitchen} />
            <WhoSheet />
            <Toasts />
            <KeysHelp shortcuts={shortcuts} />
        </>
    );
}

function startShift(): void {
    unlockSound();
    fillScreen();
}

function Sound() {
    if (isSoundOn.value) {
        const muted = isMuted.value;
        return (
            <button
                type="button"
                class={muted ? "primary" : ""}
                onClick={() => (isMuted.value = !muted)}
            >
                <Icon name={muted ? "muted" : "sound"} /> {t(muted ? "muted" : "soundOn")}
            </button>
        );
    }
    return (
        <button type="button" class="primary" onClick={startShift}>
            <Icon name="muted" /> {t("startShift")}
            <span class="wide-only"> {t("startShiftMuted")}</span>
        </button>
    );
}

function Layout({ kitchen }: { kitchen: Kitchen }) {
    const isGrid = kitchen.layout.value === "grid";
    return (
        <button type="button" onClick={() => (kitchen.layout.value = isGrid ? "" : "grid")}>
            {t(isGrid ? "columns" : "grid")}
        </button>
    );
}

function AllDay({ kitchen }: { kitchen: Kitchen }) {
    const tallies = allDay(kitchen.shown.value, kitchen.station.value);
    const asides = asidesPart.it.value;
    return (
        <section class="all-day" aria-label={t("stillToMake")}>
            <strong>{t("toMake")}</strong>
            <ul>
                {tallies.map(({ name, quantity, kinds }) => (
                    <li key={name}>
                        <b>{quantity}</b> <bdi>{name}</bdi>
                        {kinds.length > 0 && (
                            <small>
                                {" "}
                                {kinds.map((one, at) => (
                                    <span key={one.options}>
                                        {at > 0 && " · "}
                                        {one.quantity} <bdi>{one.options}</bdi>
                                    </span>
                                ))}
                            </small>
                        )}
                    </li>
                ))}
                {tallies.length === 0 && <li>{t("nothing")}</li>}
            </ul>
            {asides && <asides.Loads kitchen={kitchen} />}
            <div class="at-station">
                {kitchen.popupStations.value.some(({ hidden }) => !hidden) && (
                    <button type="button" onClick={() => (kitchen.panel.value = "busy")}>
                        {t("busyButton")}
                    </button>
                )}
                {asides && <asides.Stations kitchen={kitchen} />}
            </div>
        </section>
    );
}

interface PartProps {
    kitchen: Kitchen;
    /** Left out: all of them, in one grid. */
    column?: Column;
    title: string;
}

function BoardPart({ kitchen, column, title }: PartProps) {
    const shown = new Map(kitchen.shown.value.map((order) => [order.id, order]));
    const slots = kitchen.slots.value.filter((slot) => !column || slot.column === column);
    const tickets = slots.filter(({ leftAt, id }) => leftAt === null && shown.has(id));
    return (
        <section class={`column column-${column ?? "all"}`} aria-label={title}>
            <h2>
                {title} <span class="number">{tickets.length}</span>
            </h2>
            <div class="tickets">
                {slots.map(({ id, leftAt, column: at }) => {
                    const order = shown.get(id);
                    if (leftAt !== null || !order) {
                        return leftAt === null ? null : <div key={`gap ${id}`} class="gap" />;
                    }
                    const digit = kitchen.digits.value.get(id) ?? 0;
                    return <Ticket key={id} {...{ kitchen, order, column: at, digit }} />;
                })}
                {slots.length === 0 && (column ?? "new") === "new" && <Empty kitchen={kitchen} />}
            </div>
        </section>
    );
}

/** An empty board says why it may be believed. */
function Empty({ kitchen }: { kitchen: Kitchen }) {
    const { peers, isCurrent } = kitchen.desk.stream.state.value;
    return (
        <div class="empty">
            <p>{t(isCurrent ? "noNew" : "notCurrent")}</p>
            <Shown part={detailPart}>{({ Heard }) => <Heard peers={peers} />}</Shown>
        </div>
    );
}

function Hidden({ kitchen }: { kitchen: Kitchen }) {
    const hidden = kitchen.hiddenCount.value;
    return hidden === 0 ? null : (
        <button type="button" class="hidden-note" onClick={() => (kitchen.station.value = "")}>
            {counted("hidden", hidden)}
        </button>
    );
}

function Panels({ kitchen }: { kitchen: Kitchen }) {
    const close = (): void => {
        kitchen.panel.value = "none";
        kitchen.refusing.value = null;
    };
    return kitchen.panel.value === "none" && kitchen.refusing.value === null ? null : (
        <ShownOver part={asidesPart} onClose={close}>
            {({ OpenPanel }) => <OpenPanel kitchen={kitchen} />}
        </ShownOver>
    );
}
