// Selling what the count does not know of: asked once, in words, and shown as oversold afterwards.
import type { MenuItem } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import type { Counter } from "./counter";
import { Told } from "./told";
import { counted, t } from "./words";

interface Props {
    counter: Counter;
    item: MenuItem;
    /** It was tapped on the menu, so one is put into the order once it is allowed. */
    isTap: boolean;
}

export function ForceSheet({ counter, item, isTap }: Props) {
    const elsewhere = Math.max(0, item.stock.all - item.stock.here);
    const sell = (): void => {
        counter.force(item);
        counter.close();
        if (isTap) {
            counter.tap(item);
        }
    };
    return (
        <Sheet
            title={t(elsewhere > 0 ? "forceHere" : "forceCount", { name: item.name })}
            onClose={counter.close}
            actions={
                <div class="force-buttons">
                    <button type="button" class="danger" onClick={sell}>
                        {t("sellAllTheSame")}
                    </button>
                    <button type="button" onClick={counter.close}>
                        {t("doNotSell")}
                    </button>
                </div>
            }
        >
            <p>{leftWhere(item.stock.here, elsewhere)}</p>
            <p>
                <Told text={t("forceHow")} />
            </p>
        </Sheet>
    );
}

function leftWhere(here: number, elsewhere: number): string {
    return elsewhere > 0 ? counted("forceLeft", elsewhere, { here }) : t("forceNone");
}
