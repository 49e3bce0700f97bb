import { timeText } from "../base/date";
import { closedMinutes, type Load, noThrottle } from "../base/load";
import { t } from "./later-words";

/** What a cook says of it, or else what is counted; and its queue beside what it makes. */
export function loadText({ station, how, said, units, throttle }: Load): string {
    const told = { name: station.name, time: timeText(station.busy_until), minutes: said };
    const what =
        said === closedMinutes
            ? t("loadClosed", told)
            : said > 0
              ? t("loadSaid", told)
              : t(how === "full" ? "loadFull" : "loadBusy", told);
    return throttle < noThrottle ? t("loadQueue", { what, units, throttle }) : what;
}
