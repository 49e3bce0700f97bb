// The states that a component is shown in, and how those are held still that a finger or a key
// makes.
import type { VNode } from "preact";

/** Those that a component has of its own; nobody could tell from outside which it has. */
export interface Own {
    readonly disabled?: Draw;
    readonly busy?: Draw;
    readonly error?: Draw;
    readonly empty?: Draw;
    readonly long?: Draw;
}

/** Sets what the component reads beside its properties, and draws it. */
export type Draw = () => VNode;

export interface Component {
    /** As it is exported by src/ui; of what is a style alone, the page's own word. */
    readonly name: string;
    readonly normal: Draw;
    readonly own?: Own;
    /** What is done with it once it is drawn, to come to that state. */
    readonly acts?: Partial<Record<string, (specimen: HTMLElement) => void>>;
    /** In Arabic, from right to left; normal as it is where this is left out. */
    readonly rtl?: Draw;
}

/** Everything that is shown of it: each state with what draws it. */
export function statesOf({ normal, own = {}, rtl }: Component): [string, Draw][] {
    const held: [string, Draw][] = ["normal", "pressed", "focused"].map((name) => [name, normal]);
    return [...held, ...Object.entries(own), ["right to left", rtl ?? normal]];
}

const held = { pressed: ":active", focused: ":focus-visible" };
const pressable = "button:not(:disabled), summary, select, input, [tabindex='0']";

/** What is pressed or has the focus in that state; null where there is nothing to. */
export function hold(state: string, specimen: HTMLElement): Element | null {
    if (!(state in held)) {
        return specimen;
    }
    const found = specimen.querySelector(pressable);
    found?.classList.add(`held-${state}`);
    return found;
}

/** Gives every rule for a state that lasts as long as a finger a twin for the class that stands
 * for it. */
export function holdStill(): void {
    for (const sheet of [...document.styleSheets, ...document.adoptedStyleSheets]) {
        for (let at = sheet.cssRules.length - 1; at >= 0; at--) {
            const rule = sheet.cssRules[at];
            if (rule instanceof CSSStyleRule) {
                addTwin(sheet, rule, at + 1); // after it, and before what overrules it
            }
        }
    }
}

function addTwin(sheet: CSSStyleSheet, { cssText, selectorText }: CSSStyleRule, at: number): void {
    const twin = Object.entries(held).reduce(
        (selector, [state, pseudo]) => selector.replaceAll(pseudo, `.held-${state}`),
        selectorText,
    );
    if (twin !== selectorText) {
        sheet.insertRule(cssText.replace(selectorText, twin), at);
    }
}
