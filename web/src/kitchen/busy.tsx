// A cook says that a station is busy: two taps, and it ends by itself.
import { type Draft, draft } from "../base/action";
import { timeText } from "../base/date";
import { closedMinutes, saidOf } from "../base/load";
import type { Station } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import type { Kitchen } from "./kitchen";
import { t } from "./words";

const minute = 60_000;
const lasts = 30 * minute;
const atMost = 120 * minute;
const choices = [10, 20, closedMinutes];

interface Props {
    kitchen: Kitchen;
    onClose(): void;
}

/** Of the station that the board shows, or of all. */
export function stationsToSay(kitchen: Kitchen): readonly Station[] {
    const at = kitchen.station.value;
    return kitchen.popupStations.value.filter(
        ({ hidden, name }) => !hidden && (at === "" || name === at),
    );
}

export function BusyPanel({ kitchen, onClose }: Props) {
    return (
        <Sheet title={t("busyTitle")} onClose={onClose}>
            <p class="quiet">{t("busyHint", { time: timeText(kitchen.time() + lasts) })}</p>
            {stationsToSay(kitchen).map((station) => (
                <StationSays key={station.number} {...{ kitchen, station, onClose }} />
            ))}
        </Sheet>
    );
}

function StationSays({ kitchen, station, onClose }: Props & { station: Station }) {
    const now = kitchen.time();
    const said = saidOf(station, now);
    const longer = station.busy_until + lasts;
    const say = (minutes: number, until: number) => (): void => {
        void kitchen.desk.act(sayBusy(station, minutes, until));
        onClose();
    };
    return (
        <section class="station-says">
            <h3>
                <bdi>{station.name}</bdi>
            </h3>
            {said > 0 && <p>{saidText(station)}</p>}
            <div class="menu-toggles">
                {choices.map((minutes) => (
                    <button
                        key={minutes}
                        type="button"
                        aria-pressed={minutes === said}
                        onClick={say(minutes, now + lasts)}
                    >
                        {minutes === closedMinutes ? t("busyStop") : t("busyMore", { minutes })}
                    </button>
                ))}
                {said > 0 && longer <= now + atMost && (
                    <button type="button" onClick={say(said, longer)}>
                        {t("busyLonger", { time: timeText(longer) })}
                    </button>
                )}
                {said > 0 && (
                    <button type="button" class="primary" onClick={say(0, 0)}>
                        {t("busyEnd")}
                    </button>
                )}
            </div>
        </section>
    );
}

/** @param minutes longer than usual; 0 = as usual again. @param until the node's time, in ms */
function sayBusy({ number, name }: Station, minutes: number, until: number): Draft {
    const label = t(minutes > 0 ? "busyLabel" : "usualLabel", { name });
    return draft("post", "/api/stations/{number}/busy", { number }, { minutes, until }, label);
}

/** What was said, and when it ends. */
export function saidText({ busy, busy_until }: Station): string {
    const time = timeText(busy_until);
    return busy === closedMinutes
        ? t("saidStop", { time })
        : t("saidMore", { minutes: busy, time });
}
