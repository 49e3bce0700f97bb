// The one thing on every screen that says how far it can be trusted.
import type { ReadonlySignal } from "@preact/signals-core";
import type { Action } from "../base/action";
import { type Grade, isHeard, type Notice, notices, peerName } from "../base/connection";
import type { Peer } from "../base/protocol";
import type { Stream } from "../base/stream";
import { formatAge, sayAge } from "../base/time";
import { Icon, type IconName } from "./icon";

const icons: Record<Grade, IconName> = { good: "live", busy: "sync", warn: "warn", bad: "lost" };

interface Props {
    stream: Stream;
    waiting?: ReadonlySignal<readonly Action[]>;
    /** Of staff's screens: deviceNotices(). */
    device?: readonly Notice[];
}

export function currentNotices({ stream, waiting, device = [] }: Props): Notice[] {
    const { isCurrent, peers } = stream.state.value;
    return notices({
        now: stream.now.value,
        heardAt: stream.heardAt.value,
        startedAt: stream.startedAt,
        isCurrent,
        peers,
        waiting: waiting?.value.length ?? 0,
        device,
    });
}

export function Connection(props: Props) {
    const found = currentNotices(props);
    const [worst] = found;
    if (!worst) {
        return null;
    }
    const more = found.length - 1;
    return (
        <details class="connection">
            <summary class={`pill grade-${worst.grade}`}>
                <Icon name={icons[worst.grade]} />
                <span role="status">{worst.text}</span>
                <Age ms={worst.age} />
                {more > 0 && <span class="more">+{more}</span>}
            </summary>
            <div class="connection-detail">
                {found.map((notice) => (
                    <p key={notice.text} class={`grade-text-${notice.grade}`}>
                        <Icon name={icons[notice.grade]} />
                        <span>
                            <strong>{notice.text}</strong> <Age ms={notice.age} />
                            <br />
                            {notice.meaning}
                        </span>
                    </p>
                ))}
                <Heard peers={props.stream.state.value.peers} />
                <Waiting actions={props.waiting?.value ?? []} />
            </div>
        </details>
    );
}

function Age({ ms }: { ms: number | null }) {
    return ms === null ? null : <span class="age">{formatAge(ms)}</span>;
}

function heardText(peer: Peer): string {
    const missing = peer.behind > 0 ? `, lacks ${peer.behind} of our events` : "";
    if (peer.heard_ms_ago < 0) {
        return "not heard yet";
    }
    return `heard ${sayAge(peer.heard_ms_ago)} ago${isHeard(peer) ? missing : ""}`;
}

/** Last heard, device by device: an empty screen must prove that it is live. */
export function Heard({ peers }: { peers: readonly Peer[] }) {
    return (
        <ul class="heard">
            {peers.map((peer) => (
                <li key={peer.device}>
                    <Icon name={isHeard(peer) ? "live" : "warn"} /> {peerName(peer)}{" "}
                    {heardText(peer)}
                </li>
            ))}
        </ul>
    );
}

function Waiting({ actions }: { actions: readonly Action[] }) {
    if (actions.length === 0) {
        return null;
    }
    return (
        <>
            <strong>Waiting to be sent</strong>
            <ul class="heard">
                {actions.map((action) => (
                    <li key={action.key}>{action.label}</li>
                ))}
            </ul>
        </>
    );
}
