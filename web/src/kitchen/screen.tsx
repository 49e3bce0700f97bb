import { deviceNotices } from "../base/device";
import { count } from "../base/words";
import { Connection, Heard } from "../ui/connection";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { KeysHelp, type Shortcut, showKeys, useShortcuts } from "../ui/keys";
import { isSoundOn, unlockSound } from "../ui/sound";
import { Toasts, undoNewest } from "../ui/toast";
import { allDay, type Column, columns, stationsOf } from "./board";
import type { Kitchen, Panel } from "./kitchen";
import { MenuPanel, RecallPanel, RefusePanel } from "./panels";
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
        { keys: ["s"], shown: "S", what: "Start shift: sound on", run: unlockSound },
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
            <main class="board">
                {columns.map(({ id, title }) => (
                    <BoardColumn key={id} kitchen={kitchen} column={id} title={title} />
                ))}
            </main>
            <Hidden kitchen={kitchen} />
            <Panels kitchen={kitchen} />
            <Toasts />
            <KeysHelp shortcuts={shortcuts} />
        </>
    );
}

function Sound() {
    if (isSoundOn.value) {
        return (
            <span class="pill">
                <Icon name="sound" /> Sound on
            </span>
        );
    }
    return (
        <button type="button" class="primary" onClick={unlockSound}>
            <Icon name="muted" /> Start shift
            <span class="wide-only"> (muted)</span>
        </button>
    );
}

function Stations({ kitchen }: { kitchen: Kitchen }) {
    const items = [...kitchen.desk.stream.state.value.orders.values()];
    const stations = stationsOf(items);
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
                {tallies.map(({ name, quantity }) => (
                    <li key={name}>
                        <b>{quantity}</b> {name}
                    </li>
                ))}
                {tallies.length === 0 && <li>Nothing</li>}
            </ul>
            <Stations kitchen={kitchen} />
        </section>
    );
}

interface ColumnProps {
    kitchen: Kitchen;
    column: Column;
    title: string;
}

function BoardColumn({ kitchen, column, title }: ColumnProps) {
    const shown = new Map(kitchen.shown.value.map((order) => [order.id, order]));
    const slots = kitchen.slots.value.filter((slot) => slot.column === column);
    const tickets = slots.filter(({ leftAt, id }) => leftAt === null && shown.has(id));
    return (
        <section class={`column column-${column}`} aria-label={title}>
            <h2>
                {title} <span class="number">{tickets.length}</span>
            </h2>
            <div class="tickets">
                {slots.map(({ id, leftAt }) => {
                    const order = shown.get(id);
                    if (leftAt !== null || !order) {
                        return leftAt === null ? null : <div key={`gap ${id}`} class="gap" />;
                    }
                    const digit = kitchen.digits.value.get(id) ?? 0;
                    const props = { kitchen, order, column, digit };
                    return <Ticket key={id} {...props} />;
                })}
                {slots.length === 0 && column === "new" && <Empty kitchen={kitchen} />}
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
            <Heard peers={peers} />
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
    };
    return (
        <>
            {kitchen.panel.value === "menu" && <MenuPanel kitchen={kitchen} onClose={close} />}
            {kitchen.panel.value === "recall" && <RecallPanel kitchen={kitchen} onClose={close} />}
            {kitchen.refusing.value && (
                <RefusePanel kitchen={kitchen} order={kitchen.refusing.value} />
            )}
        </>
    );
}
