import type { ComponentChildren } from "preact";
import type { Part } from "../base/part";
import { t } from "../base/words";
import { Shown } from "./part";
import { Sheet } from "./sheet";

interface Props<T> {
    part: Part<T>;
    onClose(): void;
    children(it: T): ComponentChildren;
}

/** A sheet that is loaded later; while it is not here, one that says why not. */
export function ShownOver<T>({ part, onClose, children }: Props<T>) {
    return part.it.value !== null ? (
        <>{children(part.it.value)}</>
    ) : (
        <Sheet title={t("oneMoment")} onClose={onClose}>
            <Shown part={part}>{children}</Shown>
        </Sheet>
    );
}
