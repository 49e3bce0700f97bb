// The menu: what is sold, changed one by one or from a file, and written into one.
import { useEffect, useState } from "preact/hooks";
import { formatMoney } from "../base/money";
import type { Menu, MenuItem, Session, Stall, Tax } from "../base/protocol";
import { counted as countedBase } from "../base/words";
import { save } from "./export";
import { ItemSheet } from "./item-sheet";
import { categoriesOf, type Plan, planOf, type Write } from "./menu-edit";
import { csvOfMenu, itemsOfCsv, itemsOfJson, jsonOfMenu } from "./menu-file";
import { counted, t } from "./menu-words";
import type { Office } from "./office";
import { inOrder } from "./records-edit";
import { listed } from "./sums-words";
import { t as say } from "./words";

/** What of the records an item may name. */
export interface Records {
    readonly taxes: readonly Tax[];
    readonly stalls: readonly Stall[];
}

interface Known extends Records {
    readonly items: readonly MenuItem[];
}

async function look(office: Office): Promise<Known> {
    const [menu, { taxes }, { stalls }] = await Promise.all([
        office.read<Menu>("/api/menu"),
        office.read<{ taxes: Tax[] }>("/api/taxes"),
        office.read<{ stalls: Stall[] }>("/api/stalls"),
    ]);
    return { items: menu.items, taxes, stalls: inOrder(stalls) };
}

export function MenuPart({ office }: { office: Office }) {
    const session = office.session.value;
    const [known, setKnown] = useState<Known | null>(null);
    const [problem, setProblem] = useState("");
    const [open, setOpen] = useState<number | "new" | null>(null);
    const refresh = async (): Promise<void> => {
        try {
            setKnown(await look(office));
            setProblem("");
        } catch (error) {
            setProblem((error as Error).message);
        }
    };
    useEffect(() => void refresh(), []);
    if (session === null) {
        return null;
    }
    const may = session.capabilities.includes("menu");
    const item = known?.items.find(({ number }) => number === open);
    return (
        <section class="panel" aria-label={t("menu")}>
            <h2>{t("menu")}</h2>
            {problem !== "" && (
                <p class="flag flag-bad" role="alert">
                    {problem}
                </p>
            )}
            {known === null && problem === "" && <p role="status">{say("asking")}</p>}
            {known !== null && (
                <>
                    <Files
                        office={office}
                        session={session}
                        items={known.items}
                        onAdd={() => setOpen("new")}
                        onTaken={refresh}
                    />
                    {!may && <p class="quiet">{t("mayNot")}</p>}
                    <Items
                        session={session}
                        items={known.items}
                        onOpen={may ? setOpen : undefined}
                    />
                </>
            )}
            {known !== null && (item !== undefined || open === "new") && (
                <ItemSheet
                    office={office}
                    session={session}
                    records={known}
                    items={known.items}
                    item={item ?? null}
                    onSaved={refresh}
                    onClose={() => setOpen(null)}
                />
            )}
        </section>
    );
}

interface ItemsProps {
    session: Session;
    items: readonly MenuItem[];
    onOpen: ((number: number) => void) | undefined;
}

function Items({ session, items, onOpen }: ItemsProps) {
    if (items.length === 0) {
        return <p class="empty">{t("empty")}</p>;
    }
    return (
        <>
            {categoriesOf(items).map(({ name, items: of }) => (
                <section key={name} class="category">
                    <h3>{name}</h3>
                    <ul>
                        {of.map((item) => (
                            <li key={item.number}>
                                <ItemRow item={item} session={session} onOpen={onOpen} />
                            </li>
                        ))}
                    </ul>
                </section>
            ))}
        </>
    );
}

function stateOf({ hidden, available, stock, stock_policy, conflict, price_conflict }: MenuItem) {
    const left = stock_policy === "off" ? [] : [countedBase("left", stock.all)];
    const off = hidden ? [t("hidden")] : available ? [] : [t("soldOut")];
    const odd = conflict || price_conflict ? [t("oddly")] : [];
    return listed([...off, ...left, ...odd]);
}

function ItemRow({ item, session, onOpen }: { item: MenuItem } & Omit<ItemsProps, "items">) {
    const { number, name, price } = item;
    const inside = (
        <>
            <span class="item-number">{number}</span>
            <span class="item-name">
                <bdi>{name}</bdi>
                <small>{stateOf(item)}</small>
            </span>
            <span class="price">{formatMoney(price, session)}</span>
        </>
    );
    return onOpen === undefined ? (
        <div class="item-row">{inside}</div>
    ) : (
        <button type="button" class="item-row" onClick={() => onOpen(number)}>
            {inside}
        </button>
    );
}

// --- files ---

interface FilesProps {
    office: Office;
    session: Session;
    items: readonly MenuItem[];
    onAdd(): void;
    onTaken(): Promise<void>;
}

function Files({ office, session, items, onAdd, onTaken }: FilesProps) {
    const [plan, setPlan] = useState<Plan | null>(null);
    const [said, setSaid] = useState("");
    const [isBad, setBad] = useState(false);
    const [done, setDone] = useState<number | null>(null);
    const tell = (text: string, bad = false): void => {
        setSaid(text);
        setBad(bad);
    };
    const read = async (input: HTMLInputElement): Promise<void> => {
        const file = input.files?.[0];
        setPlan(null);
        if (file === undefined) {
            return;
        }
        try {
            const text = await file.text();
            const wishes = /\.json$/i.test(file.name)
                ? itemsOfJson(text)
                : itemsOfCsv(text, session.digits);
            const found = planOf(items, wishes);
            setPlan(found);
            const { added, changed, same } = found;
            tell(t("planned", { file: file.name, added, changed, same }));
        } catch (error) {
            tell(t("badFile", { file: file.name, why: (error as Error).message }), true);
        }
        input.value = ""; // the same file may be read again
    };
    const takeOver = async (writes: readonly Write[]): Promise<void> => {
        setPlan(null);
        try {
            for (const [at, { method, path, body }] of writes.entries()) {
                setDone(at);
                await office.write(method, path, body);
            }
            tell(counted("takenOver", writes.length));
        } catch (error) {
            tell(t("brokeOff", { why: (error as Error).message }), true);
        }
        setDone(null);
        await onTaken();
    };
    const may = session.capabilities.includes("menu");
    return (
        <div class="files no-print">
            <div class="tools">
                {may && (
                    <button type="button" class="primary" onClick={onAdd}>
                        {t("addItem")}
                    </button>
                )}
                <button
                    type="button"
                    onClick={() => save("menu.csv", "text/csv", csvOfMenu(items, session.digits))}
                >
                    {t("saveCsv")}
                </button>
                <button
                    type="button"
                    onClick={() => save("menu.json", "application/json", jsonOfMenu(items))}
                >
                    {t("saveJson")}
                </button>
            </div>
            {may && (
                <label>
                    {t("readFile")}
                    <input
                        type="file"
                        accept=".csv,.json,text/csv,application/json"
                        disabled={done !== null}
                        onChange={(event) => void read(event.currentTarget)}
                    />
                </label>
            )}
            {said !== "" && (
                <p class={isBad ? "flag flag-bad" : "flag"} role={isBad ? "alert" : "status"}>
                    {said}
                </p>
            )}
            {done !== null && <p role="status">{t("takingOver", { done })}</p>}
            {plan !== null && plan.writes.length > 0 && (
                <button type="button" class="primary" onClick={() => void takeOver(plan.writes)}>
                    {counted("takeOver", plan.writes.length)}
                </button>
            )}
        </div>
    );
}
