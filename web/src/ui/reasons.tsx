import { useState } from "preact/hooks";
import { t } from "../base/words";

interface Props {
    reasons: readonly string[];
    /** What happens: "Refuse", "Cancel the order". */
    verb: string;
    onChoose(reason: string): void;
}

/** A reason in one tap, or in words. */
export function Reasons({ reasons, verb, onChoose }: Props) {
    const [text, setText] = useState("");
    return (
        <div class="reasons">
            {reasons.map((reason) => (
                <button key={reason} type="button" onClick={() => onChoose(reason)}>
                    {reason}
                </button>
            ))}
            <form
                onSubmit={(event) => {
                    event.preventDefault();
                    if (text.trim() !== "") {
                        onChoose(text.trim());
                    }
                }}
            >
                <label>
                    {t("anotherReason")}
                    <input
                        value={text}
                        maxLength={140}
                        onInput={(event) => setText(event.currentTarget.value)}
                    />
                </label>
                <button type="submit" disabled={text.trim() === ""}>
                    {verb}
                </button>
            </form>
        </div>
    );
}
