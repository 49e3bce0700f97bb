import { count } from "../base/count";
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
import { panelsPart } from "./parts";
import { Ticket } from "./ticket";

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

function shortcutsOf(kitchen: Kitchen): Shortcut[] {
    const digitStep = (key: string): void => {
        const found = [...kitchen.digits.value].find(([, digit]) => digit === Number(key));
        if (found) {
            kitchen.step(found[0]);
        }
    };
    const arrow = (key: string): void =>
        kitchen.choose(key === "ArrowRight" || key === "ArrowDown" ? 1 : -1);
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
            what: "Accept or bump the ticket of that number",
            run: digitStep,
        },
        { keys: arrows, shown: "Arrows", what: "Choose a ticket", run: arrow },
        { keys: ["Enter"], shown: "Enter", what: "Accept or bump the chosen ticket", run: enter },
        { keys: ["u"], shown: "U", what: "Undo the last bump", run: () => void undoNewest() },
        { keys: ["r"], shown: "R", what: "Recall list", run: open("recall") },
        { keys: ["m"], shown: "M", what: "Sold out, and back on the menu", run: open("menu") },
        { keys: ["s"], shown: "S", what: "Start shift: sound on, full screen", run: startShift },
    ];
}

export function KitchenScreen({ kitchen }: { kitchen: Kitchen }) {
    const { stream, waiting } = kitchen.desk;
    const shortcuts = shortcutsOf(kitchen);
    useShortcuts(shortcuts);
    return (
        <>
            <Header view="kitchen" title="Kitchen" session={kitchen.session()}>
                <Connection
                    stream={stream}
                    waiting={waiting}
                    device={deviceNotices(stream.state.value)}
                />
                <nav class="tools" aria-label="Kitchen">
                    <Sound />
                    <Layout kitchen={kitchen} />
                    <Who />
                    <button type="button" onClick={() => (kitchen.panel.value = "menu")}>
                        Sold out
                    </button>
                    <button type="button" onClick={() => (kitchen.panel.value = "recall")}>
                        <Icon name="undo" /> Recall
                    </button>
                    <button type="button" class="plain keys-button" onClick={showKeys}>
                        <kbd>?</kbd> Keys
                    </button>
                </nav>
            </Header>
            <AllDay kitchen={kitchen} />
            {kitchen.layout.value === "grid" ? (
                <main class="board board-grid">
                    <BoardPart kitchen={kitchen} title="To make" />
                </main>
            ) : (
                <main class="board">
                    {columns.map(({ id, title }) => (
                        <BoardPart key={id} kitchen={kitchen} column={id} title={title} />
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
                <Icon name={muted ? "muted" : "sound"} /> {muted ? "Muted" : "Sound on"}
            </button>
        );
    }
    return (
        <button type="button" class="primary" onClick={startShift}>
            <Icon name="muted" /> Start shift
            <span class="wide-only"> (muted)</span>
        </button>
    );
}

function Layout({ kitchen }: { kitchen: Kitchen }) {
    const isGrid = kitchen.layout.value === "grid";
    return (
        <button type="button" onClick={() => (kitchen.layout.value = isGrid ? "" : "grid")}>
            {isGrid ? "Columns" : "Grid"}
        </button>
    );
}

function Stations({ kitchen }: { kitchen: Kitchen }) {
    const stations = kitchen.stations.value;
    const chosen = kitchen.station.value;
    if (stations.length < 2 && chosen === "") {
        return null;
    }
    return (
        <select
            aria-label="Station"
            value={chosen}
            onChange={(event) => (kitchen.station.value = event.currentTarget.value)}
        >
            <option value="">All stations</option>
            {[...new Set([...stations, chosen])].filter(Boolean).map((station) => (
                <option key={station} value={station}>
                    {station}
                </option>
            ))}
        </select>
    );
}

function AllDay({ kitchen }: { kitchen: Kitchen }) {
    const tallies = allDay(kitchen.shown.value, kitchen.station.value);
    return (
        <section class="all-day" aria-label="Still to make">
            <strong>To make</strong>
            <ul>
                {tallies.map(({ name, quantity, kinds }) => (
                    <li key={name}>
                        <b>{quantity}</b> {name}
                        {kinds.length > 0 && (
                            <small>
                                {" "}
                                {kinds.map((one) => `${one.quantity} ${one.options}`).join(" · ")}
                            </small>
                        )}
                    </li>
                ))}
                {tallies.length === 0 && <li>Nothing</li>}
            </ul>
            <Stations kitchen={kitchen} />
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
            <p>{isCurrent ? "No new orders." : "Not up to date: there may be orders."}</p>
            <Shown part={detailPart}>{({ Heard }) => <Heard peers={peers} />}</Shown>
        </div>
    );
}

function Hidden({ kitchen }: { kitchen: Kitchen }) {
    const hidden = kitchen.hiddenCount.value;
    return hidden === 0 ? null : (
        <button type="button" class="hidden-note" onClick={() => (kitchen.station.value = "")}>
            {count(hidden, "ticket", "tickets")} hidden by the station filter. Show all.
        </button>
    );
}

function Panels({ kitchen }: { kitchen: Kitchen }) {
    const close = (): void => {
        kitchen.panel.value = "none";
        kitchen.refusing.value = null;
    };
    return kitchen.panel.value === "none" && kitchen.refusing.value === null ? null : (
        <ShownOver part={panelsPart} onClose={close}>
            {({ OpenPanel }) => <OpenPanel kitchen={kitchen} />}
        </ShownOver>
    );
}
