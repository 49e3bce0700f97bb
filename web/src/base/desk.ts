// What a screen does: actions go to the outbox, and come out of it answered.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { type Action, type Draft, makeKey } from "./action";
import { makeOutbox, type Outcome, type Reply, type Shelf } from "./outbox";
import type { Capability, Problem } from "./protocol";
import type { Stream, World } from "./stream";

export interface Desk {
    readonly stream: Stream;
    /** What the node has not answered yet. */
    readonly waiting: ReadonlySignal<readonly Action[]>;
    /** Settles when the node has answered for good; tells the person when it refused. */
    act(draft: Draft): Promise<Outcome>;
    can(capability: Capability): boolean;
}

export interface DeskWorld extends World {
    shelf: Shelf;
    send(action: Action): Promise<Reply>;
    /** Keeps in whose name it is done. */
    sign?(action: Action): void;
    fill(bytes: Uint8Array): void;
    /** Shows the person why the node would not do something. */
    complain(label: string, problem: Problem): void;
}

export function startDesk(stream: Stream, world: DeskWorld): Desk {
    const { clock } = world;
    const waiting = signal<readonly Action[]>([]);
    const outbox = makeOutbox({
        shelf: world.shelf,
        send: world.send,
        clock,
        random: world.random,
        onChange: (actions) => {
            waiting.value = actions;
        },
        onRefused: (action, problem) => world.complain(action.label, problem),
    });
    stream.onUp(outbox.retry);

    return {
        stream,
        waiting,
        async act(draft) {
            const { session, clockAhead } = stream.state.value;
            const key = makeKey(clock.now() + clockAhead, session?.epoch ?? 0, world.fill);
            const action = { ...draft, key, made: clock.now() };
            world.sign?.(action);
            const outcome = await outbox.add(action);
            if (!outcome.ok) {
                world.complain(draft.label, outcome.problem);
            }
            return outcome;
        },
        can: (capability) => stream.state.value.session?.capabilities.includes(capability) ?? false,
    };
}
