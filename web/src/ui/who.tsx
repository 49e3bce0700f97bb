// Who works here, in the top bar: one tap to the PIN.
import { signal } from "@preact/signals-core";
import { person } from "../base/person";
import { t } from "../base/words";
import { signInPart } from "./gate";
import { ShownOver } from "./part-sheet";

const isOpen = signal(false);
const close = (): void => {
    isOpen.value = false;
};

export function Who() {
    const now = person.value;
    return (
        <button
            type="button"
            aria-label={now ? t("worksHere", { name: now.name }) : t("signIn")}
            onClick={() => {
                isOpen.value = true;
            }}
        >
            {now ? now.name : t("signIn")}
        </button>
    );
}

/** Beside the bar, not in it. */
export function WhoSheet() {
    return isOpen.value ? (
        <ShownOver part={signInPart} onClose={close}>
            {({ SignInSheet }) => <SignInSheet onClose={close} />}
        </ShownOver>
    ) : null;
}
