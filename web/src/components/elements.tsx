// What has a style and no code of its own: things to press, notes.
import type { VNode } from "preact";
import { language } from "../base/catalogue";
import { Icon } from "../ui/icon";
import type { Component } from "./states";

const long = "Accept the order and tell the customer that it will take rather longer than usual";
const text = (english: string): string => (language.value === "ar" ? "قبول الطلب" : english);

function button(name: string, kind: string): Component {
    const draw = (words: string, isOff = false) => (
        <button type="button" class={kind} disabled={isOff}>
            {words}
        </button>
    );
    return {
        name,
        normal: () => draw(text("Accept")),
        own: { disabled: () => draw("Accept", true), long: () => draw(long) },
    };
}

const field = (value: string, isOff = false, hint = "") => (
    <label>
        {text("Name")}
        <input value={value} disabled={isOff} placeholder={hint} />
    </label>
);
const choose = (word: string, isOff = false) => (
    <select aria-label={text("Station")} disabled={isOff}>
        <option>{word}</option>
    </select>
);
const choices = (...words: string[]) => (
    <div class="switch">
        {words.map((word, at) => (
            <button key={word} type="button" aria-pressed={at === 0}>
                {word}
            </button>
        ))}
    </div>
);
const stepper = (isOff = false) => (
    <div class="stepper">
        <button type="button" aria-label={text("One less")} disabled={isOff}>
            <Icon name="minus" />
        </button>
        <output>12</output>
        <button type="button" aria-label={text("One more")}>
            <Icon name="plus" />
        </button>
    </div>
);
const choice = (word: string, isOff = false) => (
    <button type="button" class="choice" aria-pressed={!isOff} disabled={isOff}>
        <span class="mark">{!isOff && <Icon name="check" />}</span> {word}
    </button>
);
const note = (kind: string) => (word: string) => (
    <p class={kind}>
        <Icon name="warn" /> <span>{word}</span>
    </p>
);
const alert = (word: string) => (
    <div class="alert">
        <Icon name="warn" />
        <span>{word}</span>
        <button type="button">{text("Show")}</button>
    </div>
);
const pill = (grade: string) => (word: string) => (
    <span class={`pill ${grade}`}>
        <Icon name="live" /> {word}
    </span>
);

/** In each state that words alone make. */
function said(name: string, word: string, draw: (word: string) => VNode): Component {
    return { name, normal: () => draw(text(word)), own: { long: () => draw(long) } };
}

export const elements: Component[] = [
    button("button", ""),
    button("button, primary", "primary"),
    button("button, plain", "plain"),
    button("button, danger", "danger"),
    button("button, huge", "primary huge"),
    {
        name: "input",
        normal: () => field(text("Ana")),
        own: {
            disabled: () => field("Ana", true),
            empty: () => field("", false, "A name to call out"),
            long: () => field(long),
        },
    },
    {
        name: "select",
        normal: () => choose(text("All stations")),
        own: { disabled: () => choose("All stations", true), long: () => choose(long) },
    },
    { name: "switch", normal: () => choices(text("Eat in"), "Take away") },
    { name: "stepper", normal: () => stepper(), own: { disabled: () => stepper(true) } },
    {
        name: "choice",
        normal: () => choice(text("Cheddar")),
        own: { disabled: () => choice("Cheddar", true), long: () => choice(long) },
    },
    said("flag", "Not paid yet", note("flag")),
    said("flag, bad", "Nobody has seen it", note("flag flag-bad")),
    said("alert", "The kitchen has not seen 2 orders.", alert),
    said("pill, good", "Live", pill("grade-good")),
    said("pill, busy", "Catching up", pill("grade-busy")),
    said("pill, warn", "Queued (2)", pill("grade-warn")),
    said("pill, bad", "No node", pill("grade-bad")),
    said("kbd", "U", (word) => <kbd>{word}</kbd>),
    said("empty", "No new orders.", (word) => <p class="empty">{word}</p>),
];
