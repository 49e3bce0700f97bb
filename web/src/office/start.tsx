// First steps: shown while the menu is empty, and whenever somebody asks for them.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type {
    DeviceList,
    Menu,
    OrderList,
    Person,
    Printer,
    Session,
    Staff,
    Stall,
} from "../base/protocol";
import { Icon } from "../ui/icon";
import { entriesOf, moneyOf, nameOf } from "./entry";
import { Check, Input } from "./fields";
import { Invite } from "./invite";
import { nextNumber, planOf } from "./menu-edit";
import { itemsOfCsv, itemsOfJson } from "./menu-file";
import type { Office } from "./office";
import { beginningOf } from "./popup-edit";
import { Outcome, type Saving, useSaving, Wrong } from "./saving";
import { doSteps, WorkerFields } from "./staff";
import { stepsOf, workerOf, workersOf } from "./staff-edit";
import { type Kept, keep, markOf, nextOf, readKept, type StepName, steps } from "./start-steps";
import { BadEntry, whyNot } from "./why";
import { counted, t } from "./words";

const lookEvery = 2_000; // ms

interface Found {
    readonly stalls: readonly Stall[];
    readonly staff: readonly Staff[];
    readonly people: readonly Person[];
    readonly items: Menu["items"];
    readonly printers: readonly Printer[];
    readonly devices: DeviceList["devices"];
    readonly orders: OrderList["orders"];
}

async function look(office: Office): Promise<Found> {
    const read = <T,>(path: string): Promise<T> => office.read<T>(`/api/${path}`);
    const [{ stalls }, { staff }, { people }, { items }, { printers }, { devices }, open, settled] =
        await Promise.all([
            read<Pick<Found, "stalls">>("stalls"),
            read<Pick<Found, "staff">>("staff"),
            read<Pick<Found, "people">>("staff/roles"),
            read<Menu>("menu"),
            read<Pick<Found, "printers">>("printers"),
            read<DeviceList>("devices"),
            read<OrderList>("orders"),
            read<OrderList>("orders?settled=1"),
        ]);
    const orders = [...open.orders, ...settled.orders];
    return { stalls, staff, people, items, printers, devices, orders };
}

const presentOf = ({ stalls, staff, people, items, printers, devices, orders }: Found) => ({
    stalls: stalls.length,
    people: workersOf(staff, people).filter(({ hasPin, role }) => hasPin && role !== "none").length,
    items: items.length,
    printers: printers.length,
    devices: devices.filter(({ revoked, retired }) => !revoked && !retired).length,
    orders: orders.length,
});

/** Whether the office begins with them: nothing is sold yet, and nobody said "not now". */
export async function isStartWanted(office: Office): Promise<boolean> {
    const may = office.session.value?.capabilities.includes("menu") ?? false;
    if (!may || readKept().all === "skipped") {
        return false;
    }
    const { items } = await office.read<Menu>("/api/menu");
    return items.length === 0;
}

export function StartPart({ office }: { office: Office }) {
    const session = office.session.value;
    const [found, setFound] = useState<Found | null>(null);
    const [problem, setProblem] = useState("");
    const [kept, setKept] = useState<Kept>(readKept);
    const [chosen, setChosen] = useState<StepName | null>(null);
    const refresh = async (): Promise<void> => {
        try {
            setFound(await look(office));
            setProblem("");
        } catch (error) {
            setProblem(whyNot(error));
        }
    };
    useEffect(() => {
        void refresh();
        const timer = setInterval(() => void refresh(), lookEvery);
        return () => clearInterval(timer);
    }, []);
    const saving = useSaving(office, refresh);
    const next = found === null ? null : nextOf(presentOf(found), kept);
    useEffect(() => {
        // It stays until the person goes on, though it is done with the first item.
        setChosen((now) => now ?? next);
    }, [next, chosen]);
    if (session === null || found === null) {
        return problem === "" ? <p role="status">{t("asking")}</p> : <Wrong why={problem} />;
    }
    const present = presentOf(found);
    const goOn = (): void => {
        saving.clear();
        setChosen(null);
    };
    const mark = (name: StepName, how: "done" | "skipped"): void => {
        const marked = { ...kept, [name]: how };
        keep(marked);
        setKept(marked);
        goOn();
    };
    const leave = (): void => {
        keep({ ...kept, all: "skipped" });
        location.hash = "#today";
    };
    const here = chosen ?? next;
    const done = steps.filter((step) => markOf(step, present, kept) !== "open").length;
    return (
        <section class="panel" aria-label={t("partStart")}>
            <div class="panel-head">
                <h2>{t("startTitle")}</h2>
                <button type="button" class={next === null ? "primary" : ""} onClick={leave}>
                    {next === null ? t("toOffice") : t("startSkipAll")}
                </button>
            </div>
            <p class="quiet">{t("startHow")}</p>
            <p role="status">{t("startProgress", { done, all: steps.length })}</p>
            <Outcome saving={saving} />
            <Wrong why={problem} />
            <ol class="steps">
                {steps.map((step) => {
                    const state = markOf(step, present, kept);
                    const isHere = step.name === here;
                    return (
                        <li key={step.name} class="step" aria-current={isHere ? "step" : undefined}>
                            <div class="panel-head">
                                <h3>
                                    {t(step.title)}{" "}
                                    {step.isOptional && state === "open" && (
                                        <small class="quiet">{t("startOptional")}</small>
                                    )}
                                    {state !== "open" && (
                                        <small class={state === "done" ? "step-done" : "quiet"}>
                                            {state === "done" && <Icon name="check" />}{" "}
                                            {t(state === "done" ? "startDone" : "startSkipped")}
                                        </small>
                                    )}
                                </h3>
                                {!isHere && (
                                    <button
                                        type="button"
                                        aria-label={`${t("startOpen")}: ${t(step.title)}`}
                                        onClick={() => {
                                            saving.clear();
                                            setChosen(step.name);
                                        }}
                                    >
                                        {t("startOpen")}
                                    </button>
                                )}
                            </div>
                            {isHere && (
                                <>
                                    <p class="quiet">{t(step.how)}</p>
                                    <Step
                                        name={step.name}
                                        office={office}
                                        session={session}
                                        found={found}
                                        saving={saving}
                                        onDone={() => mark(step.name, "done")}
                                    />
                                    <Wrong why={saving.wrong} />
                                    {state === "open" && step.name !== "popup" && (
                                        <div class="tools">
                                            <button
                                                type="button"
                                                class="plain"
                                                onClick={() => mark(step.name, "skipped")}
                                            >
                                                {t("startSkip")}
                                            </button>
                                        </div>
                                    )}
                                    {state !== "open" && next !== null && (
                                        <div class="tools">
                                            <button type="button" class="primary" onClick={goOn}>
                                                {t("startNext")}
                                            </button>
                                        </div>
                                    )}
                                </>
                            )}
                        </li>
                    );
                })}
            </ol>
        </section>
    );
}

interface StepProps {
    office: Office;
    session: Session;
    found: Found;
    saving: Saving;
    /** Of a step that only the person can say is done. */
    onDone(): void;
}

function Step({ name, ...props }: StepProps & { name: StepName }) {
    const { office, found } = props;
    switch (name) {
        case "popup":
            return <PopupStep {...props} />;
        case "stall":
            return <StallStep {...props} />;
        case "staff":
            return <StaffStep {...props} />;
        case "menu":
            return <MenuStep {...props} />;
        case "printer":
            return (
                <div class="tools">
                    <a class="as-button" href="#setup">
                        {t("addPrinter")}
                    </a>
                </div>
            );
        case "device":
            return <Invite office={office} devices={found.devices} />;
        default:
            return <OrderStep {...props} />;
    }
}

interface FormProps {
    deed: string;
    isBusy: boolean;
    onSubmit(form: HTMLFormElement): void;
    children: ComponentChildren;
}

function Form({ deed, isBusy, onSubmit, children }: FormProps) {
    return (
        <form
            class="item-form"
            noValidate
            onSubmit={(event) => {
                event.preventDefault();
                onSubmit(event.currentTarget as HTMLFormElement);
            }}
        >
            {children}
            <div class="tools">
                <button type="submit" class="primary" disabled={isBusy}>
                    {isBusy ? t("saving") : deed}
                </button>
            </div>
        </form>
    );
}

function PopupStep({ office, session, saving, onDone }: StepProps) {
    const submit = async (element: HTMLFormElement): Promise<void> => {
        const form = entriesOf(element);
        const isSaved = await saving.run(async () => {
            const wish = beginningOf(form, session);
            const isWish = Object.keys(wish).length > 0;
            if (isWish) {
                await office.send("PATCH", "/api/popup", wish);
                await office.refresh();
            }
            return isWish;
        });
        if (isSaved) {
            onDone();
        }
    };
    return (
        <Form deed={t("save")} isBusy={saving.isBusy} onSubmit={(form) => void submit(form)}>
            <div class="fields">
                <Input name="name" label={t("popupName")} value={session.popup} />
                <Input name="currency" label={t("currency")} value={session.currency} />
                <Check
                    name="prices_include_tax"
                    label={t("pricesInclude")}
                    isOn={session.prices_include_tax}
                />
            </div>
            <p class="quiet">{t("languagesHow")}</p>
        </Form>
    );
}

function StallStep({ office, found, saving }: StepProps) {
    const submit = (element: HTMLFormElement): void => {
        const form = entriesOf(element);
        void saving.run(async () => {
            const name = nameOf(form.one("name"));
            const number = nextNumber(found.stalls);
            await office.send("POST", "/api/stalls", { number, name });
            return true;
        });
    };
    return (
        <Form deed={t("addStall")} isBusy={saving.isBusy} onSubmit={submit}>
            <Input name="name" label={t("name")} />
        </Form>
    );
}

function StaffStep({ office, found, saving }: StepProps) {
    const workers = workersOf(found.staff, found.people);
    const submit = (element: HTMLFormElement): void => {
        const form = entriesOf(element);
        void saving.run(async () => {
            const wish = workerOf(form, null);
            await doSteps(office, stepsOf(null, wish, nextNumber(workers)), 0, wish.name);
            return true;
        });
    };
    return (
        <>
            {workers.length > 0 && <p>{counted("peopleSoFar", workers.length)}</p>}
            <Form
                key={workers.length}
                deed={t("addPerson")}
                isBusy={saving.isBusy}
                onSubmit={submit}
            >
                <WorkerFields worker={null} />
            </Form>
        </>
    );
}

function MenuStep({ office, session, found, saving }: StepProps) {
    const [isOff, setOff] = useState(false);
    const submit = (element: HTMLFormElement): void => {
        const form = entriesOf(element);
        void saving.run(async () => {
            const name = nameOf(form.one("name"));
            const label = t("itemPrice", { currency: session.currency });
            if (form.one("price") === "") {
                throw new BadEntry(t("needMoney", { what: label }));
            }
            const price = moneyOf(form.one("price"), label, session.digits);
            const number = nextNumber(found.items);
            await office.send("POST", "/api/menu", { number, name, price });
            return true;
        });
    };
    const read = async (input: HTMLInputElement): Promise<void> => {
        const file = input.files?.[0];
        setOff(true);
        await saving.run(async () => {
            const text = (await file?.text()) ?? "";
            const { writes } = planOf(found.items, wishesOf(file?.name ?? "", text, session));
            for (const { method, path, body } of writes) {
                await office.send(method, path, body);
            }
            return writes.length > 0;
        });
        setOff(false);
        input.value = ""; // the same file may be read again
    };
    return (
        <>
            {found.items.length > 0 && <p>{counted("itemsSoFar", found.items.length)}</p>}
            <Form
                key={found.items.length}
                deed={t("itemAdd")}
                isBusy={saving.isBusy}
                onSubmit={submit}
            >
                <div class="fields">
                    <Input name="name" label={t("itemName")} />
                    <Input
                        name="price"
                        label={t("itemPrice", { currency: session.currency })}
                        isNumber
                    />
                </div>
            </Form>
            <label>
                {t("itemFile")}
                <input
                    type="file"
                    accept=".csv,.json,text/csv,application/json"
                    disabled={isOff}
                    onChange={(event) => void read(event.currentTarget)}
                />
            </label>
            <p class="quiet">{t("itemFileHow")}</p>
        </>
    );
}

function wishesOf(name: string, text: string, { digits }: Session) {
    try {
        return /\.json$/i.test(name) ? itemsOfJson(text) : itemsOfCsv(text, digits);
    } catch (error) {
        throw new BadEntry(`${name}: ${(error as Error).message}`);
    }
}

function OrderStep({ found }: StepProps) {
    const [order] = found.orders;
    return order === undefined ? (
        <>
            <div class="tools">
                <a class="as-button" href="/counter" target="_blank" rel="noreferrer">
                    {t("openCounter")}
                </a>
            </div>
            <p role="status">{t("orderWaits")}</p>
        </>
    ) : (
        <p class="verdict verdict-good" role="status">
            {t("orderIn", { number: order.number })}
        </p>
    );
}
