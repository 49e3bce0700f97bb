import type { ComponentChildren } from "preact";
import { makePart } from "../base/part";
import { isWanted } from "../base/person";
import { LanguageSwitch } from "./language-switch";
import { Shown } from "./part";

export const signInPart = makePart(() => import("./sign-in"));

/** The screen; or who works here, where the node wants to know. What was begun on the screen is
 * still there afterwards. */
export function Gate({ children }: { children: ComponentChildren }) {
    return isWanted.value ? (
        <main class="gate">
            <LanguageSwitch />
            <Shown part={signInPart}>{({ SignIn }) => <SignIn />}</Shown>
        </main>
    ) : (
        <>{children}</>
    );
}
