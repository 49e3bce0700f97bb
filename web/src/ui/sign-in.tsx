// A person says who it is, by number and PIN: where the node wants to know, and whenever another
// takes over.
import { useEffect, useState } from "preact/hooks";
import { isAwaited } from "../base/ask";
import { become, isWanted, named, type Person, person } from "../base/person";
import type { Staff } from "../base/protocol";
import { counted, t } from "../base/words";
import { Sheet } from "./sheet";
import styles from "./sign-in.css?inline";
import { wear } from "./wear";

wear(styles);

const answerWithin = 15_000; // ms; a PIN is slow to try
/** They type into the field that was touched last; a tablet's own keyboard stays away. */
const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0"];
const staffMax = 9;
const pinMax = 12;
const place = "trestle.staff";

type Name = Pick<Staff, "number" | "name">;

/** Those who work here, as they were last read: whoever is not signed in may not ask for them. */
function known(): Name[] {
    try {
        return JSON.parse(sessionStorage.getItem(place) ?? "[]");
    } catch {
        return [];
    }
}

function remember(staff: Name[]): void {
    try {
        sessionStorage.setItem(place, JSON.stringify(staff));
    } catch {} // numbers are typed then
}

async function fetchNames(token?: string): Promise<Name[]> {
    const signal = AbortSignal.timeout(answerWithin);
    const answer = await fetch("/api/staff", { headers: named(token), signal });
    if (!answer.ok) {
        return known();
    }
    const { staff } = (await answer.json()) as { staff: Staff[] };
    const names = staff
        .filter(({ hidden }) => !hidden)
        .map(({ number, name }) => ({ number, name }));
    remember(names);
    return names;
}

/** Null when it worked, else why not. */
async function signIn(staff: number, pin: string): Promise<string | null> {
    const answer = await fetch("/api/session", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ staff, pin }),
        signal: AbortSignal.timeout(answerWithin),
    }).catch(() => null);
    if (answer === null) {
        return t("nodeSilent");
    }
    switch (answer.status) {
        case 201:
            break;
        case 401:
            return t("wrongPin");
        case 403:
            return t("pinNeedsHttps");
        case 429:
            return lockedText(Number(answer.headers.get("Retry-After")) || 30);
        default:
            return t("nodeSilent");
    }
    const { token, capabilities } = (await answer.json()) as {
        token: string;
        capabilities: string[];
    };
    if (!capabilities.includes("read-boards")) {
        return t("mayNotSee");
    }
    const names = await fetchNames(token).catch(known);
    const name =
        names.find(({ number }) => number === staff)?.name || t("staff", { number: staff });
    const isNeeded = isWanted.peek() || (person.peek()?.isNeeded ?? false);
    await take({ staff, name, token, isNeeded });
    return null;
}

function lockedText(seconds: number): string {
    return seconds > 90
        ? counted("lockedMinutes", Math.ceil(seconds / 60))
        : counted("lockedSeconds", seconds);
}

/** Who worked here before is signed out, at the node too unless something done in that name is
 * still to be sent. */
async function take(now: Person | null): Promise<void> {
    const before = person.peek()?.token;
    become(now);
    if (before && !isAwaited(before)) {
        const signal = AbortSignal.timeout(answerWithin);
        await fetch("/api/session", { method: "DELETE", headers: named(before), signal }).catch(
            () => {}, // gone here; at the node it ends by itself
        );
    }
}

export function SignIn({ onDone }: { onDone?: () => void }) {
    const [names, setNames] = useState<readonly Name[]>(known);
    const [staff, setStaff] = useState("");
    const [pin, setPin] = useState("");
    const [why, setWhy] = useState<string | null>(null);
    const [isBusy, setBusy] = useState(false);
    const [isAtStaff, setAtStaff] = useState(true);
    const isStaffTyped = names.length === 0;
    useEffect(() => {
        if (!isWanted.peek()) {
            fetchNames().then(setNames, () => {}); // those that are known are shown
        }
    }, []);
    const press = (key: string) => () => {
        const after = (now: string, max: number): string =>
            key === "⌫" ? now.slice(0, -1) : (now + key).slice(0, max);
        if (isStaffTyped && isAtStaff) {
            setStaff((now) => after(now, staffMax));
        } else {
            setPin((now) => after(now, pinMax));
        }
    };
    const submit = (event: SubmitEvent): void => {
        event.preventDefault();
        setBusy(true);
        setWhy(null);
        void signIn(Number(staff), pin).then((refusal) => {
            setBusy(false);
            setPin("");
            setWhy(refusal);
            if (refusal === null) {
                onDone?.();
            }
        });
    };
    return (
        <form class="sign-in" onSubmit={submit}>
            {onDone === undefined && <h1>{t("whoWorks")}</h1>}
            {isStaffTyped ? (
                <label>
                    {t("yourNumber")}
                    <input
                        inputMode="none"
                        pattern="[0-9]{1,9}"
                        autocomplete="off"
                        required
                        class={isAtStaff ? "is-typed" : ""}
                        value={staff}
                        onFocus={() => setAtStaff(true)}
                        onInput={(event) => setStaff(event.currentTarget.value)}
                    />
                </label>
            ) : (
                <div class="sign-in-people">
                    {names.map(({ number, name }) => (
                        <button
                            key={number}
                            type="button"
                            aria-pressed={staff === String(number)}
                            onClick={() => setStaff(String(number))}
                        >
                            {name || t("staff", { number })} <small>{number}</small>
                        </button>
                    ))}
                </div>
            )}
            <label>
                {t("pin")}
                <input
                    type="password"
                    inputMode="none"
                    pattern="[0-9]{4,12}"
                    autocomplete="off"
                    required
                    class={isStaffTyped && isAtStaff ? "" : "is-typed"}
                    value={pin}
                    onFocus={() => setAtStaff(false)}
                    onInput={(event) => setPin(event.currentTarget.value)}
                />
            </label>
            {why !== null && (
                <p class="flag flag-bad" role="alert">
                    {why}
                </p>
            )}
            <div class="keys-of-pin">
                {keys.map((key) => (
                    <button
                        key={key}
                        type="button"
                        aria-label={key === "⌫" ? t("clearDigit") : key}
                        onClick={press(key)}
                    >
                        {key}
                    </button>
                ))}
                <button type="submit" class="primary" disabled={isBusy || staff === ""}>
                    {isBusy ? t("oneMoment") : t("signIn")}
                </button>
            </div>
        </form>
    );
}

/** Over the screen: another takes over, or nobody works here for a while. */
export function SignInSheet({ onClose }: { onClose(): void }) {
    const now = person.value;
    const leave = (): void => {
        void take(null);
        onClose();
    };
    return (
        <Sheet
            title={t("whoWorks")}
            onClose={onClose}
            actions={
                now && (
                    <button type="button" class="danger" onClick={leave}>
                        {now.isNeeded ? t("lock") : t("signOut")}
                    </button>
                )
            }
        >
            {now && <p>{t("worksNow", { name: now.name })}</p>}
            <SignIn onDone={onClose} />
        </Sheet>
    );
}
