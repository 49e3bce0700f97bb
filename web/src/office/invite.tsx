// Bringing a device in. Who may join is decided at the keyboard of a device of the pop-up: the API
// makes no invitations. The page writes the commands with the right values, and shows an invitation
// as a code with the time that is left of it.
import { useEffect, useState } from "preact/hooks";
import type { DeviceList, Qr, Role } from "../base/protocol";
import { Input, Select } from "./fields";
import {
    freeLane,
    type Invitation,
    invitationOf,
    inviteCommand,
    isOfThisMachine,
    joinCommand,
    remainingText,
} from "./invitation";
import type { Office } from "./office";
import { Wrong } from "./saving";
import { deviceRoles, roleText } from "./staff-edit";
import { t } from "./words";

type Devices = DeviceList["devices"];

interface Props {
    office: Office;
    devices: Devices;
}

export function Invite({ office, devices }: Props) {
    const [role, setRole] = useState<Role>("kitchen");
    const [lane, setLane] = useState(() => freeLane(devices.map((one) => one.lane)));
    const [name, setName] = useState("");
    const [before] = useState(() => devices.map(({ id }) => id));
    const owner = devices.find((one) => one.lane === lane);
    const wrong = !/^[A-Z]{1,3}$/.test(lane)
        ? t("laneNeeds")
        : owner !== undefined && before.includes(owner.id)
          ? t("laneTaken", { lane, name: owner.name || owner.role })
          : "";
    const newcomer = { role, lane, name: name.trim() };
    const come = devices.filter(({ id }) => !before.includes(id));
    return (
        <div class="invite">
            <p class="quiet">{t("inviteHow")}</p>
            {come.map((one) => (
                <p key={one.id} class="verdict verdict-good" role="status">
                    {t("joined", { name: one.name || one.role })}
                </p>
            ))}
            <div class="item-form">
                <div class="fields">
                    <Select
                        name="role"
                        label={t("inviteRole")}
                        value={role}
                        all={deviceRoles.map((one) => ({ value: one, text: roleText(one) }))}
                        onChange={(value) => setRole(value as Role)}
                    />
                    <Input
                        name="lane"
                        label={t("inviteLane")}
                        value={lane}
                        onInput={(text) => setLane(text.trim().toUpperCase())}
                    />
                    <Input name="name" label={t("inviteName")} onInput={setName} />
                </div>
                <Wrong why={wrong} />
            </div>
            {wrong === "" && (
                <>
                    <h3>{t("step1")}</h3>
                    <p>{t("step1How")}</p>
                    <Command text={inviteCommand("invite", newcomer)} />
                    <h3>{t("step2")}</h3>
                    <Pasted office={office} />
                    <details>
                        <summary>{t("digits")}</summary>
                        <p>{t("digitsHow1")}</p>
                        <Command text={inviteCommand("pair", newcomer)} />
                        <p>{t("digitsHow2")}</p>
                        <Command text={joinCommand("HOST:PORT")} />
                        <p>{t("digitsHow3")}</p>
                    </details>
                </>
            )}
        </div>
    );
}

/** Where an invitation is pasted: its code, its time, and what the other device runs. */
function Pasted({ office }: { office: Office }) {
    const [text, setText] = useState("");
    const [qr, setQr] = useState<Qr | null>(null);
    const invitation = invitationOf(text);
    const isWrong = text.trim() !== "" && invitation === null;
    useEffect(() => {
        setQr(null);
        if (invitation !== null) {
            // The command says the same: without a code it is typed.
            office
                .send<Qr>("POST", "/api/qr", { text: text.trim() })
                .then(setQr)
                .catch(() => setQr(null));
        }
    }, [text]);
    return (
        <div class="item-form">
            <p>{t("step2How")}</p>
            <Input name="invitation" label={t("pasted")} onInput={setText} />
            <Wrong why={isWrong ? t("pastedWrong") : ""} />
            {invitation !== null && (
                <Shown invitation={invitation} text={text.trim()} qr={qr} now={office.nodeNow} />
            )}
        </div>
    );
}

interface ShownProps {
    invitation: Invitation;
    text: string;
    qr: Qr | null;
    now(): number;
}

const margin = 4; // modules

function Shown({ invitation: { endpoint, expires }, text, qr, now }: ShownProps) {
    const [left, setLeft] = useState(() => remainingText(expires, now()));
    useEffect(() => {
        const look = (): void => setLeft(remainingText(expires, now()));
        look();
        const timer = setInterval(look, 1_000);
        return () => clearInterval(timer);
    }, [expires]);
    if (left === "") {
        return <Wrong why={t("isOver")} />;
    }
    const size = (qr?.modules ?? 0) + 2 * margin;
    return (
        <>
            <p class="validity">{t("validFor", { time: left })}</p>
            {qr !== null && (
                <svg
                    class="code"
                    viewBox={`${-margin} ${-margin} ${size} ${size}`}
                    role="img"
                    aria-label={t("codeOf")}
                >
                    <path d={qr.path} />
                </svg>
            )}
            <p class={isOfThisMachine(endpoint) ? "flag" : "quiet"}>
                {t(isOfThisMachine(endpoint) ? "onlyHere" : "leadsTo", { where: endpoint })}
            </p>
            <h3>{t("step3")}</h3>
            <p>{t("step3How")}</p>
            <Command text={joinCommand(text)} />
            <Command text="trestle run" />
        </>
    );
}

/** What is typed into a terminal; where the browser may, it is copied. */
export function Command({ text }: { text: string }) {
    const [isCopied, setCopied] = useState(false);
    const copy = async (): Promise<void> => {
        await navigator.clipboard.writeText(text);
        setCopied(true);
    };
    useEffect(() => setCopied(false), [text]);
    return (
        <div class="command">
            <code dir="ltr">{text}</code>
            {isSecureContext && (
                <button type="button" onClick={() => void copy().catch(() => {})}>
                    {isCopied ? t("copied") : t("copy")}
                </button>
            )}
        </div>
    );
}
