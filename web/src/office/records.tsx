// A list of stalls, stations, printers, taxes or discounts, and the sheet that changes one.
import { useState } from "preact/hooks";
import type { Session } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import { entriesOf } from "./entry";
import { Check, Input, Row, Select } from "./fields";
import type { Office } from "./office";
import {
    type AnyRecord,
    type FieldOf,
    type Kind,
    type Known,
    kinds,
    labelOf,
    valueText,
    wishOf,
    writeOf,
} from "./records-edit";
import { Outcome, type Saving, useSaving, Wrong } from "./saving";
import { counted, t } from "./words";

interface Props {
    office: Office;
    session: Session;
    kind: Kind;
    known: Known;
    onSaved(): Promise<void>;
}

export function Records({ office, session, kind, known, onSaved }: Props) {
    const { title, how, add } = kinds[kind];
    const [open, setOpen] = useState<number | "new" | null>(null);
    const saving = useSaving(office, onSaved);
    const may = session.capabilities.includes("popup");
    const all = known[kind] as readonly AnyRecord[];
    const hidden = all.filter((record) => record.hidden);
    const openOne = may
        ? (number: number | "new"): void => {
              saving.clear();
              setOpen(number);
          }
        : undefined;
    const record = all.find(({ number }) => number === open) ?? null;
    return (
        <section class="panel" aria-label={t(title)}>
            <div class="panel-head">
                <h2>{t(title)}</h2>
                {openOne !== undefined && (
                    <button type="button" onClick={() => openOne("new")}>
                        {t(add)}
                    </button>
                )}
            </div>
            <p class="quiet">{t(how)}</p>
            {all.length === hidden.length && <p class="empty">{t("noRecords")}</p>}
            <Rows all={all.filter((one) => !one.hidden)} onOpen={openOne} />
            {hidden.length > 0 && (
                <details>
                    <summary>{counted("outOfUse", hidden.length)}</summary>
                    <Rows all={hidden} onOpen={openOne} />
                </details>
            )}
            <Outcome saving={saving} />
            {(record !== null || open === "new") && (
                <RecordSheet
                    office={office}
                    session={session}
                    kind={kind}
                    known={known}
                    record={record}
                    saving={saving}
                    onClose={() => setOpen(null)}
                />
            )}
        </section>
    );
}

interface RowsProps {
    all: readonly AnyRecord[];
    onOpen: ((number: number) => void) | undefined;
}

function Rows({ all, onOpen }: RowsProps) {
    return all.length === 0 ? null : (
        <ul class="rows">
            {all.map(({ number, name, conflict }) => (
                <li key={number}>
                    <Row onOpen={onOpen && (() => onOpen(number))}>
                        <span class="item-number">{number}</span>
                        <span class="item-name">
                            {name}
                            {conflict && <small>{t("changedTwice")}</small>}
                        </span>
                    </Row>
                </li>
            ))}
        </ul>
    );
}

interface SheetProps {
    office: Office;
    session: Session;
    kind: Kind;
    known: Known;
    /** Null: a new one. */
    record: AnyRecord | null;
    saving: Saving;
    onClose(): void;
}

function RecordSheet({ office, session, kind, known, record, saving, onClose }: SheetProps) {
    const submit = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault();
        const form = entriesOf(event.currentTarget as HTMLFormElement);
        const isSaved = await saving.run(async () => {
            const write = writeOf(kind, record, wishOf(kind, form, session), known[kind]);
            if (write !== null) {
                await office.send(write.method, write.path, write.body);
            }
            return write !== null;
        });
        if (isSaved) {
            onClose();
        }
    };
    const setHidden = async (number: number, isHidden: boolean): Promise<void> => {
        const isSaved = await saving.run(async () => {
            await office.send("PATCH", `/api/${kind}/${number}`, { hidden: isHidden });
            return true;
        });
        if (isSaved) {
            onClose();
        }
    };
    return (
        <Sheet
            title={record?.name ?? t(kinds[kind].fresh)}
            onClose={onClose}
            closeText={t("close")}
            actions={
                <button type="submit" form="record" class="primary huge" disabled={saving.isBusy}>
                    {saving.isBusy ? t("saving") : record === null ? t("add") : t("save")}
                </button>
            }
        >
            <Wrong why={saving.wrong} />
            {record?.conflict && <p class="flag">{t("changedTwiceHow")}</p>}
            <form id="record" class="item-form" onSubmit={(event) => void submit(event)} noValidate>
                <Input name="name" label={t("name")} value={record?.name ?? ""} />
                <div class="fields">
                    {kinds[kind].fields.map((field) => (
                        <Field
                            key={field.name}
                            field={field}
                            session={session}
                            known={known}
                            record={record}
                        />
                    ))}
                </div>
            </form>
            {record !== null && (
                <div class="aside">
                    <button
                        type="button"
                        disabled={saving.isBusy}
                        onClick={() => void setHidden(record.number, !record.hidden)}
                    >
                        {record.hidden ? t("show") : t("hide")}
                    </button>
                    {!record.hidden && <p class="quiet">{t("hideHow")}</p>}
                </div>
            )}
        </Sheet>
    );
}

interface FieldProps {
    field: FieldOf;
    session: Session;
    known: Known;
    record: AnyRecord | null;
}

function Field({ field, session, known, record }: FieldProps) {
    const { name, form, hint, choices } = field;
    const label = labelOf(field, session);
    const value = valueText(field, record, session.digits);
    if (form === "truth") {
        return <Check name={name} label={label} isOn={value === "true"} />;
    }
    if (choices !== undefined) {
        const all = choices(known, record?.number ?? 0);
        const isThere = all.some((one) => one.value === value);
        const shown = isThere ? all : [...all, { value, text: value }];
        return <Select name={name} label={label} value={value} all={shown} />;
    }
    return (
        <Input
            name={name}
            label={label}
            value={value}
            isNumber={form !== "text"}
            {...(hint ? { hint: t(hint) } : {})}
        />
    );
}
