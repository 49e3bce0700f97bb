// The people who work here: who they are, what they may do, and the PIN they sign in with.
import { useEffect, useState } from "preact/hooks";
import type { Person, Session, Staff } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import { entriesOf } from "./entry";
import { Check, Input, Row, Select } from "./fields";
import { nextNumber } from "./menu-edit";
import type { Office } from "./office";
import { Outcome, type Saving, useSaving, Wrong } from "./saving";
import {
    colours,
    colourText,
    personRoles,
    removalOf,
    roleText,
    type Step,
    stepsOf,
    type Worker,
    workerOf,
    workersOf,
} from "./staff-edit";
import { BadEntry, whyNot } from "./why";
import { counted, t } from "./words";

/** Asks for both lists; the second result asks anew. */
export function useWorkers(office: Office) {
    const [workers, setWorkers] = useState<readonly Worker[] | null>(null);
    const [problem, setProblem] = useState("");
    const refresh = async (): Promise<void> => {
        try {
            const [{ staff }, { people }] = await Promise.all([
                office.read<{ staff: Staff[] }>("/api/staff"),
                office.read<{ people: Person[] }>("/api/staff/roles"),
            ]);
            setWorkers(workersOf(staff, people));
            setProblem("");
        } catch (error) {
            setProblem(whyNot(error));
        }
    };
    useEffect(() => void refresh(), []);
    return { workers, problem, refresh };
}

export function StaffPart({ office }: { office: Office }) {
    const session = office.session.value;
    const { workers, problem, refresh } = useWorkers(office);
    const [open, setOpen] = useState<number | "new" | null>(null);
    const saving = useSaving(office, refresh);
    if (session === null) {
        return null;
    }
    const may = session.capabilities.includes("roster") && session.capabilities.includes("popup");
    const openOne = may
        ? (number: number | "new"): void => {
              saving.clear();
              setOpen(number);
          }
        : undefined;
    const here = workers?.filter(({ hidden }) => !hidden) ?? [];
    const gone = workers?.filter(({ hidden }) => hidden) ?? [];
    const worker = workers?.find(({ number }) => number === open) ?? null;
    return (
        <section class="panel" aria-label={t("staff")}>
            <div class="panel-head">
                <h2>{t("staff")}</h2>
                {openOne !== undefined && (
                    <button type="button" class="primary" onClick={() => openOne("new")}>
                        {t("addPerson")}
                    </button>
                )}
            </div>
            <p class="quiet">{t("staffHow")}</p>
            {!may && <p class="quiet">{t("mayNot")}</p>}
            <Wrong why={problem} />
            {workers === null && problem === "" && <p role="status">{t("asking")}</p>}
            {workers !== null && here.length === 0 && <p class="empty">{t("noStaff")}</p>}
            <Workers all={here} onOpen={openOne} />
            {gone.length > 0 && (
                <details>
                    <summary>{counted("outOfUse", gone.length)}</summary>
                    <Workers all={gone} onOpen={openOne} />
                </details>
            )}
            <Outcome saving={saving} />
            {(worker !== null || open === "new") && (
                <WorkerSheet
                    key={worker?.number ?? 0}
                    office={office}
                    session={session}
                    worker={worker}
                    fresh={nextNumber(workers ?? [])}
                    saving={saving}
                    onMade={setOpen}
                    onClose={() => setOpen(null)}
                />
            )}
        </section>
    );
}

interface WorkersProps {
    all: readonly Worker[];
    onOpen: ((number: number) => void) | undefined;
}

function Workers({ all, onOpen }: WorkersProps) {
    return all.length === 0 ? null : (
        <ul class="rows">
            {all.map(({ number, name, role, colour, hasPin, conflict, isDisputed }) => (
                <li key={number}>
                    <Row onOpen={onOpen && (() => onOpen(number))}>
                        <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
                            <circle
                                cx="5"
                                cy="5"
                                r="4"
                                fill={colour === 0 ? "none" : colourText(colour)}
                            />
                        </svg>
                        <span class="item-name">
                            {name} <b class="item-number">{number}</b>
                            <span class="quiet is-line">{roleText(role)}</span>
                            {!hasPin && role !== "none" && <small>{t("pinUnset")}</small>}
                            {(conflict || isDisputed) && <small>{t("changedTwice")}</small>}
                        </span>
                    </Row>
                </li>
            ))}
        </ul>
    );
}

/** Does the steps one after the other; resolves to the person's number. */
export async function doSteps(
    office: Office,
    steps: readonly Step[],
    known: number,
    name: string,
): Promise<number> {
    let number = known;
    for (const [at, { method, path, body }] of steps.entries()) {
        try {
            const where = path.replace("{number}", `${number}`);
            const answer = await office.send<Partial<Staff>>(method, where, body);
            number = number === 0 ? (answer.number ?? 0) : number;
        } catch (error) {
            if (at === 0) {
                throw error;
            }
            throw new HalfDone(number, t("personPart", { name, why: whyNot(error) }));
        }
    }
    return number;
}

/** Some of the steps were done, and the person has a number. */
export class HalfDone extends BadEntry {
    constructor(
        readonly number: number,
        why: string,
    ) {
        super(why);
    }
}

interface SheetProps {
    office: Office;
    session: Session;
    /** Null: a new one. */
    worker: Worker | null;
    /** The number of a new one. */
    fresh: number;
    saving: Saving;
    /** There is one with that number now, though not all of it was saved. */
    onMade(number: number): void;
    onClose(): void;
}

function WorkerSheet(props: SheetProps) {
    const { office, session, worker, fresh, saving, onMade, onClose } = props;
    const [isLeaving, setLeaving] = useState(false);
    const number = worker?.number ?? 0;
    const perform = async (name: string, stepsOfForm: () => readonly Step[]): Promise<void> => {
        let made = 0;
        const isSaved = await saving.run(async () => {
            const steps = stepsOfForm();
            try {
                await doSteps(office, steps, number, name);
            } catch (error) {
                made = error instanceof HalfDone ? error.number : 0;
                throw error;
            }
            return steps.length > 0;
        });
        if (isSaved) {
            onClose();
        } else if (made !== 0) {
            onMade(made);
        }
    };
    const submit = (event: SubmitEvent): void => {
        event.preventDefault();
        const form = entriesOf(event.currentTarget as HTMLFormElement);
        void perform(form.one("name"), () => stepsOf(worker, workerOf(form, worker), fresh));
    };
    if (worker !== null && isLeaving) {
        const { name } = worker;
        return (
            <Sheet
                key="leaving"
                title={t("removeTitle", { name })}
                onClose={onClose}
                closeText={t("close")}
                actions={
                    <>
                        <button type="button" onClick={() => setLeaving(false)}>
                            {t("cancel")}
                        </button>
                        <button
                            type="button"
                            class="danger"
                            disabled={saving.isBusy}
                            onClick={() => void perform(name, () => removalOf(worker))}
                        >
                            {t("remove")}
                        </button>
                    </>
                }
            >
                <Wrong why={saving.wrong} />
                <p>{t("removeHow", { name })}</p>
                {session.staff === number && <p class="flag">{t("removeSelf")}</p>}
            </Sheet>
        );
    }
    return (
        <Sheet
            key="form"
            title={worker?.name ?? t("newPerson")}
            onClose={onClose}
            closeText={t("close")}
            actions={
                <button type="submit" form="worker" class="primary huge" disabled={saving.isBusy}>
                    {saving.isBusy ? t("saving") : worker === null ? t("add") : t("save")}
                </button>
            }
        >
            <Wrong why={saving.wrong} />
            {worker?.conflict && <p class="flag">{t("changedTwiceHow")}</p>}
            {worker?.isDisputed && <p class="flag">{t("disputed")}</p>}
            <form id="worker" class="item-form" onSubmit={submit} noValidate>
                <WorkerFields worker={worker} />
            </form>
            {worker !== null && (
                <div class="aside">
                    {worker.hidden ? (
                        <button
                            type="button"
                            disabled={saving.isBusy}
                            onClick={() =>
                                void perform(worker.name, () => [
                                    {
                                        method: "PATCH",
                                        path: "/api/staff/{number}",
                                        body: { hidden: false },
                                    },
                                ])
                            }
                        >
                            {t("comeBack")}
                        </button>
                    ) : (
                        <button type="button" class="danger" onClick={() => setLeaving(true)}>
                            {t("remove")}
                        </button>
                    )}
                </div>
            )}
        </Sheet>
    );
}

export function WorkerFields({ worker }: { worker: Worker | null }) {
    const roles = personRoles.map((role) => ({ value: role, text: roleText(role) }));
    const colour = worker?.colour ?? 0;
    const isOther = colours.every(({ value }) => value !== colour);
    return (
        <>
            <Input name="name" label={t("name")} value={worker?.name ?? ""} />
            <Select
                name="role"
                label={t("role")}
                value={worker?.role ?? "none"}
                all={[{ value: "none", text: t("roleNone") }, ...roles]}
            />
            <Input name="pin" label={worker?.hasPin ? t("pinNew") : t("pin")} isNumber isSecret />
            <p class="quiet">
                {worker !== null && `${t("pinOf", { n: worker.number })}. `}
                {t("pinHow")}
            </p>
            {worker?.hasPin && <Check name="pin-take" label={t("pinTake")} isOn={false} />}
            <fieldset class="swatches">
                <legend>{t("colour")}</legend>
                {colours.map(({ value, text }) => (
                    <label key={value} class="check">
                        <input
                            type="radio"
                            name="colour"
                            value={value}
                            defaultChecked={value === colour}
                        />
                        <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
                            <circle
                                cx="5"
                                cy="5"
                                r="4"
                                fill={value === 0 ? "none" : colourText(value)}
                            />
                        </svg>
                        {t(text)}
                    </label>
                ))}
                {isOther && (
                    <label class="check">
                        <input type="radio" name="colour" value={colour} defaultChecked />
                        {colourText(colour)}
                    </label>
                )}
            </fieldset>
        </>
    );
}
