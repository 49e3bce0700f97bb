// Which station's board it is.
import type { Kitchen } from "./kitchen";
import { t } from "./words";

export function Stations({ kitchen }: { kitchen: Kitchen }) {
    const stations = kitchen.stations.value;
    const chosen = kitchen.station.value;
    if (stations.length < 2 && chosen === "") {
        return null;
    }
    return (
        <select
            aria-label={t("station")}
            value={chosen}
            onChange={(event) => (kitchen.station.value = event.currentTarget.value)}
        >
            <option value="">{t("allStations")}</option>
            {[...new Set([...stations, chosen])].filter(Boolean).map((station) => (
                <option key={station} value={station}>
                    {station}
                </option>
            ))}
        </select>
    );
}
