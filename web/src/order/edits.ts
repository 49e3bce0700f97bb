// A group's cart as this phone shows it: what the node has, and what this phone still has to send.
import type { GroupCart } from "../base/protocol";
import type { Line, NewLine } from "./shop";

/** One deed, sent with its key until the node has answered: it is done once. */
export type Edit =
    | { readonly key: string; readonly add: NewLine }
    | { readonly key: string; readonly line: number; readonly delta: number };

function lineOf({ options, ...line }: GroupCart["lines"][number]): Line {
    return { ...line, options };
}

/** @param who puts lines there that are not sent yet */
export function shownLines(cart: GroupCart, edits: readonly Edit[], who: string): Line[] {
    let lines: Line[] = cart.lines.map(lineOf);
    edits.forEach((edit, index) => {
        if ("add" in edit) {
            lines.push({ ...edit.add, id: -1 - index, who, isUnsent: true });
        } else {
            lines = lines.map((line) =>
                line.id === edit.line ? { ...line, quantity: line.quantity + edit.delta } : line,
            );
        }
    });
    return lines.filter(({ quantity }) => quantity > 0);
}

/** What is sent to have one more of it: a line of the same person that says the same grows. */
export function editFor(
    key: string,
    { add, cart, who }: { add: NewLine; cart: GroupCart; who: string },
): Edit {
    const what = (line: NewLine): string =>
        JSON.stringify([line.item, line.options.map((one) => [one.group, one.choice]), line.note]);
    const same = cart.lines.find((line) => line.who === who && what(line) === what(add));
    return same ? { key, line: same.id, delta: add.quantity } : { key, add };
}

/** Those who have something in it, in the order in which they came; this phone's person first. */
export function peopleIn(lines: readonly Line[], self: string): string[] {
    return [...new Set([self, ...lines.map(({ who }) => who ?? "")])].filter(Boolean);
}

export type Happened =
    | { readonly what: "added"; readonly line: Line }
    | { readonly what: "emptied" | "placed" };

/** What others did between two states of the cart, as far as it is worth a word. */
export function happenedBetween(
    before: GroupCart,
    after: GroupCart,
    self: string,
): Happened | undefined {
    if ((after.placed?.round ?? -1) > (before.placed?.round ?? -1)) {
        return { what: "placed" };
    }
    if (before.lines.length > 0 && after.lines.length === 0) {
        return { what: "emptied" };
    }
    const known = new Set(before.lines.map(({ id }) => id));
    const added = after.lines.findLast(({ id, who }) => !known.has(id) && who !== self);
    return added && { what: "added", line: lineOf(added) };
}
