// Short tones made here: no file to fetch. A browser stays silent until the page was tapped once.

let context: AudioContext | null = null;

/** To be called from a tap. @param tell whether tones can be heard, now and whenever it changes */
export function unlockTones(tell: (canBeHeard: boolean) => void): void {
    try {
        context ??= new AudioContext();
        const opened = context;
        opened.onstatechange = () => tell(opened.state === "running");
        void opened.resume();
        tell(opened.state === "running");
    } catch {
        tell(false);
    }
}

/** @param tones in Hz, one after another */
export function play(tones: readonly number[]): void {
    if (context?.state !== "running") {
        return;
    }
    const each = 0.16; // s
    tones.forEach((tone, index) => {
        ring(context as AudioContext, tone, index * each, each * 1.6);
    });
}

function ring(audio: AudioContext, tone: number, start: number, length: number): void {
    const begin = audio.currentTime + start;
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    oscillator.frequency.value = tone;
    gain.gain.setValueAtTime(0.001, begin);
    gain.gain.exponentialRampToValueAtTime(0.3, begin + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, begin + length);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(begin);
    oscillator.stop(begin + length);
}

export const newTicketTones = [660, 880];
export const readyTones = [784, 988, 1175];
