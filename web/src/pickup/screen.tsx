// The public board: numbers, and nothing about whose they are. Staff mode is loaded when it is
// asked for, so that a screen on the wall carries none of it.
import type { FunctionComponent } from "preact";
import type { Part } from "../base/part";
import type { Order } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { numberText, sayAge, t } from "../base/words";
import { Connection } from "../ui/connection";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { Shown } from "../ui/part";
import { isSoundOn, unlockSound } from "../ui/sound";
import type { Pickup } from "./pickup";

interface Props {
    pickup: Pickup;
    staff: Part<FunctionComponent>;
    /** What a board on the wall has besides. */
    wall: Part<FunctionComponent>;
}

export function PickupScreen({ pickup, staff, wall }: Props) {
    return pickup.isStaff.value ? (
        <Shown part={staff}>{(Staff) => <Staff />}</Shown>
    ) : (
        <Public pickup={pickup} wall={wall} />
    );
}

/** Kept in the address, so that a reload stays where it was. */
export function setStaff(pickup: Pickup, isStaff: boolean): void {
    history.replaceState(null, "", isStaff ? "?staff" : location.pathname);
    pickup.isStaff.value = isStaff;
}

function Public({ pickup, wall }: Pick<Props, "pickup" | "wall">) {
    const { stream, board } = pickup;
    const { preparing, ready, waiting } = board.value;
    return (
        <>
            <Header view="pickup" title={t("peer_pickup")} session={stream.state.value.session}>
                <Connection stream={stream} />
                <nav class="tools" aria-label={t("peer_pickup")}>
                    <SoundButton />
                    {wall.it.value && <wall.it.value />}
                </nav>
            </Header>
            <main class="wall">
                <Numbers
                    title={t("preparing")}
                    orders={preparing}
                    kind="preparing"
                    pickup={pickup}
                />
                <Numbers title={t("phase_ready")} orders={ready} kind="ready" pickup={pickup} />
            </main>
            <StillWaiting pickup={pickup} orders={waiting} />
        </>
    );
}

export function SoundButton() {
    return isSoundOn.value ? null : (
        <button type="button" onClick={unlockSound}>
            <Icon name="muted" /> {t("soundOn")}
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
                        {pickup.areNamesShown.value && order.name && (
                            <small>
                                <bdi>{order.name}</bdi>
                            </small>
                        )}
                    </li>
                ))}
            </ul>
            {orders.length === 0 && (
                <p class="empty">{t(kind === "ready" ? "nothingReady" : "nothing")}</p>
            )}
        </section>
    );
}

function StillWaiting({ pickup, orders }: { pickup: Pickup; orders: readonly Order[] }) {
    const now = nodeNow(pickup.stream);
    return orders.length === 0 ? null : (
        <section class="still-waiting" aria-label={t("waitingLong")}>
            <strong>
                <Icon name="bell" /> {t("stillHere")}
            </strong>
            {orders.map((order) => (
                <span key={order.id}>
                    <b>{numberText(order)}</b> {sayAge(now - order.ready_at)}
                </span>
            ))}
        </section>
    );
}
