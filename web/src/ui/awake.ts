// A screen that is to be seen stays lit, and fills its device. A browser may lack either, as it
// does over plain http; then nothing happens and nothing is said.

let lock: Promise<WakeLockSentinel | null> | null = null;
let isWanted = false;

function look(): void {
    const { wakeLock } = navigator as Partial<Pick<Navigator, "wakeLock">>;
    const isNow = isWanted && document.visibilityState === "visible";
    if (isNow && wakeLock && lock === null) {
        lock = wakeLock.request("screen").catch(() => null);
        void lock.then((held) => {
            if (held === null) {
                lock = null; // asked again when the page comes to the front
            }
            held?.addEventListener("release", () => {
                lock = null;
            });
        });
    } else if (!isWanted) {
        void lock?.then((held) => held?.release());
    }
}

/** The browser lets go whenever the page goes to the back: it is asked again when it returns. */
export function stayAwake(wanted: boolean): void {
    if (isWanted !== wanted) {
        isWanted = wanted;
        document.addEventListener("visibilitychange", look);
        look();
    }
}

/** To be called from a tap. */
export function fillScreen(): void {
    if (document.fullscreenElement === null) {
        void document.documentElement.requestFullscreen?.().catch(() => {});
    }
}
