// What is seldom wanted at a counter, behind one button.
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { wear } from "../ui/wear";
import type { Counter } from "./counter";
import * as later from "./later-words";
import styles from "./more.css?inline";
import { t } from "./words";

wear(styles);

export function MoreSheet({ counter }: { counter: Counter }) {
    return (
        <Sheet title={t("more")} onClose={counter.close}>
            <nav class="more" aria-label={t("more")}>
                <button type="button" onClick={() => (counter.sheet.value = { kind: "drawer" })}>
                    <Icon name="cash" />
                    <span>
                        {later.t("cashDrawer")}
                        <small>{later.t("cashDrawerHow")}</small>
                    </span>
                </button>
                <button type="button" onClick={() => (counter.sheet.value = { kind: "parked" })}>
                    <Icon name="bag" />
                    <span>
                        {t("parkedCarts")}
                        <small>{later.t("parkedHow")}</small>
                    </span>
                </button>
                {counter.desk.can("popup") && (
                    <a href="/codes">
                        <Icon name="note" />
                        <span>
                            {later.t("codes")}
                            <small>{later.t("codesHow")}</small>
                        </span>
                    </a>
                )}
            </nav>
        </Sheet>
    );
}
