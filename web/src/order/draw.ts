// Draws JSX into the page: the whole of it each time, changing what differs. The types are
// Preact's, the code is not: a page whose components keep nothing needs a fifth of it. The build
// takes this file for preact/jsx-runtime.

type Component = (props: Props) => unknown;
type Props = Readonly<Record<string, unknown>>;
type Key = string | number | undefined;

interface Node {
    readonly type: string | Component;
    readonly props: Props;
    readonly key: Key;
}

/** What a node of the document was drawn from; nodes that have none are not ours. */
type Drawn = (Element | Text) & { from?: Node | string };

export function jsx(type: string | Component, props: Props, key?: Key): Node {
    return { type, props, key };
}
export const jsxs = jsx;
export const Fragment: Component = ({ children }) => children;

const graphics = "http://www.w3.org/2000/svg";

/** Elements and texts alone: components, lists and nothings resolved. */
function flatten(what: unknown, to: (Node | string)[]): (Node | string)[] {
    if (Array.isArray(what)) {
        for (const one of what) {
            flatten(one, to);
        }
    } else if (typeof what === "object" && what !== null) {
        const node = what as Node;
        if (typeof node.type === "string") {
            to.push(node);
        } else {
            for (const made of flatten(node.type(node.props), [])) {
                to.push(typeof made === "string" ? made : { ...made, key: node.key ?? made.key });
            }
        }
    } else if (typeof what === "string" || typeof what === "number") {
        to.push(`${what}`);
    }
    return to;
}

function isSame(drawn: Drawn, node: Node | string): boolean {
    const { from } = drawn;
    if (typeof from === "string" || typeof node === "string") {
        return typeof from === typeof node;
    }
    return from?.type === node.type && from.key === node.key;
}

function create(node: Node | string, parent: Element): Drawn {
    if (typeof node === "string") {
        return document.createTextNode(node);
    }
    const type = node.type as string;
    const isGraphic = type === "svg" || parent.namespaceURI === graphics;
    return isGraphic ? document.createElementNS(graphics, type) : document.createElement(type);
}

function setProp(element: Element, name: string, value: unknown): void {
    if (name.startsWith("on")) {
        (element as unknown as Record<string, unknown>)[name.toLowerCase()] = value ?? null;
    } else if (name === "value") {
        const field = element as HTMLInputElement;
        if (field.value !== value) {
            field.value = String(value ?? "");
        }
    } else if (value === undefined || (value === false && !name.startsWith("aria"))) {
        element.removeAttribute(name);
    } else {
        element.setAttribute(name, value === true && name === "hidden" ? "" : String(value));
    }
}

const isKept = (name: string): boolean => name === "children" || name === "ref";

function update(drawn: Drawn, node: Node | string): void {
    const { from: before } = drawn;
    drawn.from = node;
    if (typeof node === "string") {
        if (before !== node) {
            drawn.textContent = node;
        }
        return;
    }
    const element = drawn as Element;
    const old = (before as Node | undefined)?.props ?? {};
    if (node.props["children"] !== undefined || old["children"] !== undefined) {
        draw(node.props["children"], element);
    }
    for (const name of new Set([...Object.keys(old), ...Object.keys(node.props)])) {
        if (!isKept(name) && (old[name] !== node.props[name] || name === "value")) {
            setProp(element, name, node.props[name]);
        }
    }
}

/** @param element of what is told when it comes, and with null when it goes */
function tell(drawn: Drawn, element: Element | null): void {
    const { from } = drawn;
    if (typeof from === "object") {
        (from.props["ref"] as ((element: Element | null) => void) | undefined)?.(element);
    }
}

/** Tells what is in it, and itself, that it goes. */
function leave(drawn: Drawn): void {
    for (const child of drawn.childNodes) {
        leave(child as unknown as Drawn);
    }
    tell(drawn, null);
}

/** The first of ours from @node on: others' are passed, as ours must not move for their sake. */
function ours(node: ChildNode | null): Drawn | null {
    let at = node as Drawn | null;
    while (at && at.from === undefined) {
        at = at.nextSibling as Drawn | null;
    }
    return at;
}

/** Makes what we drew in @parent into @what; what else is in it stays. */
export function draw(what: unknown, parent: Element): void {
    const rest = [...(parent.childNodes as unknown as Drawn[])].filter(
        ({ from }) => from !== undefined,
    );
    const wanted = flatten(what, []).map((node) => {
        const at = rest.findIndex((drawn) => isSame(drawn, node));
        return { node, drawn: at < 0 ? create(node, parent) : (rest.splice(at, 1)[0] as Drawn) };
    });
    for (const drawn of rest) {
        leave(drawn);
        drawn.remove();
    }
    let last: Drawn | null = null;
    for (const { node, drawn } of wanted) {
        const isNew = drawn.from === undefined;
        const next = ours(last ? last.nextSibling : parent.firstChild);
        update(drawn, node);
        if (next !== drawn) {
            parent.insertBefore(drawn, next);
        }
        if (isNew) {
            tell(drawn, drawn as Element);
        }
        last = drawn;
    }
}
