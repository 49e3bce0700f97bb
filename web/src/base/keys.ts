// What a key means, whichever alphabet the keyboard writes: shortcuts, bump bars and scanners are
// told of the letters and digits that are printed on it beside the others.

/** As KeyboardEvent.key of a keyboard that writes Latin letters. One that does is believed,
 * wherever its letters lie; another's are known by their places: "KeyP", "Digit1", "Slash". */
export function keyOf({ key, code, shiftKey }: Pick<KeyboardEvent, "key" | "code" | "shiftKey">) {
    const slash = shiftKey ? "?" : "/";
    const placed = code === "Slash" ? slash : /^(?:Key|Digit|Numpad)(.)$/.exec(code)?.[1];
    const isOther = /[^ -~]/.test(key);
    return placed && isOther ? (shiftKey ? placed : placed.toLowerCase()) : key;
}
