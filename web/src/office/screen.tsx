import type { ReadonlySignal } from "@preact/signals-core";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { MenuPart } from "./menu";
import { Mesh } from "./mesh";
import type { Office } from "./office";
import { type Part, parts } from "./parts";
import { Reconcile } from "./reconcile";
import { SignIn } from "./sign-in";
import { Takings } from "./takings";
import { Figures } from "./trade";

interface Props {
    office: Office;
    part: ReadonlySignal<Part>;
}

export function OfficeScreen({ office, part }: Props) {
    const session = office.session.value;
    const may = office.mayLook();
    return (
        <>
            <Header view="office" title="Office" session={session}>
                {may && <Live isLive={office.isLive.value} />}
                {office.token.value !== null && (
                    <button type="button" onClick={() => void office.signOut()}>
                        Sign out
                    </button>
                )}
            </Header>
            {may && <Parts shown={part.value} />}
            <main class="office">
                {session === null && <p role="status">Waiting for this device's node.</p>}
                {session !== null && !may && <SignIn office={office} />}
                {may && <Shown office={office} part={part.value} />}
            </main>
        </>
    );
}

function Parts({ shown }: { shown: Part }) {
    return (
        <nav class="parts no-print" aria-label="Parts of the office">
            {parts.map(({ id, text }) => (
                <a key={id} href={`#${id}`} aria-current={id === shown ? "page" : undefined}>
                    {text}
                </a>
            ))}
        </nav>
    );
}

function Shown({ office, part }: { office: Office; part: Part }) {
    if (part === "figures") {
        return <Figures office={office} />;
    }
    if (part === "menu") {
        return <MenuPart office={office} />;
    }
    if (part === "mesh") {
        return <Mesh office={office} />;
    }
    return (
        <>
            <Takings office={office} />
            <Reconcile office={office} />
        </>
    );
}

function Live({ isLive }: { isLive: boolean }) {
    return (
        <span class={`pill ${isLive ? "grade-good" : "grade-busy"}`} role="status">
            <Icon name={isLive ? "live" : "sync"} />
            {isLive ? "Live" : "Connecting"}
        </span>
    );
}
