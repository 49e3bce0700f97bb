// One device: its name, its role, and what happens when it is gone.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { DeviceList } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import { entriesOf, nameOf } from "./entry";
import { Input, Select } from "./fields";
import type { Office } from "./office";
import { type Saving, Wrong } from "./saving";
import { deviceRoles, roleText } from "./staff-edit";
import { type Text, t } from "./words";

type Device = DeviceList["devices"][number];

interface Props {
    office: Office;
    device: Device;
    saving: Saving;
    onClose(): void;
}

type End = "retire" | "revoke";

/** What a person reads before it is done. */
const ends: Readonly<Record<End, { title: Text; deed: Text; how: readonly Text[] }>> = {
    retire: {
        title: "retireTitle",
        deed: "retireDo",
        how: ["retireHow1", "retireHow2", "retireHow3", "retireHow4"],
    },
    revoke: {
        title: "revokeTitle",
        deed: "revokeDo",
        how: ["revokeHow1", "revokeHow2", "revokeHow3", "revokeHow4", "revokeHow5"],
    },
};

export function DeviceSheet({ office, device, saving, onClose }: Props) {
    const [end, setEnd] = useState<End | null>(null);
    const name = device.name || device.role;
    const deed = async (verb: string, body: object): Promise<boolean> =>
        saving.run(async () => {
            await office.send("POST", `/api/devices/${device.id}/${verb}`, body);
            return true;
        });
    const rename = (event: SubmitEvent): void => {
        event.preventDefault();
        const form = entriesOf(event.currentTarget as HTMLFormElement);
        void saving.run(async () => {
            const wanted = nameOf(form.one("name"));
            await office.send("POST", `/api/devices/${device.id}/rename`, { name: wanted });
            return true;
        });
    };
    const setRole = (event: SubmitEvent): void => {
        event.preventDefault();
        const role = entriesOf(event.currentTarget as HTMLFormElement).one("role");
        void deed("role", { role });
    };
    if (end !== null) {
        return (
            <Ending
                key={end}
                end={end}
                name={name}
                saving={saving}
                onBack={() => {
                    saving.clear();
                    setEnd(null);
                }}
                onClose={onClose}
                onDo={() => void deed(end, {}).then((isDone) => isDone && onClose())}
            />
        );
    }
    return (
        <Sheet key="device" title={name} onClose={onClose} closeText={t("close")}>
            <Wrong why={saving.wrong} />
            <Line onSubmit={rename} deed={t("rename")} isBusy={saving.isBusy}>
                <Input name="name" label={t("deviceName")} value={device.name} />
            </Line>
            <Line onSubmit={setRole} deed={t("setRole")} isBusy={saving.isBusy}>
                <Select
                    name="role"
                    label={t("deviceRole")}
                    value={device.role}
                    all={deviceRoles.map((role) => ({ value: role, text: roleText(role) }))}
                />
            </Line>
            <p class="quiet">{t("rolesOwnNo")}</p>
            {!device.own && !device.revoked && (
                <div class="aside">
                    <h3>{t("gone")}</h3>
                    <p class="quiet">{t("goneHow")}</p>
                    <div class="tools">
                        {!device.retired && (
                            <button type="button" onClick={() => setEnd("retire")}>
                                {t("retire")}
                            </button>
                        )}
                        <button type="button" class="danger" onClick={() => setEnd("revoke")}>
                            {t("revoke")}
                        </button>
                    </div>
                </div>
            )}
        </Sheet>
    );
}

interface LineProps {
    deed: string;
    isBusy: boolean;
    onSubmit(event: SubmitEvent): void;
    children: ComponentChildren;
}

function Line({ deed, isBusy, onSubmit, children }: LineProps) {
    return (
        <form class="item-form deed" onSubmit={onSubmit} noValidate>
            {children}
            <button type="submit" disabled={isBusy}>
                {deed}
            </button>
        </form>
    );
}

interface EndingProps {
    end: End;
    name: string;
    saving: Saving;
    onBack(): void;
    onClose(): void;
    onDo(): void;
}

function Ending({ end, name, saving, onBack, onClose, onDo }: EndingProps) {
    const { title, deed, how } = ends[end];
    return (
        <Sheet
            title={t(title, { name })}
            onClose={onClose}
            closeText={t("close")}
            actions={
                <>
                    <button type="button" onClick={onBack}>
                        {t("cancel")}
                    </button>
                    <button type="button" class="danger" disabled={saving.isBusy} onClick={onDo}>
                        {t(deed, { name })}
                    </button>
                </>
            }
        >
            <Wrong why={saving.wrong} />
            <ul class="consequences">
                {how.map((text) => (
                    <li key={text}>{t(text)}</li>
                ))}
            </ul>
        </Sheet>
    );
}
