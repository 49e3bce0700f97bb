// The menu as tabs and a grid of large targets.
import { formatDelta } from "../base/money";
import type { MenuItem } from "../base/protocol";
import { isGoneByCount, leftText, oversoldText } from "../base/stock";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";
import { menuWords, t } from "./words";

export function Menu({ counter }: { counter: Counter }) {
    const groups = shownGroups(counter);
    return (
        <section class="menu" aria-label={t("menu")}>
            <div class="menu-bar">
                <Categories counter={counter} />
                <label class="search">
                    <Icon name="search" />
                    <input
                        id="search"
                        type="search"
                        placeholder={t("search")}
                        aria-label={t("searchMenu")}
                        value={counter.search.value}
                        onInput={(event) => (counter.search.value = event.currentTarget.value)}
                    />
                </label>
            </div>
            {groups.map(({ category, items }) => (
                <div key={category} class="menu-group">
                    {groups.length > 1 && (
                        <h2>
                            <bdi>{category}</bdi>
                        </h2>
                    )}
                    <div class="grid">
                        {items.map((item) => (
                            <Item key={item.number} counter={counter} item={item} />
                        ))}
                    </div>
                </div>
            ))}
            {groups.length === 0 && <p class="empty">{t("nothingHere")}</p>}
        </section>
    );
}

interface MenuGroup {
    category: string;
    items: MenuItem[];
}

/** What is to be shown, by category; a search looks in all of them. */
function shownGroups(counter: Counter): MenuGroup[] {
    const wanted = counter.search.value.trim().toLowerCase();
    const only = wanted === "" ? counter.category.value : "";
    const shown = [...counter.desk.stream.state.value.items.values()]
        .filter((item) => !item.hidden && item.name.toLowerCase().includes(wanted))
        .sort((a, b) => a.position - b.position || a.number - b.number);
    return counter.categories.value
        .filter((category) => only === "" || category === only)
        .map((category) => ({
            category,
            items: shown.filter((item) => item.category === category),
        }))
        .filter(({ items }) => items.length > 0);
}

function Categories({ counter }: { counter: Counter }) {
    const { categories, category: current } = counter;
    return (
        <nav class="tabs" aria-label={t("categories")}>
            {["", ...categories.value].map((category) => (
                <button
                    key={category}
                    type="button"
                    aria-current={category === current.value}
                    onClick={() => {
                        current.value = category;
                        counter.search.value = "";
                    }}
                >
                    <bdi>{category || t("all")}</bdi>
                </button>
            ))}
        </nav>
    );
}

function Item({ counter, item }: { counter: Counter; item: MenuItem }) {
    const inCart = counter.cart.value
        .filter((line) => line.item === item.number)
        .reduce((sum, line) => sum + line.quantity, 0);
    const hasHint = item.groups.length > 0 && item.available && inCart === 0;
    return (
        <button
            type="button"
            class={item.available ? "item" : "item is-sold-out"}
            disabled={!item.available && !isGoneByCount(item)}
            onClick={() => counter.tap(item)}
        >
            <span class="item-name">
                <bdi>{item.name}</bdi>
            </span>
            <Allergens item={item} />
            <Left item={item} />
            <span class="item-foot">
                <span class="price">{counter.money(item.price)}</span>
                {hasHint && <span class="hint">{t("options")}</span>}
                {!item.available && <strong class="sold-out">{t("soldOut")}</strong>}
                {inCart > 0 && <strong class="in-cart">{inCart}×</strong>}
            </span>
        </button>
    );
}

/** What is left, where somebody counts. */
export function Left({ item }: { item: MenuItem }) {
    const oversold = oversoldText(item);
    const left = leftText(item);
    return left + oversold === "" ? null : (
        <span class="left">
            {left}
            {oversold !== "" && <strong>{oversold}</strong>}
        </span>
    );
}

export function Allergens({ item }: { item: MenuItem }) {
    if (item.diet.length + item.allergens.length === 0) {
        return null;
    }
    return (
        <span class="allergens">
            {menuWords(item.diet)}
            {item.diet.length > 0 && item.allergens.length > 0 && " · "}
            {item.allergens.length > 0 && t("contains", { what: menuWords(item.allergens) })}
        </span>
    );
}

export function Delta({ counter, amount }: { counter: Counter; amount: number }) {
    const session = counter.session();
    const text = session ? formatDelta(amount, session) : "";
    return text === "" ? null : <span class="delta">{text}</span>;
}
