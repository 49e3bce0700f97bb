// How a device comes into the pop-up, from both ends: this page is that of a device that is in it.
// A new one's own is src/newcomer.
import { useEffect, useState } from "preact/hooks";
import type { DeviceList } from "../base/protocol";
import { Header } from "../ui/header";
import { joinCommand } from "./invitation";
import { Command, Invite } from "./invite";
import type { Office } from "./office";
import { Wrong } from "./saving";
import { whyNot } from "./why";
import { t } from "./words";

const lookEvery = 2_000; // ms

export function JoinScreen({ office }: { office: Office }) {
    const session = office.session.value;
    const may = session?.capabilities.includes("roster") ?? false;
    const [devices, setDevices] = useState<DeviceList["devices"] | null>(null);
    const [problem, setProblem] = useState("");
    useEffect(() => {
        if (!may) {
            return;
        }
        const look = async (): Promise<void> => {
            try {
                setDevices((await office.read<DeviceList>("/api/devices")).devices);
                setProblem("");
            } catch (error) {
                setProblem(whyNot(error));
            }
        };
        void look();
        const timer = setInterval(() => void look(), lookEvery);
        return () => clearInterval(timer);
    }, [may]);
    return (
        <>
            <Header view="join" title={t("joinTitle")} session={session}></Header>
            <main class="office">
                <h2>{t("joinWhere")}</h2>
                <section class="panel" aria-label={t("joinHere")}>
                    <h3>{t("joinHere")}</h3>
                    <Wrong why={problem} />
                    {session === null && <p role="status">{t("waiting")}</p>}
                    {session !== null && !may && <p class="flag">{t("joinMay")}</p>}
                    {devices !== null && <Invite office={office} devices={devices} />}
                </section>
                <section class="panel" aria-label={t("joinThere")}>
                    <h3>{t("joinThere")}</h3>
                    <p>{t("joinThereHow")}</p>
                    <p>{t("joinInstall")}</p>
                    <Command text={joinCommand("INVITATION")} />
                    <Command text="trestle run" />
                    <p>{t("joinDone")}</p>
                </section>
            </main>
        </>
    );
}
