import { useState } from "preact/hooks";
import { t as say } from "../base/words";
import type { Office } from "./office";
import { t } from "./words";

/** This device's own screen may not read reports: a person who may says who that is. */
export function SignIn({ office }: { office: Office }) {
    const [wrong, setWrong] = useState<string | null>(null);
    const [isBusy, setBusy] = useState(false);
    const isPerson = office.token.value !== null;
    const submit = (event: SubmitEvent): void => {
        event.preventDefault();
        const form = event.currentTarget as HTMLFormElement;
        const fields = new FormData(form);
        const pin = String(fields.get("pin"));
        setBusy(true);
        setWrong(null);
        void office.signIn(Number(fields.get("staff")), pin).then((why) => {
            setBusy(false);
            setWrong(why);
            form.querySelector<HTMLInputElement>("[name=pin]")?.select();
        });
    };
    return (
        <form class="panel sign-in" onSubmit={submit}>
            <h2>{t("whoLooks")}</h2>
            {isPerson ? (
                <p class="flag" role="alert">
                    {t("lookMayNot")}
                </p>
            ) : (
                <p>{t("lookHow")}</p>
            )}
            <label>
                {t("staffNumber")}
                <input name="staff" type="text" inputMode="numeric" pattern="[0-9]{1,9}" required />
            </label>
            <label>
                {say("pin")}
                <input
                    name="pin"
                    type="password"
                    inputMode="numeric"
                    pattern="[0-9]{4,12}"
                    autocomplete="off"
                    required
                />
            </label>
            {wrong !== null && (
                <p class="flag flag-bad" role="alert">
                    {wrong}
                </p>
            )}
            <button type="submit" class="primary huge" disabled={isBusy}>
                {say("signIn")}
            </button>
        </form>
    );
}
