// A reading (X) or a count (Z), on the screen and on one sheet of paper.
import { dateText } from "../base/date";
import type { Drawer, DrawerCounted } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";
import { differenceText, doubtsOf, missingText, partsOf } from "./drawer-sums";
import { Sum } from "./sum";

interface Props {
    counter: Counter;
    drawer: Drawer;
}

export function DrawerPaper({ counter, drawer }: Props) {
    const { stream } = counter.desk;
    const session = counter.session();
    const missing = missingText(stream.state.value.peers);
    return (
        <article class="drawer-paper">
            <header class="drawer-head">
                <strong>{session?.popup}</strong>
                <span>
                    {`${drawer.counted ? "Count (Z)" : "Reading (X)"} of drawer ${drawer.number}`}
                    {`, day ${drawer.day}`}
                </span>
                <span>{openedText(drawer)}</span>
                <span>
                    {drawer.counted ? "Shown" : "Read"} {dateText(nodeNow(stream))}
                    {session?.device_name && `, ${session.device_name}`}
                </span>
            </header>
            {drawer.counts.length === 0 ? (
                <Parts counter={counter} drawer={drawer} figures={drawer} />
            ) : (
                drawer.counts.map((one) => (
                    <Counted key={one.id} counter={counter} drawer={drawer} counted={one} />
                ))
            )}
            <Moves counter={counter} drawer={drawer} />
            {[...doubtsOf(drawer), ...(missing === "" ? [] : [missing])].map((words) => (
                <p key={words} class="flag" role="status">
                    <Icon name="warn" /> <span>{words}</span>
                </p>
            ))}
        </article>
    );
}

function openedText({ opened_at, opened_by }: Drawer): string {
    const by = opened_by > 0 ? ` by staff ${opened_by}` : "";
    return `Opened ${dateText(opened_at)}${by}`;
}

function signed({ money }: Counter, amount: number): string {
    return amount < 0 ? `−${money(-amount)}` : money(amount);
}

type Figures = Pick<DrawerCounted, "paid" | "refunded" | "expected">;

function Parts({ counter, drawer, figures }: Props & { figures: Figures }) {
    return (
        <>
            <dl class="sums">
                {partsOf(drawer, figures).map(({ name, amount }) => (
                    <Sum key={name} name={name} text={signed(counter, amount)} />
                ))}
            </dl>
            <dl class="sums drawer-total">
                <Sum name="Should be in it" text={counter.money(figures.expected)} />
            </dl>
        </>
    );
}

function Counted({ counter, drawer, counted }: Props & { counted: DrawerCounted }) {
    const session = counter.session();
    return (
        <section>
            <Parts counter={counter} drawer={drawer} figures={counted} />
            <dl class="sums">
                <Sum name="Counted" text={counter.money(counted.counted)} />
            </dl>
            <p class={counted.difference === 0 ? "drawer-result" : "drawer-result is-off"}>
                {session && differenceText(counted.difference, session)}
            </p>
            {counted.note !== "" && <p>{counted.note}</p>}
        </section>
    );
}

function Moves({ counter, drawer }: Props) {
    return drawer.moves.length === 0 ? null : (
        <section>
            <h3>Put in and taken out</h3>
            <dl class="sums">
                {drawer.moves.map(({ id, amount, reason }) => (
                    <Sum key={id} name={reason} text={signed(counter, amount)} />
                ))}
            </dl>
        </section>
    );
}
