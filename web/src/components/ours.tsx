// Every component of src/ui, in each state that it has.
import { signal } from "@preact/signals-core";
import type { Action } from "../base/action";
import { language } from "../base/catalogue";
import { systemClock } from "../base/clock";
import type { Part } from "../base/part";
import { isWanted, type Person, person } from "../base/person";
import type { Peer, Session } from "../base/protocol";
import { initial } from "../base/store";
import type { Stream } from "../base/stream";
import { Camera } from "../ui/camera";
import { Age, Connection, currentNotices } from "../ui/connection";
import { Detail, Heard } from "../ui/connection-detail";
import { Gate } from "../ui/gate";
import { Header } from "../ui/header";
import { Icon, type IconName } from "../ui/icon";
import { more } from "../ui/icons";
import { KeysHelp, showKeys } from "../ui/keys";
import { LanguageSwitch } from "../ui/language-switch";
import { Languages } from "../ui/languages";
import { Shown } from "../ui/part";
import { ShownOver } from "../ui/part-sheet";
import { Reasons } from "../ui/reasons";
import { Sheet } from "../ui/sheet";
import { SignIn, SignInSheet } from "../ui/sign-in";
import { complain, offerUndo, say, Toasts } from "../ui/toast";
import { Who, WhoSheet } from "../ui/who";
import type { Component } from "./states";

const nothing = (): void => undefined;
const now = Date.UTC(2026, 7, 14, 19, 30);
const long =
    "Donaudampfschifffahrtsgesellschaftskapitän with double cheese, no onions, extra jalapeños " +
    "and the sauce of the house on the side";
const arabic = "برغر مزدوج بالجبن، بدون بصل";
const ana: Person = { staff: 7, name: "Ana", token: "", isNeeded: false };

// --- what the components read beside their properties ---

/** Toasts go when they are told to: nothing here is timed. */
const due: (() => void)[] = [];
systemClock.after = (_, then) => {
    due.push(then);
    return nothing;
};
function clearToasts(): void {
    for (const end of due.splice(0)) {
        end();
    }
}

function as(who: Person | null): void {
    person.value = who;
}

/** Names that a sign-in shows before it has asked. */
function staff(...names: string[]): void {
    const known = names.map((name, at) => ({ number: at + 7, name }));
    sessionStorage.setItem("trestle.staff", JSON.stringify(known));
}

function part<T>(it: T | null, hasFailed = false): Part<T> {
    return { it: signal(it), hasFailed: signal(hasFailed), load: nothing };
}

const peer = (name: string, other: Partial<Peer> = {}): Peer => ({
    device: name,
    name,
    role: "kitchen",
    linked: true,
    heard_ms_ago: 300,
    behind: 0,
    ahead: 0,
    clock_offset_ms: 0,
    state: "linked",
    ...other,
});
const lost = peer("pickup", { state: "lost", heard_ms_ago: 83_000, linked: false });

function stream(peers: Peer[], heardAt: number | null = now): Stream {
    return {
        view: "kitchen",
        state: signal({ ...initial, isCurrent: true, peers }),
        now: signal(now),
        heardAt: signal(heardAt),
        startedAt: now - 60_000,
        say: () => false,
        again: nothing,
        onUp: () => nothing,
        stop: nothing,
    };
}

const action = (label: string): Action => ({
    key: label,
    method: "post",
    path: "/api/orders",
    body: {},
    lane: "",
    label,
    made: 0,
});
const found = (peers: Peer[], heardAt: number | null = now, waiting: Action[] = []) =>
    currentNotices({ stream: stream(peers, heardAt), waiting: signal(waiting) });
const popup = (name: string): Session => ({ popup: name }) as Session;
const shortcuts = (what: string) => [
    { keys: ["1"], shown: "1–9", what, run: nothing },
    { keys: ["u"], shown: "U", what, run: nothing },
];

// --- the components ---

const header = (title: string, name: string) => (
    <Header view="components" title={title} session={popup(name)}>
        <Connection stream={stream([peer("kitchen")])} />
        <Who />
    </Header>
);
/** There is none here: what it says then is what is to be shown. */
function camera(title: string, text: string) {
    Object.assign(window, { BarcodeDetector: class {} });
    const says = { title, sees: title, how: text, other: text, shut: text };
    return <Camera says={says} isRight={() => true} onFound={nothing} onClose={nothing} />;
}

const sheet = (title: string, text: string) => (
    <Sheet
        title={title}
        onClose={nothing}
        actions={
            <button type="button" class="primary">
                {title}
            </button>
        }
    >
        <p>{text}</p>
    </Sheet>
);
const reasons = (...given: string[]) => (
    <Reasons reasons={given} verb={language.value === "ar" ? "رفض" : "Refuse"} onChoose={nothing} />
);
const iconNames: IconName[] = [
    ...(["live", "sync", "warn", "lost", "clock", "bell", "muted", "sun"] as const),
    ...(Object.keys(more) as IconName[]),
];
const icons = () => (
    <p class="icons">
        {iconNames.map((name) => (
            <span key={name}>
                <Icon name={name} /> {name}
            </span>
        ))}
    </p>
);
const shown = (it: Part<string>) => <Shown part={it}>{(text) => <p>{text}</p>}</Shown>;
const shownOver = (it: Part<string>) => (
    <ShownOver part={it} onClose={nothing}>
        {(text) => sheet("Recall", text)}
    </ShownOver>
);

function submitPin(specimen: HTMLElement): void {
    const form = specimen.querySelector("form");
    const pin = form?.querySelector<HTMLInputElement>("input[type=password]");
    form?.querySelector<HTMLButtonElement>("[aria-pressed]")?.click();
    if (pin) {
        pin.value = "1234";
        pin.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    requestAnimationFrame(() => form?.requestSubmit());
}

const signIn = (...names: string[]) => {
    staff(...names);
    return <SignIn onDone={nothing} />;
};

export const ours: Component[] = [
    {
        name: "Age",
        normal: () => <Age ms={83_000} />,
        own: { empty: () => <Age ms={null} />, long: () => <Age ms={360_000_000} /> },
    },
    {
        name: "Camera",
        normal: () => camera("Scan the order's code", "Hold it in front of the camera."),
        own: {
            error: () => camera("Scan the order's code", "The camera can't be used. Type it."),
            long: () => camera(long, long),
        },
        rtl: () => camera("امسح الرمز", arabic),
    },
    {
        name: "Connection",
        normal: () => <Connection stream={stream([peer("kitchen")])} />,
        own: {
            busy: () => <Connection stream={stream([peer("kitchen", { ahead: 312 })])} />,
            error: () => <Connection stream={stream([], now - 12_000)} />,
            empty: () => <Connection stream={stream([])} />,
            long: () => <Connection stream={stream([peer(long, lost), lost])} />,
        },
    },
    {
        name: "Detail",
        normal: () => (
            <Detail
                found={found([peer("kitchen")])}
                peers={[peer("kitchen")]}
                actions={[action("Bump A42")]}
            />
        ),
        own: {
            error: () => <Detail found={found([lost], now - 12_000)} peers={[lost]} actions={[]} />,
            empty: () => <Detail found={found([])} peers={[]} actions={[]} />,
            long: () => (
                <Detail
                    found={found([peer("kitchen"), lost], now, [action(long), action("Bump A42")])}
                    peers={[peer(long), lost]}
                    actions={[action(long), action("Bump A42")]}
                />
            ),
        },
    },
    {
        name: "Gate",
        normal() {
            staff("Ana", "Ben");
            isWanted.value = true;
            return <Gate>{null}</Gate>;
        },
        own: {
            empty() {
                isWanted.value = false;
                return <Gate>{<p>The screen</p>}</Gate>;
            },
        },
        rtl() {
            staff("ليلى", "عمر");
            isWanted.value = true;
            return <Gate>{null}</Gate>;
        },
    },
    {
        name: "Header",
        normal: () => header("Kitchen", "Harbour Street Kitchen"),
        own: { empty: () => header("Kitchen", ""), long: () => header("Kitchen", long) },
        rtl: () => header("المطبخ", "مطبخ شارع الميناء"),
    },
    {
        name: "Heard",
        normal: () => <Heard peers={[peer("kitchen"), lost]} />,
        own: { empty: () => <Heard peers={[]} />, long: () => <Heard peers={[peer(long)]} /> },
    },
    { name: "Icon", normal: icons },
    {
        name: "KeysHelp",
        normal() {
            showKeys();
            return <KeysHelp shortcuts={shortcuts("Undo the last bump")} />;
        },
        own: {
            empty: () => <KeysHelp shortcuts={[]} />,
            long: () => <KeysHelp shortcuts={shortcuts(long)} />,
        },
        rtl: () => <KeysHelp shortcuts={shortcuts(arabic)} />,
    },
    { name: "LanguageSwitch", normal: () => <LanguageSwitch /> },
    { name: "Languages", normal: () => <Languages /> },
    {
        name: "Reasons",
        normal: () => reasons("Sold out", "Too busy"),
        own: { empty: () => reasons(), long: () => reasons(long, "Sold out") },
        rtl: () => reasons("نفد", arabic),
    },
    {
        name: "Sheet",
        normal: () => sheet("Refuse A42", "The customer is told why."),
        own: {
            empty: () => (
                <Sheet title="Recall" onClose={nothing}>
                    <p class="empty">Nothing yet.</p>
                </Sheet>
            ),
            long: () => sheet(long, `${long}. `.repeat(6)),
        },
        rtl: () => sheet("رفض A42", arabic),
    },
    {
        name: "Shown",
        normal: () => shown(part("It is here.")),
        own: {
            busy: () => shown(part<string>(null)),
            error: () => shown(part<string>(null, true)),
            long: () => shown(part(long)),
        },
        rtl: () => shown(part<string>(null, true)),
    },
    {
        name: "ShownOver",
        normal: () => shownOver(part("It is here.")),
        own: {
            busy: () => shownOver(part<string>(null)),
            error: () => shownOver(part<string>(null, true)),
        },
        rtl: () => shownOver(part<string>(null, true)),
    },
    {
        name: "SignIn",
        normal: () => signIn("Ana", "Ben"),
        own: {
            busy: () => signIn("Ana", "Ben"),
            error: () => signIn("Ana", "Ben"),
            empty: () => signIn(),
            long: () => signIn(long, "Ben"),
        },
        acts: { busy: submitPin, error: submitPin },
        rtl: () => signIn("ليلى", "عمر"),
    },
    {
        name: "SignInSheet",
        normal() {
            staff("Ana", "Ben");
            as(ana);
            return <SignInSheet onClose={nothing} />;
        },
        own: {
            empty() {
                staff();
                as(null);
                return <SignInSheet onClose={nothing} />;
            },
        },
    },
    {
        name: "Toasts",
        normal() {
            clearToasts();
            offerUndo("A42 is ready.", nothing);
            return <Toasts />;
        },
        own: {
            error() {
                clearToasts();
                complain("Bump A42", {
                    code: "busy",
                    title: "",
                    status: 503,
                    type: "",
                    detail: "",
                });
                return <Toasts />;
            },
            empty() {
                clearToasts();
                return <Toasts />;
            },
            long() {
                clearToasts();
                say(long);
                offerUndo(long, nothing);
                return <Toasts />;
            },
        },
        rtl() {
            clearToasts();
            offerUndo(arabic, nothing);
            return <Toasts />;
        },
    },
    {
        name: "Who",
        normal() {
            as(ana);
            return <Who />;
        },
        own: {
            empty() {
                as(null);
                return <Who />;
            },
            long() {
                as({ ...ana, name: long });
                return <Who />;
            },
        },
        rtl() {
            as(null);
            return <Who />;
        },
    },
    {
        name: "WhoSheet",
        normal() {
            staff("Ana", "Ben");
            as({ ...ana, isNeeded: true });
            return <WhoSheet />;
        },
        rtl() {
            staff("ليلى", "عمر");
            as({ ...ana, name: "ليلى" });
            return <WhoSheet />;
        },
    },
];
