// One item of the menu, to be changed or made.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { MenuItem, Session } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import { wear } from "../ui/wear";
import { decimalText, rateText } from "./cells";
import styles from "./item.css?inline";
import type { Records } from "./menu";
import {
    allergens,
    BadForm,
    choicesOf,
    diets,
    type Form,
    itemOfForm,
    nextNumber,
    policies,
    writeOf,
} from "./menu-edit";
import { type Text, t } from "./menu-words";
import { Refusal } from "./node";
import type { Office } from "./office";
import {
    BadOptions,
    draftsOf,
    type GroupDraft,
    groupsOfDrafts,
    refusedOptions,
    type Wrongs,
    wrongsOf,
} from "./options-edit";
import { OptionsFields } from "./options-fields";
import { PhotoField } from "./photo-field";
import { whyNot } from "./why";
import { t as say } from "./words";

wear(styles);

interface Props {
    office: Office;
    session: Session;
    records: Records;
    items: readonly MenuItem[];
    /** Null: a new one. */
    item: MenuItem | null;
    onSaved(): Promise<void>;
    onClose(): void;
}

function formOf(element: HTMLFormElement): Form {
    const data = new FormData(element);
    return {
        one: (name) => String(data.get(name) ?? "").trim(),
        all: (name) => data.getAll(name).map(String),
    };
}

/** What of @error is about the options, at its field. */
function optionsWrong(error: unknown): Wrongs {
    if (error instanceof BadOptions) {
        return error.wrongs;
    }
    return error instanceof Refusal ? refusedOptions(error.told) : new Map();
}

export function ItemSheet({ office, session, records, items, item, onSaved, onClose }: Props) {
    const [wrong, setWrong] = useState("");
    const [isBusy, setBusy] = useState(false);
    const [drafts, setDrafts] = useState<readonly GroupDraft[]>(() =>
        draftsOf(item?.groups ?? [], session.digits),
    );
    const [wrongs, setWrongs] = useState<Wrongs>(new Map());
    const [tries, setTries] = useState(0);
    const edit = (next: readonly GroupDraft[]): void => {
        setDrafts(next);
        setWrongs(wrongs.size > 0 ? wrongsOf(next, session.digits) : wrongs);
    };
    /** Does @work and shows what came of it. */
    const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
        setBusy(true);
        setWrong("");
        setWrongs(new Map());
        try {
            await work();
            await onSaved();
            return true;
        } catch (error) {
            setWrong(error instanceof BadForm ? error.message : whyNot(error));
            setWrongs(optionsWrong(error));
            setTries(tries + 1);
            return false;
        } finally {
            setBusy(false);
        }
    };
    const submit = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault();
        const form = formOf(event.currentTarget as HTMLFormElement);
        const isDone = await attempt(async () => {
            const wish = itemOfForm(form, session.digits, groupsOfDrafts(drafts, session.digits));
            if (item === null && items.some(({ number }) => number === wish.number)) {
                throw new BadForm(t("numberTaken", { number: wish.number }));
            }
            const write = writeOf(items, wish);
            if (write !== null) {
                await office.send(write.method, write.path, write.body);
            }
        });
        if (isDone) {
            onClose();
        }
    };
    return (
        <Sheet
            title={item === null ? t("newItem") : item.name}
            onClose={onClose}
            isWide
            actions={
                <button type="submit" form="item" class="primary huge" disabled={isBusy}>
                    {t(item === null ? "addIt" : "save")}
                </button>
            }
        >
            {wrong !== "" && (
                <p class="flag flag-bad" role="alert">
                    {wrong}
                </p>
            )}
            {item !== null && (
                <Sales office={office} session={session} item={item} attempt={attempt} />
            )}
            {item !== null && (
                <PhotoField office={office} item={item} isBusy={isBusy} attempt={attempt} />
            )}
            <form id="item" class="item-form" onSubmit={(event) => void submit(event)}>
                <Fields
                    session={session}
                    records={records}
                    items={items}
                    item={item}
                    options={
                        <OptionsFields
                            drafts={drafts}
                            wrongs={wrongs}
                            tries={tries}
                            currency={session.currency}
                            onChange={edit}
                        />
                    }
                />
            </form>
        </Sheet>
    );
}

interface SalesProps {
    office: Office;
    session: Session;
    item: MenuItem;
    attempt(work: () => Promise<unknown>): Promise<boolean>;
}

/** Whether it is sold, and how many there are: each is done at once. */
function Sales({ office, session, item, attempt }: SalesProps) {
    const { number, available, stock, stock_policy } = item;
    const path = `/api/menu/${number}`;
    const countAll = (event: SubmitEvent): void => {
        event.preventDefault();
        const counted = Number(formOf(event.currentTarget as HTMLFormElement).one("counted"));
        void attempt(() => office.send("POST", `${path}/stock`, { counted }));
    };
    return (
        <div class="item-sales">
            <button
                type="button"
                onClick={() =>
                    void attempt(() => office.send("PATCH", path, { available: !available }))
                }
            >
                {t(available ? "markSoldOut" : "sellAgain")}
            </button>
            <Choices office={office} item={item} attempt={attempt} />
            {stock_policy !== "off" && session.capabilities.includes("stock-issue") && (
                <form onSubmit={countAll}>
                    <label>
                        {t("unitsThere")}
                        <input
                            name="counted"
                            inputMode="numeric"
                            pattern="[0-9]{1,7}"
                            required
                            defaultValue={String(stock.all)}
                        />
                    </label>
                    <button type="submit">{t("set")}</button>
                </form>
            )}
        </div>
    );
}

/** Which of its choices are to be had; done at once, too. */
function Choices({ office, item, attempt }: Pick<SalesProps, "office" | "item" | "attempt">) {
    const path = `/api/menu/${item.number}/choice`;
    return item.groups.map(({ name: group, choices }) => (
        <fieldset key={group} class="item-choices">
            <legend>{t("choicesOf", { group })}</legend>
            {choices.map(({ name: choice, out = false }) => (
                <button
                    key={choice}
                    type="button"
                    aria-pressed={out}
                    onClick={() =>
                        void attempt(() =>
                            office.send("POST", path, { group, choice, available: out }),
                        )
                    }
                >
                    <bdi>{out ? <s>{choice}</s> : choice}</bdi>
                    {out && ` ${t("isOut")}`}
                </button>
            ))}
        </fieldset>
    ));
}

interface FieldsProps extends Pick<Props, "session" | "records" | "items" | "item"> {
    options: ComponentChildren;
}

function Fields({ session, records, items, item, options }: FieldsProps) {
    const { digits } = session;
    return (
        <>
            <div class="fields">
                <Entry name="name" label={say("name")} value={item?.name ?? ""} isWide />
                {item === null ? (
                    <Entry name="number" label={t("number")} value={`${nextNumber(items)}`} />
                ) : (
                    <input type="hidden" name="number" value={item.number} />
                )}
                <Entry
                    name="price"
                    label={t("priceIn", { currency: session.currency })}
                    value={item === null ? "" : decimalText(item.price, digits)}
                />
                <Entry name="category" label={t("category")} value={item?.category ?? ""} />
                <Entry name="station" label={t("stationAny")} value={item?.station ?? ""} />
                <Entry name="position" label={say("position")} value={`${item?.position ?? 0}`} />
            </div>
            <Taxes records={records} item={item} />
            <Words name="allergens" legend={t("allergens")} all={allergens} has={item?.allergens} />
            <Words name="diet" legend={t("diet")} all={diets} has={item?.diet} />
            <label>
                {say("description")}
                <textarea name="description" rows={2} defaultValue={item?.description ?? ""} />
            </label>
            {options}
            <div class="fields">
                <Choice
                    name="stock_policy"
                    label={t("stock")}
                    value={item?.stock_policy ?? "off"}
                    all={policies.map(({ value, text }) => ({ value, text: t(text) }))}
                />
                {records.stalls.length > 0 && (
                    <Choice
                        name="stall"
                        label={t("stall")}
                        value={`${item?.stall ?? 0}`}
                        all={choicesOf(records.stalls, item?.stall ?? 0, say("none"))}
                    />
                )}
                <label class="check">
                    <input type="checkbox" name="hidden" defaultChecked={item?.hidden ?? false} />
                    {t("hiddenFromAll")}
                </label>
            </div>
            {records.stalls.length === 0 && (
                <input type="hidden" name="stall" value={item?.stall ?? 0} />
            )}
        </>
    );
}

function Taxes({ records, item }: Pick<Props, "records" | "item">) {
    return (
        <div class="fields">
            {records.taxes.length > 0 ? (
                <Choice
                    name="tax"
                    label={t("tax")}
                    value={`${item?.tax ?? 0}`}
                    all={choicesOf(records.taxes, item?.tax ?? 0, t("ownRates"))}
                />
            ) : (
                <input type="hidden" name="tax" value={item?.tax ?? 0} />
            )}
            <Entry
                name="tax_eat_in"
                label={t("taxEatIn")}
                value={rateText(item?.tax_eat_in ?? 0)}
            />
            <Entry
                name="tax_take_away"
                label={t("taxTakeAway")}
                value={rateText(item?.tax_take_away ?? 0)}
            />
        </div>
    );
}

interface EntryProps {
    name: string;
    label: string;
    value: string;
    isWide?: boolean;
}

function Entry({ name, label, value, isWide }: EntryProps) {
    return (
        <label class={isWide ? "is-wide" : ""}>
            {label}
            <input name={name} defaultValue={value} autocomplete="off" dir="auto" />
        </label>
    );
}

interface ChoiceProps {
    name: string;
    label: string;
    value: string;
    all: readonly { value: string; text: string }[];
}

function Choice({ name, label, value, all }: ChoiceProps) {
    return (
        <label>
            {label}
            <select name={name} defaultValue={value}>
                {all.map((one) => (
                    <option key={one.value} value={one.value} selected={one.value === value}>
                        {one.text}
                    </option>
                ))}
            </select>
        </label>
    );
}

interface WordsProps {
    name: string;
    legend: string;
    all: readonly Text[];
    has: readonly string[] | undefined;
}

function Words({ name, legend, all, has = [] }: WordsProps) {
    return (
        <fieldset>
            <legend>{legend}</legend>
            {all.map((word) => (
                <label key={word} class="check">
                    <input
                        type="checkbox"
                        name={name}
                        value={word}
                        defaultChecked={has.includes(word)}
                    />
                    {t(word)}
                </label>
            ))}
        </fieldset>
    );
}
