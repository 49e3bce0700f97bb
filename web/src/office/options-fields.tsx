// The options of an item, to be written: groups of choices, in the order in which guests see them.

import { useEffect, useRef, useState } from "preact/hooks";
import { direction } from "../base/language";
import { Icon } from "../ui/icon";
import {
    type ChoiceDraft,
    choicesMax,
    type GroupDraft,
    groupsMax,
    moved,
    newChoice,
    newGroup,
    putBack,
    type Wrongs,
    without,
} from "./options-edit";
import { language, t } from "./words";

interface Props {
    drafts: readonly GroupDraft[];
    wrongs: Wrongs;
    /** How often it was tried to save: the first field that is wrong gets the focus. */
    tries: number;
    currency: string;
    onChange(next: readonly GroupDraft[]): void;
}

/** What was taken away last, until something else is. */
interface Removed {
    readonly what: string;
    back(drafts: readonly GroupDraft[]): readonly GroupDraft[];
}

/** What all parts of it share. */
interface Hands {
    readonly wrongs: Wrongs;
    readonly currency: string;
    change(of: (drafts: readonly GroupDraft[]) => readonly GroupDraft[]): void;
    /** Says what moved where, and keeps the focus on the button. */
    tellMoved(what: string, at: number, all: number): void;
    tellRemoved(removed: Removed): void;
}

export function OptionsFields({ drafts, wrongs, tries, currency, onChange }: Props) {
    const [removed, setRemoved] = useState<Removed | null>(null);
    const [said, setSaid] = useState("");
    const root = useRef<HTMLFieldSetElement>(null);
    const undo = useRef<HTMLButtonElement>(null);
    useEffect(() => {
        root.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    }, [tries]);
    useEffect(() => undo.current?.focus(), [removed]);
    const hands: Hands = {
        wrongs,
        currency,
        change: (of) => onChange(of(drafts)),
        tellMoved: (what, at, all) => setSaid(t("movedTo", { what, at: at + 1, all })),
        tellRemoved(one) {
            setSaid("");
            setRemoved(one);
        },
    };
    const takeBack = (): void => {
        if (removed !== null) {
            onChange(removed.back(drafts));
            setRemoved(null);
            root.current?.focus();
        }
    };
    return (
        <fieldset
            class="options"
            ref={root}
            tabIndex={-1}
            lang={language.value}
            dir={direction(language.value)}
        >
            <legend>{t("options")}</legend>
            <p class="quiet">{t("optionsHow")}</p>
            <Why wrongs={wrongs} at="/groups" />
            {drafts.map((group, at) => (
                <GroupFields key={group.key} group={group} at={at} all={drafts} hands={hands} />
            ))}
            <p class="options-said" role="status">
                {said}
                {removed !== null && t("wasRemoved", { what: removed.what })}
            </p>
            <div class="options-deeds">
                {removed !== null && (
                    <button type="button" ref={undo} onClick={takeBack}>
                        <Icon name="undo" />
                        {t("undo")}
                    </button>
                )}
                <button
                    type="button"
                    disabled={drafts.length >= groupsMax}
                    onClick={() => onChange([...drafts, newGroup()])}
                >
                    <Icon name="plus" />
                    {t("addGroup")}
                </button>
            </div>
        </fieldset>
    );
}

interface GroupProps {
    group: GroupDraft;
    at: number;
    all: readonly GroupDraft[];
    hands: Hands;
}

function GroupFields({ group, at, all, hands }: GroupProps) {
    const called = group.name.trim() || t("groupAt", { n: at + 1 });
    const pointer = `/groups/${at}`;
    const set = (part: Partial<GroupDraft>): void =>
        hands.change((drafts) =>
            drafts.map((one) => (one.key === group.key ? { ...one, ...part } : one)),
        );
    const remove = (): void => {
        hands.change((drafts) => without(drafts, at));
        hands.tellRemoved({ what: called, back: (drafts) => putBack(drafts, at, group) });
    };
    const move = (by: -1 | 1): void => {
        hands.change((drafts) => moved(drafts, at, by));
        hands.tellMoved(called, at + by, all.length);
    };
    return (
        <fieldset class="option-group" aria-label={called}>
            <div class="option-row option-head">
                <Field
                    label={t("groupName")}
                    hint={t("groupHint")}
                    value={group.name}
                    pointer={`${pointer}/name`}
                    wrongs={hands.wrongs}
                    onInput={(name) => set({ name })}
                />
                <Field
                    label={t("atLeast")}
                    value={group.least}
                    pointer={`${pointer}/min`}
                    wrongs={hands.wrongs}
                    onInput={(least) => set({ least })}
                    isNumber
                />
                <Field
                    label={t("atMost")}
                    value={group.most}
                    pointer={`${pointer}/max`}
                    wrongs={hands.wrongs}
                    onInput={(most) => set({ most })}
                    isNumber
                />
                <Deeds what={called} at={at} all={all.length} onMove={move} onRemove={remove} />
            </div>
            <Why wrongs={hands.wrongs} at={pointer} />
            {group.choices.map((choice, place) => (
                <ChoiceFields
                    key={choice.key}
                    choice={choice}
                    at={place}
                    group={group}
                    pointer={`${pointer}/choices/${place}`}
                    hands={hands}
                />
            ))}
            <Why wrongs={hands.wrongs} at={`${pointer}/choices`} />
            <div>
                <button
                    type="button"
                    disabled={group.choices.length >= choicesMax}
                    onClick={() => set({ choices: [...group.choices, newChoice()] })}
                >
                    <Icon name="plus" />
                    {t("addChoice")}
                </button>
            </div>
        </fieldset>
    );
}

interface ChoiceProps {
    choice: ChoiceDraft;
    at: number;
    group: GroupDraft;
    pointer: string;
    hands: Hands;
}

function ChoiceFields({ choice, at, group, pointer, hands }: ChoiceProps) {
    const called = choice.name.trim() || t("choiceAt", { n: at + 1 });
    const list = (of: (choices: readonly ChoiceDraft[]) => readonly ChoiceDraft[]) => {
        const inGroup = (one: GroupDraft): GroupDraft =>
            one.key === group.key ? { ...one, choices: of(one.choices) } : one;
        return (drafts: readonly GroupDraft[]): GroupDraft[] => drafts.map(inGroup);
    };
    const set = (part: Partial<ChoiceDraft>): void =>
        hands.change(
            list((all) => all.map((one) => (one.key === choice.key ? { ...one, ...part } : one))),
        );
    const remove = (): void => {
        hands.change(list((all) => without(all, at)));
        hands.tellRemoved({ what: called, back: list((all) => putBack(all, at, choice)) });
    };
    const move = (by: -1 | 1): void => {
        hands.change(list((all) => moved(all, at, by)));
        hands.tellMoved(called, at + by, group.choices.length);
    };
    return (
        <div class="option-row">
            <Field
                label={t("choice")}
                value={choice.name}
                pointer={`${pointer}/name`}
                wrongs={hands.wrongs}
                onInput={(name) => set({ name })}
            />
            <Field
                label={t("difference", { currency: hands.currency })}
                hint="0"
                value={choice.price}
                pointer={`${pointer}/price`}
                wrongs={hands.wrongs}
                onInput={(price) => set({ price })}
            />
            <Deeds
                what={called}
                at={at}
                all={group.choices.length}
                onMove={move}
                onRemove={remove}
            />
        </div>
    );
}

interface FieldProps {
    label: string;
    hint?: string;
    value: string;
    pointer: string;
    wrongs: Wrongs;
    isNumber?: boolean;
    onInput(value: string): void;
}

/** A field, and below it what is wrong with it. */
function Field({ label, hint, value, pointer, wrongs, isNumber, onInput }: FieldProps) {
    const isWrong = wrongs.has(pointer);
    return (
        <div class={isNumber ? "option-count" : ""}>
            <label>
                {label}
                <input
                    value={value}
                    placeholder={hint ?? ""}
                    autocomplete="off"
                    dir="auto"
                    inputMode={isNumber ? "numeric" : "text"}
                    aria-invalid={isWrong}
                    aria-describedby={isWrong ? idOf(pointer) : undefined}
                    onInput={(event) => onInput(event.currentTarget.value)}
                />
            </label>
            <Why wrongs={wrongs} at={pointer} />
        </div>
    );
}

function idOf(pointer: string): string {
    return `wrong${pointer.replaceAll("/", "-")}`;
}

function Why({ wrongs, at }: { wrongs: Wrongs; at: string }) {
    const why = wrongs.get(at);
    return why === undefined ? null : (
        <p class="option-wrong" id={idOf(at)}>
            {why}
        </p>
    );
}

interface DeedsProps {
    what: string;
    at: number;
    all: number;
    onMove(by: -1 | 1): void;
    onRemove(): void;
}

function Deeds({ what, at, all, onMove, onRemove }: DeedsProps) {
    const up = useRef<HTMLButtonElement>(null);
    const down = useRef<HTMLButtonElement>(null);
    const [last, setLast] = useState<-1 | 0 | 1>(0);
    // Its row is put elsewhere on the page, which takes the focus from it; at an end of the list
    // only the other way is left.
    useEffect(() => {
        const [wanted, other] = last < 0 ? [up, down] : [down, up];
        if (last !== 0) {
            (wanted.current?.disabled ? other : wanted).current?.focus();
            setLast(0);
        }
    }, [at, last]);
    const move = (by: -1 | 1): void => {
        onMove(by);
        setLast(by);
    };
    return (
        <div class="option-deeds">
            <button
                type="button"
                ref={up}
                aria-label={t("moveUp", { what })}
                disabled={at === 0}
                onClick={() => move(-1)}
            >
                ↑
            </button>
            <button
                type="button"
                ref={down}
                aria-label={t("moveDown", { what })}
                disabled={at === all - 1}
                onClick={() => move(1)}
            >
                ↓
            </button>
            <button type="button" aria-label={t("removeIt", { what })} onClick={onRemove}>
                <Icon name="close" />
            </button>
        </div>
    );
}
