// What a line of a ticket says: how many of what, how, and what became of it.
import type { Line } from "../base/protocol";
import { Icon } from "../ui/icon";
import { t } from "./words";

interface ContentProps {
    line: Line;
    isDone?: boolean;
    /** It is struck, and its ticket says why below: a word here would move what is beneath. */
    isMute?: boolean;
}

export function LineContent({ line, isDone = false, isMute = false }: ContentProps) {
    const isNew = line.added_late && line.state === "active";
    return (
        <>
            <span class="quantity">
                <bdi dir="ltr">{line.quantity}×</bdi>
            </span>
            <span class="what">
                <span class="name">
                    {isNew && <strong class="badge">{t("added")}</strong>}
                    <bdi>{line.name}</bdi>
                </span>
                {line.options.map((option) => (
                    <span key={option.name} class="option">
                        <bdi>{option.name}</bdi>
                    </span>
                ))}
                <Note text={line.note} />
                <Note text={line.other_note} />
                {line.state !== "active" && !isMute && (
                    <strong class="struck-word">
                        {t(line.state === "void" ? "voided" : "refusedLine")}
                    </strong>
                )}
            </span>
            {isDone && (
                <span class="done-mark">
                    <Icon name="check" /> {t("done")}
                </span>
            )}
        </>
    );
}

function Note({ text }: { text: string }) {
    return text === "" ? null : (
        <strong class="note">
            <Icon name="note" /> <bdi>{text}</bdi>
        </strong>
    );
}
