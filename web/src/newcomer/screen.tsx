// How this device comes into a pop-up: by a code of another one, or by six digits on both screens.
import { useEffect, useState } from "preact/hooks";
import { makePart } from "../base/part";
import type { Joining } from "../base/protocol";
import { hasCamera } from "../ui/has-camera";
import { Header } from "../ui/header";
import { Icon } from "../ui/icon";
import { ShownOver } from "../ui/part-sheet";
import { codeIn, digitsText, type Hand, placeIn, screenAfter } from "./joining";
import { type Text, t } from "./words";

const camera = makePart(async () => (await import("../ui/camera")).Camera);
const stays = 3_000; // ms, for people to read what their device is called

interface Props {
    hand: Hand;
    /** Of the page, which any screen's may be. */
    path: string;
    open(where: string): void;
}

export function NewcomerScreen({ hand, path, open }: Props) {
    const now = hand.now.value;
    return (
        <>
            <Header view="join" title={t("title")} session={null} />
            <main class="newcomer">
                {hand.isSilent.value && (
                    <p class="flag flag-bad" role="alert">
                        {t("silent")}
                    </p>
                )}
                {now === null ? (
                    <p role="status">{t("waiting")}</p>
                ) : (
                    <Stage hand={hand} now={now} path={path} open={open} />
                )}
            </main>
        </>
    );
}

function Stage({ hand, now, path, open }: Props & { now: Joining }) {
    switch (now.state) {
        case "waits":
            return <Wanted hand={hand} now={now} />;
        case "compare":
            return <Compare hand={hand} now={now} />;
        case "failed":
            return <Failed hand={hand} now={now} />;
        case "member":
            return <Member now={now} path={path} open={open} />;
        default:
            return <Progress hand={hand} now={now} />;
    }
}

function Wrong({ why }: { why: string }) {
    return why === "" ? null : (
        <p class="flag flag-bad" role="alert">
            {why}
        </p>
    );
}

/** Where nothing is on its way: both ways in. */
function Wanted({ hand, now }: { hand: Hand; now: Joining }) {
    const [name, setName] = useState("");
    const [isReachable, setReachable] = useState(true);
    const own = { name: name.trim(), ...(now.may_open ? { reachable: isReachable } : {}) };
    return (
        <>
            <h2>{t("lead")}</h2>
            <p>{t("there")}</p>
            <div class="panel">
                <label>
                    {t("nameLabel")}
                    <input
                        name="name"
                        maxLength={40}
                        placeholder={t("nameHint")}
                        autocomplete="off"
                        dir="auto"
                        aria-describedby="name-how"
                        onInput={(event) => setName(event.currentTarget.value)}
                    />
                </label>
                <p class="quiet" id="name-how">
                    {t("nameHow")}
                </p>
                {now.may_open && (
                    <label class="check">
                        <input
                            type="checkbox"
                            name="reachable"
                            checked={isReachable}
                            onChange={(event) => setReachable(event.currentTarget.checked)}
                        />
                        {t("reachable")}
                    </label>
                )}
            </div>
            <Wrong why={hand.wrong.value} />
            <div class="ways">
                <ByCode hand={hand} onCode={(code) => void hand.ask({ ...own, code })} />
                <ByDigits
                    hand={hand}
                    doors={now.doors ?? []}
                    onPlace={(place) => void hand.ask({ ...own, place })}
                />
            </div>
        </>
    );
}

function ByCode({ hand, onCode }: { hand: Hand; onCode(code: string): void }) {
    const [text, setText] = useState("");
    const [isWrong, setWrong] = useState(false);
    const [isSeeing, setSeeing] = useState(false);
    return (
        <section class="panel" aria-label={t("byCode")}>
            <h3>{t("byCode")}</h3>
            <form
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    const code = codeIn(text);
                    setWrong(code === "");
                    if (code !== "") {
                        onCode(code);
                    }
                }}
            >
                <label>
                    {t("codeLabel")}
                    <textarea
                        name="code"
                        rows={4}
                        dir="ltr"
                        spellcheck={false}
                        autocomplete="off"
                        autocapitalize="off"
                        aria-describedby="code-how"
                        onInput={(event) => setText(event.currentTarget.value)}
                    />
                </label>
                <p class="quiet" id="code-how">
                    {t("codeHow")}
                </p>
                <Wrong why={isWrong ? t("needsCode") : ""} />
                <div class="tools">
                    <button type="submit" class="primary" disabled={hand.isBusy.value}>
                        {t("join")}
                    </button>
                    {hasCamera && (
                        <button
                            type="button"
                            onClick={() => {
                                camera.load();
                                setSeeing(true);
                            }}
                        >
                            <Icon name="scan" />
                            {t("scan")}
                        </button>
                    )}
                </div>
            </form>
            {isSeeing && (
                <ShownOver part={camera} onClose={() => setSeeing(false)}>
                    {(Camera) => (
                        <Camera
                            says={cameraSays()}
                            isRight={(code) => codeIn(code) !== ""}
                            onFound={(code) => {
                                setSeeing(false);
                                onCode(codeIn(code));
                            }}
                            onClose={() => setSeeing(false)}
                        />
                    )}
                </ShownOver>
            )}
        </section>
    );
}

const cameraSays = () => ({
    title: t("cameraTitle"),
    sees: t("cameraSees"),
    how: t("cameraHow"),
    other: t("cameraOther"),
    shut: t("cameraShut"),
});

interface ByDigitsProps {
    hand: Hand;
    /** Endpoints near by. */
    doors: readonly string[];
    onPlace(place: string): void;
}

function ByDigits({ hand, doors, onPlace }: ByDigitsProps) {
    const [text, setText] = useState("");
    const [isWrong, setWrong] = useState(false);
    return (
        <section class="panel" aria-label={t("byDigits")}>
            <h3>{t("byDigits")}</h3>
            {doors.length > 0 && (
                <div class="doors">
                    <p>{t("near")}</p>
                    {doors.map(placeIn).map((place) => (
                        <button
                            key={place}
                            type="button"
                            class="primary"
                            disabled={hand.isBusy.value}
                            onClick={() => onPlace(place)}
                        >
                            {t("knockAt", { place: `\u2066${place}\u2069` })}
                        </button>
                    ))}
                </div>
            )}
            <form
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    const place = placeIn(text);
                    setWrong(place === "");
                    if (place !== "") {
                        onPlace(place);
                    }
                }}
            >
                <label>
                    {t("placeLabel")}
                    <input
                        name="place"
                        dir="ltr"
                        inputMode="url"
                        placeholder="192.168.1.10:7451"
                        autocomplete="off"
                        autocapitalize="off"
                        aria-describedby="place-how"
                        onInput={(event) => setText(event.currentTarget.value)}
                    />
                </label>
                <p class="quiet" id="place-how">
                    {t("placeHow")}
                </p>
                <Wrong why={isWrong ? t("needsPlace") : ""} />
                <div class="tools">
                    <button type="submit" disabled={hand.isBusy.value}>
                        {t("knock")}
                    </button>
                </div>
            </form>
        </section>
    );
}

/** An endpoint as people read it, kept in its own direction. */
function placeText(now: Joining): string {
    return `\u2066${placeIn(now.place ?? "")}\u2069`;
}

function Progress({ hand, now }: { hand: Hand; now: Joining }) {
    const isKnown = placeIn(now.place ?? "") !== "";
    return (
        <section class="panel" aria-label={t("title")}>
            {now.state === "done" && (
                <p class="verdict verdict-good" role="status">
                    <Icon name="check" />
                    {t("done")}
                </p>
            )}
            {now.state === "agreed" && (
                <>
                    <p role="status">{t("agreed")}</p>
                    <Digits now={now} />
                </>
            )}
            {now.state === "knocks" && (
                <p role="status">
                    {isKnown ? t("knocking", { place: placeText(now) }) : t("knockingSoon")}
                </p>
            )}
            <progress aria-label={t("title")} />
            {now.state !== "done" && (
                <div class="tools">
                    <button
                        type="button"
                        disabled={hand.isBusy.value}
                        onClick={() => void hand.end()}
                    >
                        {t("stop")}
                    </button>
                </div>
            )}
        </section>
    );
}

function Digits({ now }: { now: Joining }) {
    return (
        <output class="digits" dir="ltr">
            {digitsText(now.shown ?? "")}
        </output>
    );
}

function Compare({ hand, now }: { hand: Hand; now: Joining }) {
    const shown = now.shown ?? "";
    return (
        <section class="panel compare" aria-label={t("compareTitle")}>
            <p role="status">{t("compare")}</p>
            <Digits now={now} />
            <p class="quiet">{t("compareHow")}</p>
            <Wrong why={hand.wrong.value} />
            <div class="tools">
                <button
                    type="button"
                    class="primary"
                    disabled={hand.isBusy.value}
                    onClick={() => void hand.compare(shown, true)}
                >
                    {t("yes")}
                </button>
                <button
                    type="button"
                    disabled={hand.isBusy.value}
                    onClick={() => void hand.compare(shown, false)}
                >
                    {t("no")}
                </button>
            </div>
        </section>
    );
}

function Failed({ hand, now }: { hand: Hand; now: Joining }) {
    const trouble: Text = now.trouble ?? "other";
    return (
        <section class="panel" aria-label={t("title")}>
            <p class="flag flag-bad" role="alert">
                <Icon name="warn" />
                {t(trouble, { place: placeText(now) })}
            </p>
            <div class="tools">
                <button
                    type="button"
                    class="primary"
                    disabled={hand.isBusy.value}
                    onClick={() => void hand.end()}
                >
                    {t("again")}
                </button>
            </div>
        </section>
    );
}

function Member({ now, path, open }: { now: Joining; path: string; open(where: string): void }) {
    const where = screenAfter(path, now.role ?? "");
    useEffect(() => {
        const timer = setTimeout(() => open(where), stays);
        return () => clearTimeout(timer);
    }, [where]);
    return (
        <section class="panel" aria-label={t("title")}>
            <p class="verdict verdict-good" role="status">
                <Icon name="check" />
                {t("member")}
            </p>
            {now.name && <p>{t("memberAs", { name: `\u2068${now.name}\u2069` })}</p>}
            {now.lane && <p>{t("memberLane", { lane: now.lane })}</p>}
            <div class="tools">
                <button type="button" class="primary" onClick={() => open(where)}>
                    {t("goOn")}
                </button>
            </div>
        </section>
    );
}
