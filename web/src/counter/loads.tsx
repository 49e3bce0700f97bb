// Which stations are busy, for who sells: nothing while none is.
import { useEffect, useState } from "preact/hooks";
import { fetchStations } from "../base/ask";
import { loadsOf } from "../base/load";
import type { Station } from "../base/protocol";
import { nodeNow } from "../base/stream";
import { Icon } from "../ui/icon";
import { wear } from "../ui/wear";
import type { Counter } from "./counter";
import { t } from "./later-words";
import { loadText } from "./load-text";
import styles from "./loads.css?inline";

wear(styles);

export function Loads({ counter }: { counter: Counter }) {
    const { stream } = counter.desk;
    const { isCurrent, told } = stream.state.value;
    const [stations, setStations] = useState<readonly Station[]>([]);
    const news = told.includes("stations") && told;
    useEffect(() => {
        if (isCurrent) {
            fetchStations().then(setStations, () => {}); // as they were
        }
    }, [isCurrent, news]);
    const orders = [...stream.state.value.orders.values()];
    const loads = loadsOf(orders, stations, "", nodeNow(stream));
    const busy = loads.filter(({ how }) => how !== "free");
    return busy.length === 0 ? null : (
        <aside class="loads" aria-label={t("loads")}>
            <ul>
                {busy.map((load) => (
                    <li key={load.station.number} class={`is-${load.how}`}>
                        <Icon name="warn" /> <span>{loadText(load)}</span>
                    </li>
                ))}
            </ul>
        </aside>
    );
}
