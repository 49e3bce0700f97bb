import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import type { Office } from "./office";
import { Reconcile } from "./reconcile";
import { SignIn } from "./sign-in";
import { Takings } from "./takings";

export function OfficeScreen({ office }: { office: Office }) {
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
            <main class="office">
                {session === null && <p role="status">Waiting for this device's node.</p>}
                {session !== null && !may && <SignIn office={office} />}
                {may && <Takings office={office} />}
                {may && <Reconcile office={office} />}
            </main>
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
