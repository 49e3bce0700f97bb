// Every token of src/ui/tokens.css, as it is in the scheme that the page wears.

/** But for those that light-dark() is made of for browsers without it. */
function tokenNames(): string[] {
    const rules = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules]);
    const roots = rules.filter(
        (rule): rule is CSSStyleRule =>
            rule instanceof CSSStyleRule && rule.selectorText === ":root",
    );
    const names = roots.flatMap(({ style }) => [...style]);
    return names.filter((name) => name.startsWith("--") && !name.startsWith("--lightningcss"));
}

const isColour = (value: string): boolean => CSS.supports("color", value);
const isLength = (value: string): boolean => CSS.supports("width", value);

function Sample({ name, value }: { name: string; value: string }) {
    if (isColour(value)) {
        return <span class="swatch" style={{ background: `var(${name})` }} />;
    }
    return isLength(value) ? <span class="bar" style={{ width: `var(${name})` }} /> : <span />;
}

export function Tokens() {
    const style = getComputedStyle(document.documentElement);
    return (
        <section class="component">
            <h2>Tokens</h2>
            <ul class="tokens">
                {tokenNames().map((name) => {
                    const value = style.getPropertyValue(name).trim();
                    return (
                        <li key={name} data-token={name}>
                            <Sample name={name} value={value} />
                            <code>{name}</code>
                            <small>{value}</small>
                        </li>
                    );
                })}
            </ul>
        </section>
    );
}
