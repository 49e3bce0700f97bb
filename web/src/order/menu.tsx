// The menu: chips that lead to its parts, a search, and rows to tap.
import { needsOptions, unitPrice } from "../base/cart";
import { lackingGroup } from "../base/lacking";
import type { PageItem } from "../base/protocol";
import { cell } from "./cell";
import { Company } from "./company";
import { Icon } from "./parts";
import {
    cart,
    filter,
    go,
    items,
    menuOld,
    money,
    owns,
    page,
    put,
    search,
    setFilter,
    sheet,
} from "./shop";
import { clockTime, counted, menuWord, type Text, t } from "./words";

interface Part {
    category: string;
    items: PageItem[];
}

const byPosition = (a: PageItem, b: PageItem): number =>
    a.position - b.position || a.number - b.number;

function isWanted({ diet, allergens }: PageItem): boolean {
    const { diet: wanted, allergens: without } = filter.value;
    const suits = [...wanted].every((word) => (diet as readonly string[]).includes(word));
    return suits && !(allergens as readonly string[]).some((word) => without.has(word));
}

function isSought({ name, description }: PageItem): boolean {
    const sought = search.value.trim().toLocaleLowerCase();
    return sought === "" || `${name} ${description}`.toLocaleLowerCase().includes(sought);
}

function partsOf(shown: readonly PageItem[]): Part[] {
    const parts = new Map<string, PageItem[]>();
    for (const item of [...shown].sort(byPosition)) {
        parts.set(item.category, [...(parts.get(item.category) ?? []), item]);
    }
    return [...parts].map(([category, of]) => ({ category, items: of }));
}

const atFirst = 12; // rows: two screens of a phone

/** All rows are drawn: not before the first are on the screen, where drawing takes a phone long. */
export const isWhole = cell(false);

/** The first rows of all, part by part. */
function beginningOf(parts: readonly Part[]): Part[] {
    let left = atFirst;
    return parts.flatMap(({ category, items: of }) => {
        const first = of.slice(0, left);
        left -= first.length;
        return first.length > 0 ? [{ category, items: first }] : [];
    });
}

const anchor = (index: number): string => `part-${index}`;

export function Menu() {
    const sought = page.value.items.filter(isSought);
    const shown = sought.filter(isWanted);
    const parts = partsOf(shown);
    const hidden = sought.length - shown.length;
    return (
        <>
            <div class="menu-bar">
                <Search />
                {parts.length > 1 && <Chips parts={parts} />}
            </div>
            <main class="menu">
                <nav class="owns" aria-label={t("myOrders")}>
                    <Company />
                    <Owns />
                </nav>
                {menuOld.value > 0 && (
                    <p class="flag" role="status">
                        {t("menuOld", { time: clockTime(menuOld.value, Date.now()) })}
                    </p>
                )}
                {page.value.paused && <p class="flag">{t("paused")}</p>}
                {(isWhole.value ? parts : beginningOf(parts)).map(
                    ({ category, items: rows }, index) => (
                        <section key={category} id={anchor(index)} aria-label={category}>
                            <h2>{category}</h2>
                            <ul class="rows">
                                {rows.map((item) => (
                                    <Row key={item.number} item={item} />
                                ))}
                            </ul>
                        </section>
                    ),
                )}
                {shown.length === 0 && hidden === 0 && <Nothing />}
                {hidden > 0 && (
                    <p class="hidden-note">
                        {counted("hiddenByFilter", hidden)}
                        <button type="button" onClick={showAll}>
                            {t("showAll")}
                        </button>
                    </p>
                )}
            </main>
        </>
    );
}

function showAll(): void {
    setFilter({ diet: new Set(), allergens: new Set() });
}

function Nothing() {
    const what = search.value.trim();
    return <p class="empty">{what === "" ? t("emptyMenu") : t("nothingFound", { what })}</p>;
}

function Search() {
    const filters = filter.value.diet.size + filter.value.allergens.size;
    return (
        <search class="search-bar">
            <label class="search">
                <Icon name="search" />
                <input
                    type="search"
                    placeholder={t("search")}
                    aria-label={t("search")}
                    value={search.value}
                    onInput={(event) => {
                        search.value = event.currentTarget.value;
                    }}
                />
            </label>
            <button
                type="button"
                aria-haspopup="dialog"
                onClick={() => {
                    sheet.value = "filter";
                }}
            >
                {filters === 0 ? t("filter") : counted("filterOf", filters)}
            </button>
        </search>
    );
}

function Chips({ parts }: { parts: readonly Part[] }) {
    return (
        <nav class="chips" aria-label={t("menu")}>
            {parts.map(({ category }, index) => (
                <button
                    key={category}
                    type="button"
                    data-part={anchor(index)}
                    aria-current={index === 0}
                    onClick={() => document.getElementById(anchor(index))?.scrollIntoView()}
                >
                    {category}
                </button>
            ))}
        </nav>
    );
}

/** Marks the chip of the part that is being read; before anybody scrolled it is the first. */
export function startSpying(): void {
    const mark = (): void => {
        const sections = [...document.querySelectorAll<HTMLElement>(".menu section")];
        const bar = document.querySelector(".menu-bar")?.getBoundingClientRect().bottom ?? 0;
        const read = sections.findLast(
            (section) => section.getBoundingClientRect().top <= bar + 40,
        );
        for (const chip of document.querySelectorAll<HTMLElement>("[data-part]")) {
            const isRead = chip.dataset["part"] === read?.id;
            if (isRead && chip.getAttribute("aria-current") !== "true") {
                const strip = chip.parentElement;
                strip?.scrollTo({ left: chip.offsetLeft - strip.offsetLeft - 48 });
            }
            chip.setAttribute("aria-current", String(isRead));
        }
    };
    addEventListener("scroll", mark, { passive: true });
}

function openItem(item: PageItem): void {
    sheet.value = { item: item.number, options: [], quantity: 1, note: "" };
}

function addOrOpen(item: PageItem): void {
    if (needsOptions(item)) {
        openItem(item);
    } else {
        put({ item: item.number, quantity: 1, options: [], note: "" });
    }
}

function Row({ item }: { item: PageItem }) {
    const inCart = cart.value
        .filter((line) => line.item === item.number)
        .reduce((sum, line) => sum + line.quantity, 0);
    return (
        <li class={item.available ? "row" : "row is-sold-out"}>
            <button
                type="button"
                class="row-text"
                disabled={!item.available}
                onClick={() => openItem(item)}
            >
                {item.photo && <Photo hash={item.photo} />}
                <span class="row-words">
                    <span class="row-name">{item.name}</span>
                    {item.description !== "" && <span class="row-what">{item.description}</span>}
                    <Contains item={item} />
                    <span class="row-foot">
                        <span class="price">{money(item.price)}</span>
                        <Left item={item} />
                    </span>
                </span>
            </button>
            {item.available && (
                <button
                    type="button"
                    class="row-add primary"
                    aria-label={`${t("addPlain", { name: item.name })} ${inCart || ""}`.trim()}
                    onClick={() => addOrOpen(item)}
                >
                    {inCart > 0 ? <b>{inCart}</b> : <Icon name="plus" />}
                </button>
            )}
        </li>
    );
}

/** Its box is there before it comes, and stays where it does not. The name stands beside it, so
 * there is nothing more to read out. */
function Photo({ hash }: { hash: string }) {
    return (
        <span class="photo">
            <img
                src={`/api/photos/${hash}`}
                alt=""
                loading="lazy"
                decoding="async"
                width="80"
                height="80"
                onError={(event) => {
                    event.currentTarget.hidden = true;
                }}
            />
        </span>
    );
}

const few = 9;

function Left({ item }: { item: PageItem }) {
    if (!item.available) {
        const what = lackingGroup(item);
        return <strong class="sold-out">{t(what ? "noneLeft" : "soldOut", { what })}</strong>;
    }
    return item.left && item.left <= few ? (
        <span class="left">{counted("left", item.left)}</span>
    ) : null;
}

export function Contains({ item }: { item: Pick<PageItem, "diet" | "allergens"> }) {
    const say = (list: readonly Parameters<typeof menuWord>[0][]): string =>
        list.map(menuWord).join(", ");
    const what = [
        say(item.diet),
        item.allergens.length > 0 ? t("contains", { what: say(item.allergens) }) : "",
    ];
    const text = what.filter(Boolean).join(" · ");
    return text === "" ? null : <small class="contains">{text}</small>;
}

function Owns() {
    return owns.value.slice(0, 4).map(({ id, number, last }) => (
        <button key={id} type="button" onClick={() => go(id)}>
            <b>{number}</b> {t(phaseStep(last?.phase))}
        </button>
    ));
}

/** The short word for a phase. */
export function phaseStep(phase: string | undefined): Text {
    const steps: Record<string, Text> = {
        accepted: "stepAccepted",
        cooking: "stepCooking",
        ready: "stepReady",
        completed: "stepCompleted",
        refused: "refusedLine",
        cancelled: "refusedLine",
    };
    return steps[phase ?? ""] ?? "stepPlaced";
}

/** What is in the cart, always in sight. */
export function CartBar() {
    const lines = cart.value;
    if (lines.length === 0) {
        return null;
    }
    const count = lines.reduce((sum, line) => sum + line.quantity, 0);
    return (
        <div class="cart-bar">
            <button type="button" class="primary huge" onClick={() => go("review")}>
                <span>{counted("cartBar", count)}</span>
                <b>{t("review")}</b>
                <span class="price">{money(roughTotal())}</span>
            </button>
        </div>
    );
}

/** Without what the node adds: taxes, where prices are without. */
function roughTotal(): number {
    return cart.value.reduce((sum, { item: number, options, quantity }) => {
        const item = items.value.get(number);
        return sum + (item ? quantity * unitPrice(item, options) : 0);
    }, 0);
}
