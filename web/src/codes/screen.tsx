import { useState } from "preact/hooks";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { Who, WhoSheet } from "../ui/who";
import type { CodesState } from "./codes";
import { cardsMax } from "./codes";
import { Cards, Poster } from "./paper";
import { counted, t } from "./words";

type Tab = "poster" | "tables";
type Size = "a4" | "a5";

const tabs = [
    { tab: "poster", text: "poster" },
    { tab: "tables", text: "tables" },
] as const;

export function CodesScreen({ codes }: { codes: CodesState }) {
    const [tab, setTab] = useState<Tab>("poster");
    return (
        <>
            <Header view="codes" title={t("codes")} session={codes.session.value}>
                <nav class="switch" aria-label={t("codes")}>
                    {tabs.map((each) => (
                        <button
                            key={each.tab}
                            type="button"
                            aria-current={tab === each.tab ? "page" : undefined}
                            onClick={() => setTab(each.tab)}
                        >
                            {t(each.text)}
                        </button>
                    ))}
                </nav>
                <a class="back" href="/counter">
                    {t("counter")}
                </a>
                <Who />
            </Header>
            <main class="codes">
                {!codes.isLoaded.value && <p>{t("waiting")}</p>}
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
            <Icon name="warn" /> <span>{t("nowhere")}</span>
        </p>
    );
}

/* --- the poster --- */

function PosterTab({ codes }: Props) {
    const [size, setSize] = useState<Size>("a4");
    const { far, near } = codes.poster.value;
    return (
        <div class="beside">
            <section aria-label={t("whereOrdered")}>
                <AddressForm key={codes.session.value?.address} codes={codes} />
                <Nowhere codes={codes} />
                {near && <p>{t("alsoNear", { url: near.url })}</p>}
                {(far || near) && (
                    <div class="print-row">
                        {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form */}
                        <div class="switch" role="group" aria-label={t("paperSize")}>
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
                            {t("printPoster")}
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
                {now === "" ? t("addressNone") : t("addressIs", { address: now })}{" "}
                <strong>{t("addressBy")}</strong>
            </p>
        );
    }
    return (
        <form class="address" onSubmit={save}>
            <label for="address">{t("address")}</label>
            <input
                id="address"
                type="url"
                inputMode="url"
                autocomplete="off"
                maxLength={120}
                placeholder={t("addressHint")}
                dir="ltr"
                value={address}
                onInput={(event) => setAddress(event.currentTarget.value)}
            />
            <button type="submit" class="primary" disabled={address.trim() === now}>
                {t("save")}
            </button>
            <small>{t("addressHow")}</small>
        </form>
    );
}

/* --- tables --- */

function TablesTab({ codes }: Props) {
    const cards = codes.cards.value;
    return (
        <>
            <section class="tables" aria-label={t("tables")}>
                <Nowhere codes={codes} />
                {codes.can("popup") ? (
                    <MakeForm codes={codes} />
                ) : (
                    <p>
                        <strong>{t("byManager")}</strong>
                    </p>
                )}
                <TableRows codes={codes} />
            </section>
            {cards.length > 0 && (
                <section class="beside-print" aria-label={t("cardsToPrint")}>
                    <div class="print-row">
                        <h2 id={printId} tabIndex={-1}>
                            {counted("cardsCount", cards.length)}
                        </h2>
                        <button type="button" class="primary" onClick={() => window.print()}>
                            {t("printCards")}
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
            <p>{t("makeHow")}</p>
            <TableField id="first" text={t("fromTable")} value={first} onInput={setFirst} />
            <TableField id="last" text={t("toTable")} value={last} onInput={setLast} />
            <button type="submit" class="primary" disabled={making !== null || !(far || near)}>
                {making ? t("making", making) : t("makeCards")}
            </button>
            <small>{t("atMost", { most: cardsMax })}</small>
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
        return <p class="empty">{t("noTables")}</p>;
    }
    return (
        <>
            <ul class="table-rows">
                {tables.map(({ number, open }) => (
                    <li key={number} aria-label={t("table", { table: number })}>
                        <strong>{t("table", { table: number })}</strong>
                        <span class={open ? "is-open" : "is-revoked"}>
                            <Icon name={open ? "check" : "close"} />{" "}
                            {t(open ? "works" : "isRevoked")}
                        </span>
                        <span class="row-buttons">
                            {codes.can("popup") && (
                                <button
                                    type="button"
                                    disabled={codes.making.value !== null}
                                    onClick={() => void makeAndShow(codes, number, number)}
                                >
                                    {t(open ? "card" : "newCode")}
                                </button>
                            )}
                            {codes.can("order") && (
                                <button type="button" onClick={() => void codes.clear(number)}>
                                    {t("clear")}
                                </button>
                            )}
                            {codes.can("popup") && open && (
                                <button
                                    type="button"
                                    class="danger"
                                    onClick={() => setAsked(number)}
                                >
                                    {t("revoke")}
                                </button>
                            )}
                        </span>
                    </li>
                ))}
            </ul>
            <p>{t("clearHow")}</p>
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
            title={t("revokeTitle", { table })}
            onClose={onClose}
            actions={
                <div class="row-buttons">
                    <button type="button" class="danger" onClick={revoke}>
                        {t("revoke")}
                    </button>
                    <button type="button" onClick={onClose}>
                        {t("notNow")}
                    </button>
                </div>
            }
        >
            <p>{t("revokeHow", { table })}</p>
            <p>{t("revokeNext")}</p>
        </Sheet>
    );
}
