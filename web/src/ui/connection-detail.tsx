// How the connection stands, at length: each notice, each device, what waits to be sent.
import type { Action } from "../base/action";
import { isHeard, type Notice, peerName } from "../base/connection";
import { meaningOf } from "../base/meaning";
import type { Peer } from "../base/protocol";
import { rare } from "../base/rare";
import { counted, sayAge, t } from "../base/words";
import { Age, icons } from "./connection";
import { Icon } from "./icon";

export { rare };

interface Props {
    found: readonly Notice[];
    peers: readonly Peer[];
    actions: readonly Action[];
}

export function Detail({ found, peers, actions }: Props) {
    return (
        <>
            {found.map((notice) => (
                <p key={notice.text} class={`grade-text-${notice.grade}`}>
                    <Icon name={icons[notice.grade]} />
                    <span>
                        <strong>{notice.text}</strong> <Age ms={notice.age} />
                        <br />
                        {meaningOf(notice)}
                    </span>
                </p>
            ))}
            <Heard peers={peers} />
            <Waiting actions={actions} />
        </>
    );
}

function heardText(peer: Peer): string {
    const name = peerName(peer);
    if (peer.heard_ms_ago < 0) {
        return t("heardNever", { name });
    }
    const age = sayAge(peer.heard_ms_ago);
    return peer.behind > 0 && isHeard(peer)
        ? counted("heardLacking", peer.behind, { name, age })
        : t("heardAgo", { name, age });
}

/** Last heard, device by device: an empty screen must prove that it is live. */
export function Heard({ peers }: { peers: readonly Peer[] }) {
    return (
        <ul class="heard">
            {peers.map((peer) => (
                <li key={peer.device}>
                    <Icon name={isHeard(peer) ? "live" : "warn"} /> {heardText(peer)}
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
            <strong>{t("toSend")}</strong>
            <ul class="heard">
                {actions.map((action) => (
                    <li key={action.key}>{action.label}</li>
                ))}
            </ul>
        </>
    );
}
