import type { ComponentChildren } from "preact";
import type { Part } from "../base/part";
import { t } from "../base/words";

interface Props<T> {
    part: Part<T>;
    children(it: T): ComponentChildren;
}

/** The part; while it is not here, why not. */
export function Shown<T>({ part, children }: Props<T>) {
    const it = part.it.value;
    if (it !== null) {
        return <>{children(it)}</>;
    }
    if (part.hasFailed.value) {
        return (
            <p class="part-missing" role="alert">
                {t("partMissing")}{" "}
                <button type="button" onClick={part.load}>
                    {t("tryAgain")}
                </button>
            </p>
        );
    }
    part.load();
    return <p class="loading">{t("loading")}</p>;
}
