// What was added or voided after a cook saw the ticket, until one of them has understood it. It
// stands below the ticket's buttons, so that none of them moves while a finger is on its way.
import { useEffect, useState } from "preact/hooks";
import type { Line, Order } from "../base/protocol";
import { flagText } from "../base/states";
import { Icon, type IconName } from "../ui/icon";
import type { Kitchen } from "./kitchen";
import { LineContent } from "./line";
import { t } from "./words";

interface Props {
    kitchen: Kitchen;
    order: Order;
    lines: readonly Line[];
}

export function News({ kitchen, order, lines }: Props) {
    const needsAccept = kitchen.needsAccept(order);
    const canTap = useSettled(`${needsAccept} ${lines.map(({ id, state }) => `${id} ${state}`)}`);
    const added = lines.filter(({ state }) => state === "active");
    const voided = lines.filter(({ state }) => state === "void");
    return lines.length === 0 && !needsAccept ? null : (
        <fieldset class="news" aria-label={t("newsTitle")}>
            <Lines icon="plus" title={t("newsAdded")} lines={added} />
            <Lines icon="close" title={t("newsVoided")} lines={voided} />
            {lines.length === 0 && <p>{flagText("needs_accept")}</p>}
            <button
                type="button"
                class="primary"
                disabled={!canTap}
                onClick={() => kitchen.understand(order)}
            >
                <Icon name="check" /> {t(needsAccept ? "acceptAdded" : "understood")}
            </button>
        </fieldset>
    );
}

interface LinesProps extends Pick<Props, "lines"> {
    icon: IconName;
    title: string;
}

function Lines({ icon, title, lines }: LinesProps) {
    return lines.length === 0 ? null : (
        <>
            <h4>
                <Icon name={icon} /> {title}
            </h4>
            <ul>
                {lines.map((line) => (
                    <li key={line.id} class={`line ${line.state === "void" ? "is-struck" : ""}`}>
                        <LineContent line={line} isMute />
                    </li>
                ))}
            </ul>
        </>
    );
}

const settlesAfter = 700; // ms

/** A finger that was on its way to what stood here before does not say that this was understood. */
function useSettled(what: string): boolean {
    const [settled, setSettled] = useState("");
    useEffect(() => {
        const timer = setTimeout(() => setSettled(what), settlesAfter);
        return () => clearTimeout(timer);
    }, [what]);
    return settled === what;
}
