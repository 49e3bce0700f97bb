// What this screen knows, as a pure function of the frames it was sent. The same frames in any
// batching give the same state: a snapshot replaces everything, a delta carries newest states.
import type {
    Delta,
    Frame,
    Marks,
    MenuItem,
    Order,
    Peer,
    PrinterStatus,
    Session,
    Snapshot,
    StuckTick,
} from "./protocol";

export interface State {
    readonly session: Session | null;
    /** Lists that changed, as the newest frame told. */
    readonly told: Delta["records"];
    readonly orders: ReadonlyMap<string, Order>;
    /** When each of them came, by our clock: the times to come that it tells are from then on. */
    readonly toldAt: ReadonlyMap<string, number>;
    readonly items: ReadonlyMap<number, MenuItem>;
    /** Where to resume; null until a whole snapshot has arrived. */
    readonly cursor: string | null;
    /** A snapshot of which more parts are to come; shown only once it is whole. */
    readonly partial: Contents | null;
    /** A whole snapshot, or a resumed stream, is behind what is shown. */
    readonly isCurrent: boolean;
    readonly peers: readonly Peer[];
    /** When each device was last heard, by our clock: a node that lost a link forgets it. */
    readonly heardAt: ReadonlyMap<string, number>;
    /** Per log: up to where it is held by as many devices as the pop-up asks for. */
    readonly marks: ReadonlyMap<string, number>;
    /** Orders whose next tick has not come in time, and that tick: by the node's count. */
    readonly stuck: ReadonlyMap<string, StuckTick>;
    /** Those of this node that do not print. */
    readonly printers: readonly PrinterStatus[];
    /** How many orders of a revoked device wait until somebody decides. */
    readonly voided: number;
    /** Events that need newer software. */
    readonly opaque: number;
    /** The node's clock minus ours, in ms. */
    readonly clockAhead: number;
}

interface Contents {
    readonly orders: ReadonlyMap<string, Order>;
    readonly toldAt: ReadonlyMap<string, number>;
    readonly items: ReadonlyMap<number, MenuItem>;
}

const nothing: Contents = { orders: new Map(), toldAt: new Map(), items: new Map() };

export const initial: State = {
    ...nothing,
    session: null,
    told: [],
    cursor: null,
    partial: null,
    isCurrent: false,
    peers: [],
    heardAt: new Map(),
    marks: new Map(),
    stuck: new Map(),
    printers: [],
    voided: 0,
    opaque: 0,
    clockAhead: 0,
};

/** @param now this device's clock, in ms since 1970 */
export function reduce(state: State, frame: Frame, now: number): State {
    switch (frame.type) {
        case "hello":
            return {
                ...state,
                session: frame.session,
                clockAhead: frame.now - now,
                partial: null,
                isCurrent: frame.resumed,
            };
        case "snapshot":
            return takeSnapshot(state, frame, now);
        case "delta":
            return takeDelta(state, frame, now);
        case "marks":
            return takeMarks(state, frame, now);
    }
}

/** The connection is gone: what is shown is no longer known to be current. */
export function disconnected(state: State): State {
    return { ...state, partial: null, isCurrent: false };
}

function takeSnapshot(state: State, frame: Snapshot, now: number): State {
    const contents = merge(state.partial ?? nothing, { ...frame, removed: [] }, now);
    if (frame.more) {
        return { ...state, partial: contents };
    }
    return { ...state, ...contents, partial: null, cursor: frame.cursor, isCurrent: true };
}

function takeDelta(state: State, frame: Delta, now: number): State {
    const contents = merge(state.partial ?? state, frame, now);
    const session = frame.session ?? state.session;
    const told = frame.records;
    if (state.partial !== null) {
        return { ...state, session, told, partial: contents };
    }
    return { ...state, ...contents, session, told, cursor: frame.cursor };
}

function takeMarks(state: State, frame: Marks, now: number): State {
    const heardAt = new Map(state.heardAt);
    for (const { device, heard_ms_ago: ago } of frame.peers) {
        if (ago >= 0) {
            heardAt.set(device, now - ago);
        }
    }
    return {
        ...state,
        heardAt,
        marks: new Map(frame.logs.map((mark) => [mark.log, mark.seq])),
        stuck: new Map((frame.stuck ?? []).map(({ id, tick }) => [id, tick])),
        printers: frame.printers ?? [],
        voided: frame.voided ?? 0,
        opaque: frame.opaque ?? 0,
        peers: frame.peers.map((peer) => withAge(peer, heardAt.get(peer.device), now)),
        clockAhead: frame.now - now,
    };
}

function withAge(peer: Peer, heardAt: number | undefined, now: number): Peer {
    return heardAt === undefined ? peer : { ...peer, heard_ms_ago: Math.max(0, now - heardAt) };
}

function merge(
    from: Contents,
    { orders, removed, items }: Pick<Delta, "orders" | "removed" | "items">,
    now: number,
): Contents {
    return {
        orders: upsert(
            from.orders,
            orders.map((order) => [order.id, order]),
            removed,
        ),
        toldAt: upsert(
            from.toldAt,
            orders.map(({ id }) => [id, now]),
            removed,
        ),
        items: upsert(
            from.items,
            items.map((item) => [item.number, item]),
            [],
        ),
    };
}

/** The same map when there is nothing to change, so that what depends on it stays put. */
function upsert<K, V>(
    map: ReadonlyMap<K, V>,
    values: readonly (readonly [K, V])[],
    removed: readonly K[],
): ReadonlyMap<K, V> {
    if (values.length === 0 && removed.length === 0) {
        return map;
    }
    const next = new Map(map);
    for (const key of removed) {
        next.delete(key);
    }
    for (const [key, value] of values) {
        next.set(key, value);
    }
    return next;
}
