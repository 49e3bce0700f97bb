import { useState } from "preact/hooks";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { Who, WhoSheet } from "../ui/who";
import type { CodesState } from "./codes";
import { cardsMax } from "./codes";
import { Cards, Poster } from "./paper";

type Tab = "poster" | "tables";
type Size = "a4" | "a5";

const tabs = [
    { tab: "poster", text: "Poster" },
    { tab: "tables", text: "Tables" },
] as const;

export function CodesScreen({ codes }: { codes: CodesState }) {
    const [tab, setTab] = useState<Tab>("poster");
    return (
        <>
            <Header view="codes" title="Codes" session={codes.session.value}>
                <nav class="switch" aria-label="Codes">
                    {tabs.map((each) => (
                        <button
                            key={each.tab}
                            type="button"
                            aria-current={tab === each.tab ? "page" : undefined}
                            onClick={() => setTab(each.tab)}
                        >
                            {each.text}
                        </button>
                    ))}
                </nav>
                <a class="back" href="/counter">
                    Counter
                </a>
                <Who />
            </Header>
            <main class="codes">
                {!codes.isLoaded.value && <p>Waiting for the node.</p>}
                {codes.isLoaded.value &&
                    (tab === "poster" ? <PosterTab codes={codes} /> : <TablesTab codes={codes} />)}
                <p class={codes.isBad.value ? "said is-bad" : "said"} role="status">
                    {codes.said.value}
                </p>
            </main>
            <WhoSheet />
        </>
    );
}

interface Props {
    codes: CodesState;
}

/** Without either, no code leads anywhere. */
function Nowhere({ codes }: Props) {
    const { far, near } = codes.poster.value;
    return far || near ? null : (
        <p class="notice">
            <Icon name="warn" />{" "}
            <span>
                Phones cannot reach this stall yet. Say its public address, or let this device hear
                them on its own network (the setting <code>guests</code>).
            </span>
        </p>
    );
}

/* --- the poster --- */

function PosterTab({ codes }: Props) {
    const [size, setSize] = useState<Size>("a4");
    const { far, near } = codes.poster.value;
    return (
        <div class="beside">
            <section aria-label="Where customers order">
                <AddressForm key={codes.session.value?.address} codes={codes} />
                <Nowhere codes={codes} />
                {near && (
                    <p>
                        Phones on this stall's own Wi-Fi also order at <strong>{near.url}</strong>,
                        even when the internet is gone.
                    </p>
                )}
                {(far || near) && (
                    <div class="print-row">
                        {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form */}
                        <div class="switch" role="group" aria-label="Size of the paper">
                            {(["a4", "a5"] as const).map((each) => (
                                <button
                                    key={each}
                                    type="button"
                                    aria-pressed={size === each}
                                    onClick={() => setSize(each)}
                                >
                                    {each.toUpperCase()}
                                </button>
                            ))}
                        </div>
                        <button type="button" class="primary" onClick={() => window.print()}>
                            Print the poster
                        </button>
                    </div>
                )}
            </section>
            {(far || near) && (
                <Poster
                    name={codes.session.value?.popup ?? ""}
                    codes={codes.poster.value}
                    size={size}
                />
            )}
        </div>
    );
}

function AddressForm({ codes }: Props) {
    const now = codes.session.value?.address ?? "";
    const [address, setAddress] = useState(now);
    const save = (event: Event): void => {
        event.preventDefault();
        void codes.setAddress(address.trim().replace(/\/+$/, ""));
    };
    if (!codes.can("popup")) {
        return (
            <p>
                {now === ""
                    ? "Nobody has said a public address yet."
                    : `Customers order at ${now}.`}{" "}
                <strong>A manager can change that.</strong>
            </p>
        );
    }
    return (
        <form class="address" onSubmit={save}>
            <label for="address">Public address</label>
            <input
                id="address"
                type="url"
                inputMode="url"
                autocomplete="off"
                maxLength={120}
                placeholder="https://order.example.org"
                value={address}
                onInput={(event) => setAddress(event.currentTarget.value)}
            />
            <button type="submit" class="primary" disabled={address.trim() === now}>
                Save
            </button>
            <small>
                Where phones reach the stall's gateway: https:// and its name. Every device of the
                stall knows it then. Leave it empty where there is no gateway.
            </small>
        </form>
    );
}

/* --- tables --- */

function TablesTab({ codes }: Props) {
    const cards = codes.cards.value;
    return (
        <>
            <section class="tables" aria-label="Tables">
                <Nowhere codes={codes} />
                {codes.can("popup") ? (
                    <MakeForm codes={codes} />
                ) : (
                    <p>
                        <strong>A manager makes and revokes codes.</strong>
                    </p>
                )}
                <TableRows codes={codes} />
            </section>
            {cards.length > 0 && (
                <section class="beside-print" aria-label="Cards to print">
                    <div class="print-row">
                        <h2 id={printId} tabIndex={-1}>
                            {cards.length} {cards.length === 1 ? "card" : "cards"} to print
                        </h2>
                        <button type="button" class="primary" onClick={() => window.print()}>
                            Print the cards
                        </button>
                    </div>
                    <Cards name={codes.session.value?.popup ?? ""} cards={cards} />
                </section>
            )}
        </>
    );
}

const printId = "to-print";

/** They are below all tables: whoever asked for them is brought there. */
async function makeAndShow(codes: CodesState, first: number, last: number): Promise<void> {
    if (await codes.makeCards(first, last)) {
        document.getElementById(printId)?.focus();
    }
}

function MakeForm({ codes }: Props) {
    const [first, setFirst] = useState("1");
    const [last, setLast] = useState("8");
    const making = codes.making.value;
    const { far, near } = codes.poster.value;
    const make = (event: Event): void => {
        event.preventDefault();
        void makeAndShow(codes, Number(first), Number(last));
    };
    return (
        <form class="make" onSubmit={make}>
            <p>
                A code on the table opens one order for all who sit there, and the kitchen sees the
                table's number. Tables that have a code get another card of it.
            </p>
            <TableField id="first" text="From table" value={first} onInput={setFirst} />
            <TableField id="last" text="to table" value={last} onInput={setLast} />
            <button type="submit" class="primary" disabled={making !== null || !(far || near)}>
                {making ? `Making ${making.done} of ${making.all}` : "Make cards"}
            </button>
            <small>At most {cardsMax} at once.</small>
        </form>
    );
}

interface FieldProps {
    id: string;
    text: string;
    value: string;
    onInput(value: string): void;
}

function TableField({ id, text, value, onInput }: FieldProps) {
    return (
        <label for={id}>
            {text}
            <input
                id={id}
                inputMode="numeric"
                maxLength={5}
                required
                value={value}
                onInput={(event) => onInput(event.currentTarget.value)}
            />
        </label>
    );
}

function TableRows({ codes }: Props) {
    const [asked, setAsked] = useState(0);
    const tables = codes.tables.value;
    if (tables.length === 0) {
        return <p class="empty">No table has a code yet.</p>;
    }
    return (
        <>
            <ul class="table-rows">
                {tables.map(({ number, open }) => (
                    <li key={number} aria-label={`Table ${number}`}>
                        <strong>Table {number}</strong>
                        <span class={open ? "is-open" : "is-revoked"}>
                            <Icon name={open ? "check" : "close"} />{" "}
                            {open ? "Its code works" : "Revoked: no code works"}
                        </span>
                        <span class="row-buttons">
                            {codes.can("popup") && (
                                <button
                                    type="button"
                                    disabled={codes.making.value !== null}
                                    onClick={() => void makeAndShow(codes, number, number)}
                                >
                                    {open ? "Card" : "New code"}
                                </button>
                            )}
                            {codes.can("order") && (
                                <button type="button" onClick={() => void codes.clear(number)}>
                                    Clear
                                </button>
                            )}
                            {codes.can("popup") && open && (
                                <button
                                    type="button"
                                    class="danger"
                                    onClick={() => setAsked(number)}
                                >
                                    Revoke
                                </button>
                            )}
                        </span>
                    </li>
                ))}
            </ul>
            <p>
                <strong>Clear</strong> a table when its guests have left: whoever scans its code
                next shares nothing with them.
            </p>
            {asked > 0 && <RevokeSheet codes={codes} table={asked} onClose={() => setAsked(0)} />}
        </>
    );
}

function RevokeSheet({ codes, table, onClose }: Props & { table: number; onClose(): void }) {
    const revoke = (): void => {
        onClose();
        void codes.revoke(table);
    };
    return (
        <Sheet
            title={`Revoke the codes of table ${table}?`}
            onClose={onClose}
            actions={
                <div class="row-buttons">
                    <button type="button" class="danger" onClick={revoke}>
                        Revoke
                    </button>
                    <button type="button" onClick={onClose}>
                        Not now
                    </button>
                </div>
            }
        >
            <p>
                <strong>Every card and sticker of table {table} stops working</strong>, for good, on
                every device that hears of it. Do so when somebody has a picture of it and orders
                from elsewhere. Then make a new code and print another card.
            </p>
            <p>
                The next orders of those who sit there do not say the table, until they scan the new
                card.
            </p>
        </Sheet>
    );
}
