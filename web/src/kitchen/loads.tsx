import { Icon } from "../ui/icon";
import type { Kitchen } from "./kitchen";
import { loadsOf } from "./load";
import { t } from "./words";

/** How much there is to make against what is made in five minutes, and what phones are told. */
export function Loads({ kitchen }: { kitchen: Kitchen }) {
    const orders = [...kitchen.desk.stream.state.value.orders.values()];
    const loads = loadsOf(orders, kitchen.popupStations.value, kitchen.station.value);
    return loads.length === 0 ? null : (
        <ul class="loads" aria-label={t("loads")}>
            {loads.map(({ station, how, ...numbers }) => (
                <li key={station} class={how === "free" ? "" : `is-${how}`}>
                    {how !== "free" && <Icon name="warn" />}
                    {how !== "free" && <strong>{t(how === "busy" ? "busy" : "full")}</strong>}
                    <span>{t("load", { station, ...numbers })}</span>
                </li>
            ))}
        </ul>
    );
}
