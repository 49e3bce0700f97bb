// Selling what the count does not know of: asked once, in words, and shown as oversold afterwards.
import type { MenuItem } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import type { Counter } from "./counter";

interface Props {
    counter: Counter;
    item: MenuItem;
    /** Once it is allowed. */
    onForced(): void;
}

export function ForceSheet({ counter, item, onForced }: Props) {
    const elsewhere = Math.max(0, item.stock.all - item.stock.here);
    const sell = (): void => {
        counter.force(item);
        onForced();
    };
    return (
        <Sheet
            title={`${item.name}: sold out ${elsewhere > 0 ? "here" : "by the count"}`}
            onClose={counter.close}
            actions={
                <div class="force-buttons">
                    <button type="button" class="danger" onClick={sell}>
                        Sell all the same
                    </button>
                    <button type="button" onClick={counter.close}>
                        Do not sell it
                    </button>
                </div>
            }
        >
            <p>{leftWhere(item.stock.here, elsewhere)}</p>
            <p>
                Sell it only if the portion is <strong>in front of you</strong>. Somebody else may
                have promised the same one; every screen will show it as oversold.
            </p>
        </Sheet>
    );
}

function leftWhere(here: number, elsewhere: number): string {
    return elsewhere > 0
        ? `This device may sell ${here}; ${elsewhere} more are left to other devices.`
        : "No device has any left to sell.";
}
