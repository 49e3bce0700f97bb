// What an item lacks without being sold out itself.
import type { WithOptions } from "./cart";

/** The group of which fewer choices are left than have to be chosen, so that the item cannot be
 * had; empty: none. */
export function lackingGroup({ groups }: Pick<WithOptions, "groups">): string {
    const isLacking = ({ choices, min }: WithOptions["groups"][number]): boolean =>
        choices.filter(({ out }) => !out).length < min;
    return groups.find(isLacking)?.name ?? "";
}
