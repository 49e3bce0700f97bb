// Bringing a device in: what it will be, a code that its camera reads or six digits to compare, and
// who came. The node takes it in; this asks, and shows how far it is.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { DeviceList, Invitation, Qr, Role } from "../base/protocol";
import { Icon } from "../ui/icon";
import { Input, Select } from "./fields";
import {
    digitsText,
    endText,
    freeLane,
    isAwaited,
    isOfThisMachine,
    joinCommand,
    knockAt,
    remainingText,
} from "./invitation";
import { type Inviting, useInviting } from "./inviting";
import type { Office } from "./office";
import { Wrong } from "./saving";
import { deviceRoles, roleText } from "./staff-edit";
import { counted, t } from "./words";

type Devices = DeviceList["devices"];

interface Props {
    office: Office;
    devices: Devices;
}

export function Invite({ office, devices }: Props) {
    const inviting = useInviting(office);
    const { now } = inviting;
    const come = devices.find(({ id }) => now?.state === "joined" && id === now.device);
    if (now !== null && isAwaited(now)) {
        return <Open office={office} inviting={inviting} now={now} />;
    }
    return (
        <div class="invite">
            {come !== undefined && (
                <p class="verdict verdict-good" role="status">
                    <Icon name="check" />
                    {t("joined", { name: come.name || come.role })}
                </p>
            )}
            {now !== null && <Ended now={now} />}
            <p class="quiet">{t("inviteHow")}</p>
            <Wanted key={now?.device ?? ""} devices={devices} inviting={inviting} />
        </div>
    );
}

function Ended({ now }: { now: Invitation }) {
    const text = endText(now);
    if (text !== null) {
        return <Wrong why={t(text)} />;
    }
    return now.state !== "refused" ? null : (
        <p class="flag flag-bad" role="alert">
            {t("notInvited")} <span lang="en">{now.why}</span>
        </p>
    );
}

/** What the new device will be, and how it comes in. */
function Wanted({ devices, inviting }: { devices: Devices; inviting: Inviting }) {
    const [role, setRole] = useState<Role>("kitchen");
    const [lane, setLane] = useState(() => freeLane(devices.map((one) => one.lane)));
    const [name, setName] = useState("");
    const owner = devices.find((one) => one.lane === lane);
    const wrong = !/^[A-Z]{1,3}$/.test(lane)
        ? t("laneNeeds")
        : owner !== undefined
          ? t("laneTaken", { lane, name: owner.name || owner.role })
          : "";
    const isStopped = wrong !== "" || inviting.isBusy;
    const ask = (digits: boolean): void => inviting.ask({ role, lane, name: name.trim(), digits });
    return (
        <form
            class="item-form"
            noValidate
            onSubmit={(event) => {
                event.preventDefault();
                if (!isStopped) {
                    ask(false);
                }
            }}
        >
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
            <Wrong why={wrong || inviting.wrong} />
            <div class="tools">
                <button type="submit" class="primary" disabled={isStopped}>
                    {t("showCode")}
                </button>
                <button type="button" disabled={isStopped} onClick={() => ask(true)}>
                    {t("useDigits")}
                </button>
            </div>
        </form>
    );
}

interface OpenProps {
    office: Office;
    inviting: Inviting;
    now: Invitation;
}

/** One that waits: the code or the digits, the time that is left, and a way out. */
function Open({ office, inviting, now }: OpenProps) {
    const { state, role, name } = now;
    return (
        <div class="invite">
            {role !== undefined && (
                <p class="invite-whom">{name ? `${name} · ${roleText(role)}` : roleText(role)}</p>
            )}
            <Wrong why={inviting.wrong} />
            {state === "asked" && <p role="status">{t("waiting")}</p>}
            {state === "open" && now.digits && <Knock now={now} />}
            {state === "open" && !now.digits && <Code office={office} now={now} />}
            {state === "compare" && <Compare now={now} inviting={inviting} />}
            {state === "agreed" && (
                <p class="verdict verdict-good" role="status">
                    <Icon name="check" />
                    {t("sayYesThere")}
                </p>
            )}
            {state !== "compare" && (
                <div class="tools">
                    <button type="button" disabled={inviting.isBusy} onClick={inviting.end}>
                        {t("endInvite")}
                    </button>
                </div>
            )}
        </div>
    );
}

function TimeLeft({ now }: { now: Invitation }) {
    return (
        <p class="validity" role="timer">
            {t("validFor", { time: remainingText(now.seconds ?? 0) })}
        </p>
    );
}

/** Where it leads; a node that only this machine reaches surprises newcomers. */
function LeadsTo({ place }: { place: string }) {
    return (
        <p class={isOfThisMachine(place) ? "flag" : "quiet"}>
            {t(isOfThisMachine(place) ? "onlyHere" : "leadsTo", { where: place })}
        </p>
    );
}

const margin = 4; // modules

function Code({ office, now }: { office: Office; now: Invitation }) {
    const [qr, setQr] = useState<Qr | null>(null);
    const text = now.invitation ?? "";
    useEffect(() => {
        setQr(null);
        if (text !== "") {
            // The command says the same: without a code it is typed.
            office
                .send<Qr>("POST", "/api/qr", { text })
                .then(setQr)
                .catch(() => setQr(null));
        }
    }, [text]);
    const size = (qr?.modules ?? 0) + 2 * margin;
    if (text === "") {
        return (
            <>
                <p>{t("atKeyboard")}</p>
                <TimeLeft now={now} />
            </>
        );
    }
    return (
        <div class="invite-open">
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
            <Beside>
                <TimeLeft now={now} />
                <p>{t("codeHow")}</p>
                <LeadsTo place={now.place ?? ""} />
                <details>
                    <summary>{t("byCommand")}</summary>
                    <p>{t("byCommandHow")}</p>
                    <Command text={joinCommand(text)} />
                    <Command text="trestle run" />
                </details>
            </Beside>
        </div>
    );
}

function Beside({ children }: { children: ComponentChildren }) {
    return <div class="invite-beside">{children}</div>;
}

/** Nobody has knocked yet. */
function Knock({ now }: { now: Invitation }) {
    const { place = "", tries = 3 } = now;
    return (
        <>
            <TimeLeft now={now} />
            {tries < 3 && <p class="flag">{counted("sentAway", tries)}</p>}
            <p role="status">{t("knockHow")}</p>
            <Command text={joinCommand(knockAt(place))} />
            <LeadsTo place={place} />
        </>
    );
}

function Compare({ now, inviting }: { now: Invitation; inviting: Inviting }) {
    return (
        <section class="compare" aria-label={t("compareTitle")}>
            <p role="status">
                {now.newcomer ? t("compareNamed", { name: now.newcomer }) : t("compareUnnamed")}
            </p>
            <output class="digits" dir="ltr">
                {digitsText(now.shown ?? "")}
            </output>
            <p class="quiet">{t("compareHow")}</p>
            <div class="tools">
                <button
                    type="button"
                    class="primary"
                    disabled={inviting.isBusy}
                    onClick={() => inviting.compare(true)}
                >
                    {t("compareYes")}
                </button>
                <button
                    type="button"
                    class="danger"
                    disabled={inviting.isBusy}
                    onClick={() => inviting.compare(false)}
                >
                    {t("compareNo")}
                </button>
            </div>
            <TimeLeft now={now} />
        </section>
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
