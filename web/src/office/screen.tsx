import type { ReadonlySignal } from "@preact/signals-core";
import { useEffect } from "preact/hooks";
import { deviceNotices } from "../base/device";
import { makePart } from "../base/part";
import { Connection } from "../ui/connection";
import { Header } from "../ui/header";
import { Shown as Later } from "../ui/part";
import { DayPanel } from "./day";
import type { Office } from "./office";
import { type Part, parts } from "./parts";
import { Reconcile } from "./reconcile";
import { ReviewsPart } from "./reviews-part";
import { SetupPart } from "./setup";
import { SignIn } from "./sign-in";
import { StaffPart } from "./staff";
import { isStartWanted, StartPart } from "./start";
import { Takings } from "./takings";
import { Figures } from "./trade";
import { t } from "./words";

const menuPart = makePart(() => import("./menu"));
const meshPart = makePart(() => import("./mesh"));

interface Props {
    office: Office;
    part: ReadonlySignal<Part>;
}

export function OfficeScreen({ office, part }: Props) {
    const session = office.session.value;
    const may = office.mayLook();
    useEffect(() => {
        if (may && location.hash === "") {
            void isStartWanted(office).then(
                (isWanted) => {
                    if (isWanted && location.hash === "") {
                        location.hash = "#start";
                    }
                },
                () => {}, // the parts say why the node does not answer
            );
        }
    }, [may]);
    return (
        <>
            <Header view="office" title={t("office")} session={session}>
                {may && <Stands office={office} />}
                {office.token.value !== null && (
                    <button type="button" onClick={() => void office.signOut()}>
                        {t("signOut")}
                    </button>
                )}
            </Header>
            {may && <Parts shown={part.value} />}
            <main class="office">
                {session === null && <p role="status">{t("waiting")}</p>}
                {session !== null && !may && <SignIn office={office} />}
                {may && <Shown office={office} part={part.value} />}
            </main>
        </>
    );
}

function Parts({ shown }: { shown: Part }) {
    return (
        <nav class="parts no-print" aria-label={t("partsOf")}>
            {parts
                .filter(({ id }) => id !== "start" || shown === "start")
                .map(({ id, text }) => (
                    <a key={id} href={`#${id}`} aria-current={id === shown ? "page" : undefined}>
                        {t(text)}
                    </a>
                ))}
        </nav>
    );
}

function Shown({ office, part }: { office: Office; part: Part }) {
    switch (part) {
        case "staff":
            return <StaffPart office={office} />;
        case "start":
            return <StartPart office={office} />;
        case "reviews":
            return <ReviewsPart office={office} />;
        case "setup":
            return <SetupPart office={office} />;
        case "figures":
            return <Figures office={office} />;
        case "menu":
            return <Later part={menuPart}>{(it) => <it.MenuPart office={office} />}</Later>;
        case "mesh":
            return <Later part={meshPart}>{(it) => <it.Mesh office={office} />}</Later>;
        default:
            return (
                <>
                    <DayPanel office={office} />
                    <Takings office={office} />
                    <Reconcile office={office} />
                </>
            );
    }
}

function Stands({ office: { stream } }: { office: Office }) {
    return <Connection stream={stream} device={deviceNotices(stream.state.value)} />;
}
