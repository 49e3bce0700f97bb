// The public board: numbers, and nothing about whose they are. Staff mode is loaded when it is
// asked for, so that a screen on the wall carries none of it.
import { type Signal, signal } from "@preact/signals-core";
import type { FunctionComponent } from "preact";
import type { Order } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { sayAge } from "../base/time";
import { numberText } from "../base/words";
import { Connection } from "../ui/connection";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { isSoundOn, unlockSound } from "../ui/sound";
import type { Pickup } from "./pickup";

type StaffScreen = FunctionComponent<{ pickup: Pickup }>;

const staffScreen: Signal<StaffScreen | null> = signal(null);

async function loadStaff(pickup: Pickup): Promise<void> {
    const { startStaff } = await import("./staff");
    staffScreen.value = startStaff(pickup);
}

export function PickupScreen({ pickup }: { pickup: Pickup }) {
    if (!pickup.isStaff.value) {
        return <Public pickup={pickup} />;
    }
    if (staffScreen.value === null) {
        void loadStaff(pickup);
        return <p class="empty">Loading the staff view.</p>;
    }
    const Staff = staffScreen.value;
    return <Staff pickup={pickup} />;
}

/** Kept in the address, so that a reload stays where it was. */
export function setStaff(pickup: Pickup, isStaff: boolean): void {
    history.replaceState(null, "", isStaff ? "?staff" : location.pathname);
    pickup.isStaff.value = isStaff;
}

function Public({ pickup }: { pickup: Pickup }) {
    const { stream, board } = pickup;
    const { preparing, ready, waiting } = board.value;
    return (
        <>
            <Header view="pickup" title="Pickup" session={stream.state.value.session}>
                <Connection stream={stream} />
                <nav class="tools" aria-label="Pickup">
                    <SoundButton />
                    <button type="button" onClick={() => setStaff(pickup, true)}>
                        Staff
                    </button>
                </nav>
            </Header>
            <main class="wall">
                <Numbers title="Preparing" orders={preparing} kind="preparing" pickup={pickup} />
                <Numbers title="Ready" orders={ready} kind="ready" pickup={pickup} />
            </main>
            <StillWaiting pickup={pickup} orders={waiting} />
        </>
    );
}

export function SoundButton() {
    return isSoundOn.value ? null : (
        <button type="button" onClick={unlockSound}>
            <Icon name="muted" /> Turn sound on
        </button>
    );
}

interface NumbersProps {
    title: string;
    orders: readonly Order[];
    kind: "preparing" | "ready";
    pickup: Pickup;
}

function Numbers({ title, orders, kind, pickup }: NumbersProps) {
    return (
        <section class={`numbers ${kind}`} aria-label={title}>
            <h2>
                <Icon name={kind === "ready" ? "bell" : "clock"} /> {title}
                <span class="number">{orders.length}</span>
            </h2>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard too */}
            <ul tabIndex={0}>
                {orders.map((order) => (
                    <li key={order.id} class={pickup.fresh.value.has(order.id) ? "is-fresh" : ""}>
                        {numberText(order)}
                    </li>
                ))}
            </ul>
            {orders.length === 0 && (
                <p class="empty">{kind === "ready" ? "Nothing to collect yet" : "Nothing"}</p>
            )}
        </section>
    );
}

function StillWaiting({ pickup, orders }: { pickup: Pickup; orders: readonly Order[] }) {
    const now = nodeNow(pickup.stream);
    return orders.length === 0 ? null : (
        <section class="still-waiting" aria-label="Waiting for long">
            <strong>
                <Icon name="bell" /> Still here:
            </strong>
            {orders.map((order) => (
                <span key={order.id}>
                    <b>{numberText(order)}</b> {sayAge(now - order.ready_at)}
                </span>
            ))}
        </section>
    );
}
