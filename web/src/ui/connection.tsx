// The one thing on every screen that says how far it can be trusted.
import type { ReadonlySignal } from "@preact/signals-core";
import type { Action } from "../base/action";
import { type Grade, type Notice, notices } from "../base/connection";
import { makePart } from "../base/part";
import type { Stream } from "../base/stream";
import { formatAge } from "../base/time";
import { Icon, type IconName } from "./icon";
import { Shown } from "./part";

/** What it says when it is opened: fetched after the first look. */
export const detailPart = makePart(() => import("./connection-detail"));

export const icons: Record<Grade, IconName> = {
    good: "live",
    busy: "sync",
    warn: "warn",
    bad: "lost",
};

/** Of a stream: what its screen has heard, and when. */
export type Heard = Pick<Stream, "state" | "now" | "heardAt" | "startedAt">;

interface Props {
    stream: Heard;
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
        rare: detailPart.it.value?.rare ?? null,
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
                <Shown part={detailPart}>
                    {({ Detail }) => (
                        <Detail
                            found={found}
                            peers={props.stream.state.value.peers}
                            actions={props.waiting?.value ?? []}
                        />
                    )}
                </Shown>
            </div>
        </details>
    );
}

export function Age({ ms }: { ms: number | null }) {
    return ms === null ? null : <span class="age">{formatAge(ms)}</span>;
}
