// Values that the page shows. Whatever changes, the whole page is drawn anew, once, soon after:
// it is small, and that takes a tenth of the code of signals.

export interface Cell<T> {
    value: T;
}

const followers: (() => void)[] = [];
let isDue = false;

function tellSoon(): void {
    if (!isDue) {
        isDue = true;
        queueMicrotask(() => {
            isDue = false;
            for (const follow of followers) {
                follow();
            }
        });
    }
}

export function cell<T>(first: T): Cell<T> {
    let now = first;
    return {
        get value() {
            return now;
        },
        set value(next) {
            if (next !== now) {
                now = next;
                tellSoon();
            }
        },
    };
}

/** What follows from other values. */
export function derived<T>(from: () => T): { readonly value: T } {
    return {
        get value() {
            return from();
        },
    };
}

/** Calls `then` now and after changes. */
export function follow(then: () => void): void {
    followers.push(then);
    then();
}
