// Choosing an item's options: what may be chosen, and what is still missing.
import type { Chosen, WithOptions } from "./cart";

export function chosenIn(options: readonly Chosen[], group: number): number[] {
    return options.filter((option) => option.group === group).map((option) => option.choice);
}

/** Which of the item's groups come first: those from which something must be chosen. */
export function requiredFirst({ groups }: WithOptions): number[] {
    const isFree = (index: number): number => Number(!groups[index]?.min);
    return [...groups.keys()].sort((a, b) => isFree(a) - isFree(b));
}

/** A group of at most one swaps its choice; others are switched on and off up to their limit. */
export function toggleChoice(
    item: WithOptions,
    options: readonly Chosen[],
    wanted: Chosen,
): Chosen[] {
    const group = item.groups[wanted.group];
    const isSame = (option: Chosen): boolean =>
        option.group === wanted.group && option.choice === wanted.choice;
    if (!group) {
        return [...options];
    }
    if (options.some(isSame)) {
        return options.filter((option) => !isSame(option));
    }
    if (group.max === 1) {
        return [...options.filter((option) => option.group !== wanted.group), wanted];
    }
    const isFull = chosenIn(options, wanted.group).length >= group.max;
    return isFull ? [...options] : [...options, wanted];
}

/** What is still to be chosen, or chosen otherwise, in words; empty when it may be ordered. */
export function missingChoices(item: WithOptions, options: readonly Chosen[]): string[] {
    return item.groups
        .filter(({ choices, min }, index) => {
            const chosen = chosenIn(options, index);
            return chosen.length < min || chosen.some((choice) => choices[choice]?.out);
        })
        .map((group) => group.name);
}

/** What was chosen and is out since, in words; empty: all is to be had. */
export function choicesOut(item: WithOptions, options: readonly Chosen[]): string {
    const out = options.filter(({ group, choice }) => item.groups[group]?.choices[choice]?.out);
    return optionNames(item, out).join(", ");
}

export function optionNames(item: WithOptions, options: readonly Chosen[]): string[] {
    return options
        .map(({ group, choice }) => item.groups[group]?.choices[choice]?.name)
        .filter((name) => name !== undefined);
}
