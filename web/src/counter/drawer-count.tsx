// Counting a drawer: the total, or notes and coins one by one; over or short is seen before it is
// closed.
import { useState } from "preact/hooks";
import type { Drawer } from "../base/protocol";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import type { Counter } from "./counter";
import {
    countCash,
    denominations,
    differenceText,
    type Pieces,
    sumOf,
    withPieces,
} from "./drawer-sums";
import { Keypad, typedOn, useTyping } from "./keypad";
import { t } from "./later-words";

interface Props {
    counter: Counter;
    drawer: Drawer;
    onBack(): void;
    onDone(): void;
}

const noteMax = 140;

export function CountSheet({ counter, drawer, onBack, onDone }: Props) {
    const session = counter.session();
    const known = session ? denominations(session, session.cash_step) : [];
    const [isByPiece, setByPiece] = useState(false);
    const [pieces, setPieces] = useState<Pieces>(new Map());
    const [typed, setTyped] = useState("");
    const [note, setNote] = useState("");
    const press = (key: string): void => {
        if (!isByPiece) {
            setTyped((text) => typedOn(text, key));
        }
    };
    useTyping(press, () => {}, false);
    const counted = isByPiece ? sumOf(pieces) : Number(typed);
    const isCounted = isByPiece ? pieces.size > 0 : typed !== "";
    const difference = counted - drawer.expected;
    const close = async (): Promise<void> => {
        const { ok } = await counter.desk.act(countCash(drawer, counted, note.trim()));
        if (ok) {
            onDone();
        }
    };
    return (
        <Sheet
            title={t("countDrawer", { n: drawer.number })}
            onClose={onBack}
            isWide
            actions={
                <div class="drawer-close">
                    {isCounted && session && (
                        <p class={difference === 0 ? "drawer-result" : "drawer-result is-off"}>
                            {differenceText(difference, session)}
                        </p>
                    )}
                    <button
                        type="button"
                        class="primary huge"
                        disabled={!isCounted}
                        onClick={() => void close()}
                    >
                        <Icon name="check" /> {t("closeWith", { price: counter.money(counted) })}
                    </button>
                </div>
            }
        >
            <div class="pay">
                <div class="pay-left">
                    {known.length > 0 && <Manner isByPiece={isByPiece} onChange={setByPiece} />}
                    {isByPiece ? (
                        <PieceList
                            counter={counter}
                            known={known}
                            pieces={pieces}
                            onChange={setPieces}
                        />
                    ) : (
                        <Keypad press={press} />
                    )}
                </div>
                <div class="pay-right">
                    <p class="pay-given">
                        <span>{t("shouldBe")}</span>
                        <strong>{counter.money(drawer.expected)}</strong>
                    </p>
                    <p class="pay-given">
                        <span>{t("counted")}</span>
                        <strong>{counter.money(counted)}</strong>
                    </p>
                    <label class="drawer-field">
                        {t("countNote")}
                        <input
                            value={note}
                            maxLength={noteMax}
                            onInput={(event) => setNote(event.currentTarget.value)}
                        />
                    </label>
                    <p>{t("closingHow")}</p>
                </div>
            </div>
        </Sheet>
    );
}

const manners = [
    { isByPiece: false, text: "theTotal" },
    { isByPiece: true, text: "notesAndCoins" },
] as const;

interface MannerProps {
    isByPiece: boolean;
    onChange(isByPiece: boolean): void;
}

function Manner({ isByPiece: now, onChange }: MannerProps) {
    return (
        // biome-ignore lint/a11y/useSemanticElements: two buttons, not a form
        <div class="switch drawer-manner" role="group" aria-label={t("howCounted")}>
            {manners.map(({ isByPiece, text }) => (
                <button
                    key={text}
                    type="button"
                    aria-pressed={isByPiece === now}
                    onClick={() => onChange(isByPiece)}
                >
                    {t(text)}
                </button>
            ))}
        </div>
    );
}

interface PieceProps {
    counter: Counter;
    known: readonly number[];
    pieces: Pieces;
    onChange(pieces: Pieces): void;
}

function PieceList({ counter, known, pieces, onChange }: PieceProps) {
    return (
        <div class="drawer-pieces">
            {known.map((value) => (
                <label key={value}>
                    <span>{counter.money(value)}</span>
                    <input
                        inputMode="numeric"
                        maxLength={4}
                        placeholder="0"
                        value={pieces.get(value) || ""}
                        onInput={(event) =>
                            onChange(withPieces(pieces, value, event.currentTarget.value))
                        }
                    />
                </label>
            ))}
        </div>
    );
}
