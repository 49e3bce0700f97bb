// A reading (X) or a count (Z), on the screen and on one sheet of paper.
import { dateText } from "../base/date";
import type { Drawer, DrawerCounted } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";
import { differenceText, doubtsOf, missingText, partsOf } from "./drawer-sums";
import { signed } from "./figures";
import { t } from "./later-words";
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
                <strong>
                    <bdi>{session?.popup}</bdi>
                </strong>
                <span>
                    {t(drawer.counted ? "count" : "reading", {
                        n: drawer.number,
                        day: drawer.day,
                    })}
                </span>
                <span>{openedText(drawer)}</span>
                <span>{readText(drawer, nodeNow(stream), session?.device_name ?? "")}</span>
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
    const time = dateText(opened_at);
    return opened_by > 0 ? t("openedBy", { time, n: opened_by }) : t("opened", { time });
}

function readText({ counted }: Drawer, now: number, device: string): string {
    const what = { time: dateText(now), device };
    if (device === "") {
        return t(counted ? "shownAt" : "readAt", what);
    }
    return t(counted ? "shownAtOn" : "readAtOn", what);
}

type Figures = Pick<DrawerCounted, "paid" | "refunded" | "expected">;

function Parts({ counter, drawer, figures }: Props & { figures: Figures }) {
    return (
        <>
            <dl class="sums">
                {partsOf(drawer, figures).map(({ name, amount }) => (
                    <Sum key={name} name={name} text={signed(counter.money(amount))} />
                ))}
            </dl>
            <dl class="sums drawer-total">
                <Sum name={t("shouldBe")} text={counter.money(figures.expected)} />
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
                <Sum name={t("counted")} text={counter.money(counted.counted)} />
            </dl>
            <p class={counted.difference === 0 ? "drawer-result" : "drawer-result is-off"}>
                {session && differenceText(counted.difference, session)}
            </p>
            {counted.note !== "" && (
                <p>
                    <bdi>{counted.note}</bdi>
                </p>
            )}
        </section>
    );
}

function Moves({ counter, drawer }: Props) {
    return drawer.moves.length === 0 ? null : (
        <section>
            <h3>{t("movesTitle")}</h3>
            <dl class="sums">
                {drawer.moves.map(({ id, amount, reason }) => (
                    <Sum key={id} name={<bdi>{reason}</bdi>} text={signed(counter.money(amount))} />
                ))}
            </dl>
        </section>
    );
}
