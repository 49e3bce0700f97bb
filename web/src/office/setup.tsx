// What is set up once: the pop-up, its stalls, stations, printers, taxes and discounts.
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../base/protocol";
import { entriesOf } from "./entry";
import { Check, Input } from "./fields";
import type { Office } from "./office";
import { popupOf, stepText } from "./popup-edit";
import { Records } from "./records";
import { inOrder, type Kind, type Known, type RecordsOf } from "./records-edit";
import { Outcome, useSaving, Wrong } from "./saving";
import { whyNot } from "./why";
import { t } from "./words";

const order: readonly Kind[] = ["stalls", "stations", "printers", "taxes", "offers"];

async function look(office: Office): Promise<Known> {
    const list = async <K extends Kind>(kind: K): Promise<readonly RecordsOf[K][]> =>
        inOrder((await office.read<Record<K, RecordsOf[K][]>>(`/api/${kind}`))[kind]);
    const [stalls, stations, printers, taxes, offers, { devices }] = await Promise.all([
        list("stalls"),
        list("stations"),
        list("printers"),
        list("taxes"),
        list("offers"),
        office.read<Pick<Known, "devices">>("/api/devices"),
    ]);
    return { stalls, stations, printers, taxes, offers, devices };
}

/** What there is, and how to ask for it anew. */
export function useKnown(office: Office) {
    const [known, setKnown] = useState<Known | null>(null);
    const [problem, setProblem] = useState("");
    const refresh = async (): Promise<void> => {
        try {
            setKnown(await look(office));
            setProblem("");
        } catch (error) {
            setProblem(whyNot(error));
        }
    };
    useEffect(() => void refresh(), []);
    return { known, problem, refresh };
}

export function SetupPart({ office }: { office: Office }) {
    const session = office.session.value;
    const { known, problem, refresh } = useKnown(office);
    if (session === null) {
        return null;
    }
    return (
        <>
            <PopupPanel office={office} session={session} />
            <Wrong why={problem} />
            {known === null && problem === "" && <p role="status">{t("asking")}</p>}
            {known !== null && (
                <div class="split">
                    {order.map((kind) => (
                        <Records
                            key={kind}
                            office={office}
                            session={session}
                            kind={kind}
                            known={known}
                            onSaved={refresh}
                        />
                    ))}
                </div>
            )}
        </>
    );
}

function PopupPanel({ office, session }: { office: Office; session: Session }) {
    const saving = useSaving(office, () => office.refresh());
    const may = session.capabilities.includes("popup");
    const submit = (event: SubmitEvent): void => {
        event.preventDefault();
        const form = entriesOf(event.currentTarget as HTMLFormElement);
        void saving.run(async () => {
            const wish = popupOf(form, session);
            const isWish = Object.keys(wish).length > 0;
            if (isWish) {
                await office.send("PATCH", "/api/popup", wish);
            }
            return isWish;
        });
    };
    return (
        <section class="panel" aria-label={t("popup")}>
            <h2>{t("popup")}</h2>
            <p class="quiet">{may ? t("popupHow") : t("mayNot")}</p>
            {session.conflict && <p class="flag">{t("changedTwiceHow")}</p>}
            <form class="item-form" onSubmit={submit} noValidate>
                <fieldset class="bare" disabled={!may} aria-label={t("popup")}>
                    <PopupFields session={session} />
                </fieldset>
                <Wrong why={saving.wrong} />
                {may && (
                    <div class="tools">
                        <button type="submit" class="primary" disabled={saving.isBusy}>
                            {saving.isBusy ? t("saving") : t("save")}
                        </button>
                    </div>
                )}
                <Outcome saving={saving} />
            </form>
            <p class="quiet">{t("languagesHow")}</p>
            <div class="tools">
                <a class="as-button" href="/codes">
                    {t("codesLink")}
                </a>
                <a class="as-button" href="#start">
                    {t("startLink")}
                </a>
            </div>
        </section>
    );
}

function PopupFields({ session }: { session: Session }) {
    const { currency, popup, copies, late_after_s, escalate_after_s, address, tips } = session;
    return (
        <div class="fields">
            <Input name="name" label={t("popupName")} value={popup} />
            <Input name="currency" label={t("currency")} value={currency} />
            <p class="quiet is-wide">{t("currencyHow")}</p>
            <Input
                name="cash_step"
                label={t("cashStep", { currency })}
                value={stepText(session)}
                isNumber
            />
            <Input name="copies" label={t("copies")} value={`${copies}`} isNumber />
            <Input name="late_after_s" label={t("lateAfter")} value={`${late_after_s}`} isNumber />
            <Input
                name="escalate_after_s"
                label={t("escalateAfter")}
                value={`${escalate_after_s}`}
                isNumber
            />
            <Input
                name="address"
                label={t("onlineAddress")}
                value={address}
                hint={t("onlineHint")}
                isWide
            />
            <Input name="tips" label={t("tips")} value={tips} hint={t("tipsHint")} isWide />
            <Check
                name="prices_include_tax"
                label={t("pricesInclude")}
                isOn={session.prices_include_tax}
            />
            <Check name="pay_first" label={t("payFirst")} isOn={session.pay_first} />
        </div>
    );
}
