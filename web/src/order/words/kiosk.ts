// What the page says on a tablet at the stall: English comes with the code for it.
export const kiosk = {
    kioskPaid: "Say {number} at the counter.",
    kioskNote: "Remember your number, or take a picture of it.",
    kioskBack: {
        one: "Back to the start in {n} second",
        other: "Back to the start in {n} seconds",
    },
    kioskNext: "Next guest",
    kioskStill: "Are you still there?",
    kioskStillHow: "What you have chosen is put away otherwise.",
    kioskGoOn: "Go on ordering",
    kioskAnew: "Start again",
} as const;
