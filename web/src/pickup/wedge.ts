// A scanner that is a keyboard: what it reads comes as keys, and an Enter.
import { codeSize, isCode } from "./hand-over";

/** Told of each key; true: it ended a code, and is nothing else. Nobody types one by chance, so how
 * fast the keys come tells nothing. */
export function makeWedge(found: (code: string) => void): (key: string) => boolean {
    let typed = "";
    return (key) => {
        if (key === "Enter") {
            const code = typed;
            typed = "";
            if (isCode(code)) {
                found(code);
            }
            return isCode(code);
        }
        typed = key.length === 1 ? (typed + key).slice(-codeSize) : typed;
        return false;
    };
}
