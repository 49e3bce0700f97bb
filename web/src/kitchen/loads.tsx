import { type Load, loadsOf, noThrottle } from "../base/load";
import { Icon } from "../ui/icon";
import { saidText } from "./busy";
import type { Kitchen } from "./kitchen";
import { t } from "./words";

/** How much there is to make against what is made in five minutes, and what phones are told. */
export function Loads({ kitchen }: { kitchen: Kitchen }) {
    const orders = [...kitchen.desk.stream.state.value.orders.values()];
    const stations = kitchen.popupStations.value;
    const loads = loadsOf(orders, stations, kitchen.station.value, kitchen.time());
    return loads.length === 0 ? null : (
        <ul class="loads" aria-label={t("loads")}>
            {loads.map((load) => (
                <li key={load.station.number} class={load.how === "free" ? "" : `is-${load.how}`}>
                    <Told load={load} />
                </li>
            ))}
        </ul>
    );
}

/** What a cook says stands before what is counted. */
function Told({ load: { station, how, said, units, throttle } }: { load: Load }) {
    return (
        <>
            {how !== "free" && <Icon name="warn" />}
            {said === 0 && how !== "free" && <strong>{t(how === "busy" ? "busy" : "full")}</strong>}
            {said > 0 && (
                <strong>
                    <bdi>{station.name}</bdi>: {saidText(station)}
                </strong>
            )}
            {throttle < noThrottle && (
                <span>
                    {said > 0
                        ? t("loadOf", { units, throttle })
                        : t("load", { station: station.name, units, throttle })}
                </span>
            )}
        </>
    );
}
