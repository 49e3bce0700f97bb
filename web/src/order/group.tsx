// Those who order together: how one comes to them, and how others are let in. Loaded when it is
// wanted; whatever it needs of the page it is handed, as nothing can be imported from a document.
import type { CartOpened, Qr } from "../base/protocol";
import { type Crew, type Member, makeCrew, statusOf } from "./crew";
import { peopleIn } from "./edits";
import styles from "./group.css?inline";
import type { Host } from "./together";
import { group as words } from "./words/group";

/** By what somebody comes to a group. */
export type Door = { readonly link: string } | { readonly code: string };
type View = ReturnType<Host["Sheet"]>;

export interface Room {
    /** @param door null: to begin one, or to look at the own */
    come(door: Door | null): void;
    view(): View;
}

const nameMax = 20;

const isTable = (door: Door | null): boolean => door !== null && "code" in door;

export function enter(host: Host): Room {
    host.learn(words);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets.push(sheet);
    const crew = makeCrew(host);
    const said = host.cell("");
    const door = host.cell<Door | null>(null);
    const inside = makeInside(host, { crew, said });
    const outside = makeOutside(host, { crew, said, door, onBegun: inside.draw });
    return {
        come(at) {
            const isOwn = at && "link" in at && at.link === crew.member()?.link;
            said.value = "";
            door.value = isOwn ? null : at;
            void inside.draw();
        },
        view() {
            const member = crew.member();
            return member && !door.value ? inside.view(member) : outside.view();
        },
    };
}

interface Shown {
    readonly crew: Crew;
    readonly said: { value: string };
}

// --- coming ---

interface Outside {
    readonly door: { value: Door | null };
    onBegun(): Promise<void>;
}

function makeOutside(host: Host, { crew, said, door, onBegun }: Shown & Outside) {
    const { t, Sheet, Icon } = host;
    const isBusy = host.cell(false);

    async function openAt(at: Door | null): Promise<CartOpened> {
        if (at && "code" in at) {
            const asked = { body: at, key: host.newKey(host.epoch()) };
            return (await host.askAsOwn("POST", "/api/tables/join", asked)).body;
        }
        const { body } = await (at
            ? host.ask("POST", "/api/cart/join", { body: at })
            : host.ask("POST", "/api/cart", { body: {} }));
        return body as CartOpened;
    }

    function whyNot(error: unknown, at: Door | null): string {
        const status = statusOf(error);
        if (status === 410) {
            return t("codeRevoked");
        }
        const isUnknown = status === 404 || status === 400;
        return isUnknown ? t(isTable(at) ? "codeUnknown" : "linkUnknown") : host.wordsOf(error);
    }

    async function come(at: Door | null): Promise<void> {
        const who = host.name.value.trim();
        const { token, link } = await openAt(at);
        const own = crew.member() ? [] : host.cart.value;
        host.keep("name", who);
        host.setCart([]);
        if (isTable(at)) {
            host.setMode("eat-in");
        }
        crew.join({ token, link, who }, own);
        door.value = null;
        if (at) {
            host.sheet.value = null;
        } else {
            await onBegun();
        }
    }

    /** What was ordered, as it may be, is brought to no group: it would be ordered once more. */
    async function start(): Promise<void> {
        const at = door.value;
        isBusy.value = true;
        said.value = "";
        try {
            if (await host.resume()) {
                await come(at);
            } else {
                said.value = t("orderOpen");
            }
        } catch (error) {
            said.value = whyNot(error, at);
        } finally {
            isBusy.value = false;
        }
    }

    function close(): void {
        host.sheet.value = null;
        door.value = null;
    }

    function view(): View {
        const at = door.value;
        const how = at && (isTable(at) ? "joinTable" : "joinLink");
        const actions = (
            <button
                type="button"
                class="primary"
                disabled={host.name.value.trim() === "" || isBusy.value}
                onClick={() => void start()}
            >
                <Icon name="people" /> {t(at ? "join" : "begin")}
            </button>
        );
        return (
            <Sheet title={t("together")} onClose={close} actions={actions}>
                <p>{t(how ?? "togetherHow")}</p>
                <label class="field">
                    {t("whoLabel")}
                    <input
                        value={host.name.value}
                        maxLength={nameMax}
                        autocomplete="given-name"
                        onInput={(event) => {
                            host.name.value = event.currentTarget.value;
                        }}
                    />
                </label>
                <p role="alert" class={said.value === "" ? "" : "flag flag-bad"}>
                    {said.value}
                </p>
            </Sheet>
        );
    }
    return { view };
}

// --- letting others in ---

const linkOf = ({ link }: Member): string => `${location.origin}${location.pathname}#join=${link}`;

function makeInside(host: Host, { crew, said }: Shown) {
    const { t, Sheet } = host;
    const qr = host.cell<{ link: string; code: Qr } | null>(null);

    async function draw(): Promise<void> {
        const member = crew.member();
        if (!member || qr.value?.link === member.link) {
            return;
        }
        try {
            const asked = { body: { text: linkOf(member) } };
            const { body } = await host.askAsOwn("POST", "/api/qr", asked);
            qr.value = { link: member.link, code: body };
        } catch {
            // The link beside it does.
        }
    }

    function Code({ link }: { link: string }) {
        const code = qr.value?.link === link ? qr.value.code : { modules: 33, path: "" };
        const size = code.modules + 8;
        return (
            <svg class="qr" viewBox={`-4 -4 ${size} ${size}`} role="img" aria-label="QR">
                <path d={code.path} stroke="#000" shape-rendering="crispEdges" />
            </svg>
        );
    }

    function copy(): void {
        const field = document.getElementById("group-link") as HTMLInputElement;
        field.select();
        // The newer way is not there over plain http.
        said.value = document.execCommand("copy") ? t("copied") : "";
    }

    function share(url: string): void {
        const title = t("together");
        navigator.share({ title, url }).catch(() => undefined); // thought better of it
    }

    function Link({ url }: { url: string }) {
        return (
            <div class="link">
                <input id="group-link" readOnly value={url} aria-label={t("link")} dir="ltr" />
                {"share" in navigator && (
                    <button type="button" onClick={() => share(url)}>
                        {t("share")}
                    </button>
                )}
                <button type="button" onClick={copy}>
                    {t("copy")}
                </button>
            </div>
        );
    }

    function itemsOf(name: string): string {
        const own = host.cart.value.filter(({ who }) => who === name);
        const count = own.reduce((sum, { quantity }) => sum + quantity, 0);
        return host.counted("cartBar", count);
    }

    function People({ self }: { self: string }) {
        return (
            <ul class="people" aria-label={t("whoIsIn")}>
                {peopleIn(host.cart.value, self).map((name) => (
                    <li key={name}>
                        <b>{name === self ? t("you", { name }) : name}</b>
                        <span>{itemsOf(name)}</span>
                    </li>
                ))}
            </ul>
        );
    }

    function close(): void {
        host.sheet.value = null;
        said.value = "";
    }

    function leave(): void {
        close();
        crew.leave("");
    }

    function view(member: Member): View {
        const actions = (
            <button type="button" class="primary" onClick={close}>
                {t("toMenu")}
            </button>
        );
        return (
            <Sheet title={t("together")} onClose={close} actions={actions}>
                <p>{t("scanThis")}</p>
                <Code link={member.link} />
                <Link url={linkOf(member)} />
                <p role="status">{said.value}</p>
                <People self={member.who} />
                <button type="button" class="plain" onClick={leave}>
                    {t("leave")}
                </button>
            </Sheet>
        );
    }
    return { view, draw };
}
