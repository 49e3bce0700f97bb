// What a board on the wall does besides showing numbers: it stays lit, moves by a few pixels so
// that nothing burns in, fills its screen, says numbers aloud and shows names where somebody wants
// that. Fetched when the node is heard, so that the numbers come first.
import { effect, type Signal } from "@preact/signals-core";
import { language } from "../base/catalogue";
import { every, systemClock } from "../base/clock";
import type { Order } from "../base/protocol";
import { fillScreen, stayAwake } from "../ui/awake";
import { kept } from "../ui/kept";
import type { Pickup } from "./pickup";
import { type Text, t } from "./words";

const shiftEvery = 120_000; // ms
const places = 4;

interface Wall {
    readonly voice: Signal<string>;
    readonly names: Signal<string>;
}

/** What stands in the bar at the top. */
export function startWall(pickup: Pickup) {
    const voice = kept("pickup.voice", null);
    const names = kept("pickup.names", null);
    stayAwake(true);
    const root = document.documentElement.dataset;
    every(systemClock, shiftEvery, () => {
        root["shift"] = `${(Number(root["shift"] ?? 0) + 1) % places}`;
    });
    effect(() => {
        pickup.areNamesShown.value = names.value === "on";
    });
    let called = pickup.fresh.peek();
    effect(() => {
        const fresh = pickup.fresh.value;
        const added = pickup.board
            .peek()
            .ready.filter(({ id }) => fresh.has(id) && !called.has(id));
        called = fresh;
        if (voice.value === "on") {
            for (const order of added) {
                const said = new SpeechSynthesisUtterance(sayNumber(order));
                said.lang = language.peek();
                speechSynthesis.speak(said);
            }
        }
    });
    return () => <WallTools wall={{ voice, names }} />;
}

/** What a voice says: "A 12", not a word of it. */
export function sayNumber({ number }: Pick<Order, "number">): string {
    return t("isReady", { number: number.replace(/^(\D+)/, "$1 ") });
}

function WallTools({ wall }: { wall: Wall }) {
    return (
        <>
            {"speechSynthesis" in window && (
                <Switch on="voiceOn" off="voiceOff" choice={wall.voice} />
            )}
            <Switch on="namesOn" off="namesOff" choice={wall.names} />
            <button type="button" class="wide-only" onClick={fillScreen}>
                {t("fullScreen")}
            </button>
        </>
    );
}

interface SwitchProps {
    on: Text;
    off: Text;
    choice: Signal<string>;
}

function Switch({ on, off, choice }: SwitchProps) {
    const isOn = choice.value === "on";
    return (
        <button
            type="button"
            class="wide-only"
            onClick={() => {
                choice.value = isOn ? "" : "on";
            }}
        >
            {t(isOn ? on : off)}
        </button>
    );
}
