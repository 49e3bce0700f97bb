// Tells the node, once per order and change, that a cook could see the ticket: it is drawn within
// the screen and the page is in front. Nothing else may make the counter's "seen" tick.
import type { Order, Seen } from "../base/protocol";

export interface SeenOptions {
    isVisible(): boolean;
    station(): string;
    /** Each time that it could be looked at, also when it was before. */
    onSeen(order: Order): void;
    /** False when it could not be said. */
    say(frame: Seen): boolean;
}

export interface SeenTeller {
    /** The newest state of each order on the board. */
    update(orders: readonly Order[]): void;
    drawn(id: string, isDrawn: boolean): void;
    /** Another look: the page came to the front. */
    look(): void;
    /** What was said on a lost connection may not have arrived. */
    reconnected(): void;
}

export function makeSeenTeller(options: SeenOptions): SeenTeller {
    const onScreen = new Set<string>();
    const told = new Set<string>();
    let orders: ReadonlyMap<string, Order> = new Map();

    function look(): void {
        if (!options.isVisible()) {
            return;
        }
        for (const id of onScreen) {
            const order = orders.get(id);
            if (order) {
                options.onSeen(order);
                tell(order);
            }
        }
    }

    function tell({ id, changed, seen }: Order): void {
        if (seen) {
            return;
        }
        const key = `${id} ${changed}`;
        const frame: Seen = { type: "seen", order: id, changed, station: options.station() };
        if (!told.has(key) && options.say(frame)) {
            told.add(key);
        }
    }

    return {
        update(newest) {
            orders = new Map(newest.map((order) => [order.id, order]));
            look();
        },
        drawn(id, isDrawn) {
            if (isDrawn) {
                onScreen.add(id);
                look();
            } else {
                onScreen.delete(id);
            }
        },
        look,
        reconnected() {
            told.clear();
            look();
        },
    };
}
