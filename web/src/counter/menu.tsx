// The menu as tabs and a grid of large targets.
import { formatDelta } from "../base/money";
import type { MenuItem } from "../base/protocol";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";

export function Menu({ counter }: { counter: Counter }) {
    const items = shownItems(counter);
    return (
        <section class="menu" aria-label="Menu">
            <div class="menu-bar">
                <Categories counter={counter} />
                <label class="search">
                    <Icon name="search" />
                    <input
                        id="search"
                        type="search"
                        placeholder="Search"
                        aria-label="Search the menu"
                        value={counter.search.value}
                        onInput={(event) => (counter.search.value = event.currentTarget.value)}
                    />
                </label>
            </div>
            <div class="grid">
                {items.map((item) => (
                    <Item key={item.number} counter={counter} item={item} />
                ))}
                {items.length === 0 && <p class="empty">Nothing on the menu here.</p>}
            </div>
        </section>
    );
}

/** Nothing chosen yet: the first category. */
export function currentCategory(counter: Counter): string {
    const { categories, category } = counter;
    return categories.value.includes(category.value) ? category.value : (categories.value[0] ?? "");
}

function shownItems(counter: Counter): MenuItem[] {
    const wanted = counter.search.value.trim().toLowerCase();
    const category = currentCategory(counter);
    const isShown = (item: MenuItem): boolean =>
        wanted === "" ? item.category === category : item.name.toLowerCase().includes(wanted);
    return [...counter.desk.stream.state.value.items.values()]
        .filter((item) => !item.hidden && isShown(item))
        .sort((a, b) => a.position - b.position || a.number - b.number);
}

function Categories({ counter }: { counter: Counter }) {
    const current = counter.search.value.trim() === "" ? currentCategory(counter) : "";
    return (
        <nav class="tabs" aria-label="Categories">
            {counter.categories.value.map((category) => (
                <button
                    key={category}
                    type="button"
                    aria-current={category === current}
                    onClick={() => {
                        counter.category.value = category;
                        counter.search.value = "";
                    }}
                >
                    {category}
                </button>
            ))}
        </nav>
    );
}

function Item({ counter, item }: { counter: Counter; item: MenuItem }) {
    const inCart = counter.cart.value
        .filter((line) => line.item === item.number)
        .reduce((sum, line) => sum + line.quantity, 0);
    return (
        <button
            type="button"
            class={item.available ? "item" : "item is-sold-out"}
            disabled={!item.available}
            onClick={() => counter.tap(item)}
        >
            <span class="item-name">{item.name}</span>
            <Allergens item={item} />
            <span class="item-foot">
                <span class="price">{counter.money(item.price)}</span>
                {item.groups.length > 0 && item.available && <span class="hint">Options</span>}
                {!item.available && <strong class="sold-out">Sold out</strong>}
                {inCart > 0 && <strong class="in-cart">{inCart}×</strong>}
            </span>
        </button>
    );
}

export function Allergens({ item }: { item: MenuItem }) {
    const facts = [...item.diet, ...(item.allergens.length > 0 ? ["contains"] : [])];
    if (facts.length === 0) {
        return null;
    }
    return (
        <span class="allergens">
            {item.diet.join(", ")}
            {item.diet.length > 0 && item.allergens.length > 0 && " · "}
            {item.allergens.length > 0 && `Contains ${item.allergens.join(", ")}`}
        </span>
    );
}

export function Delta({ counter, amount }: { counter: Counter; amount: number }) {
    const session = counter.session();
    const text = session ? formatDelta(amount, session) : "";
    return text === "" ? null : <span class="delta">{text}</span>;
}
