// What a board on the wall does besides showing numbers: it stays lit, moves by a few pixels so
// that nothing burns in, fills its screen, says numbers aloud and shows names where somebody wants
// that. Fetched when the node is heard, so that the numbers come first.
import { effect, type Signal } from "@preact/signals-core";
import { every, systemClock } from "../base/clock";
import type { Order } from "../base/protocol";
import { fillScreen, stayAwake } from "../ui/awake";
import { kept } from "../ui/kept";
import type { Pickup } from "./pickup";

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
                speechSynthesis.speak(new SpeechSynthesisUtterance(sayNumber(order)));
            }
        }
    });
    return () => <WallTools wall={{ voice, names }} />;
}

/** What a voice says: "A 12", not a word of it. */
export function sayNumber({ number }: Pick<Order, "number">): string {
    return `${number.replace(/^(\D+)/, "$1 ")} is ready.`;
}

function WallTools({ wall }: { wall: Wall }) {
    return (
        <>
            {"speechSynthesis" in window && <Switch name="Voice" choice={wall.voice} />}
            <Switch name="Names" choice={wall.names} />
            <button type="button" class="wide-only" onClick={fillScreen}>
                Full screen
            </button>
        </>
    );
}

function Switch({ name, choice }: { name: string; choice: Signal<string> }) {
    const isOn = choice.value === "on";
    return (
        <button
            type="button"
            class="wide-only"
            onClick={() => {
                choice.value = isOn ? "" : "on";
            }}
        >
            {name} {isOn ? "on" : "off"}
        </button>
    );
}
