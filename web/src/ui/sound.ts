// The tones, and whether a screen can ring them.
import { signal } from "@preact/signals-core";
import { unlockTones } from "./tones";

export { newTicketTones, play, readyTones } from "./tones";

/** True once tones can be heard. */
export const isSoundOn = signal(false);

/** For now, by whoever stands at the screen. */
export const isMuted = signal(false);

/** To be called from a tap. */
export function unlockSound(): void {
    unlockTones((canBeHeard) => {
        isSoundOn.value = canBeHeard;
    });
}
