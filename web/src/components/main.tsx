// The page of all components, each in every state, for whoever works on the screens: how a change
// of a token or a style looks everywhere. Each is drawn once and follows nothing afterwards, so
// that one page shows what a screen shows at different times.
import { render } from "preact";
import { language, learn, wear } from "../base/catalogue";
import { detailPart } from "../ui/connection";
import { signInPart } from "../ui/gate";
import { LanguageSwitch } from "../ui/language-switch";
import { Who } from "../ui/who";
import { elements } from "./elements";
import { ours } from "./ours";
import { type Component, type Draw, hold, holdStill, statesOf } from "./states";
import { Tokens } from "./tokens";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "../ui/options.css";
import "./components.css";

/** No node answers: the first who signs in waits for ever, the others are told that the PIN is
 * wrong. */
function playNode(): void {
    let asked = 0;
    window.fetch = (path) => {
        if (path !== "/api/session") {
            return Promise.reject(new Error("there is no node"));
        }
        asked += 1;
        return asked === 1
            ? new Promise(() => undefined)
            : Promise.resolve(new Response("{}", { status: 401 }));
    };
}

/** Sheets lie in the page, where they can be seen beside each other. */
function layDown(): void {
    HTMLDialogElement.prototype.showModal = function showModal() {
        this.setAttribute("open", "");
    };
}

/** What comes later on a screen is here before anything is drawn. */
async function loadAll(): Promise<void> {
    const scratch = document.createElement("div");
    await Promise.all([import("../ui/sign-in"), import("../ui/languages")]);
    await learn("ar");
    await wear("en");
    signInPart.load();
    detailPart.load();
    render(<Who />, scratch);
    scratch.querySelector("button")?.click(); // its sheet is open from now on
    const isHere = (): boolean => {
        render(null, scratch);
        render(<LanguageSwitch />, scratch);
        return scratch.firstChild !== null && !!signInPart.it.value && !!detailPart.it.value;
    };
    while (!isHere()) {
        await new Promise((resolve) => setTimeout(resolve, 20)); // ms
    }
}

function add<K extends keyof HTMLElementTagNameMap>(to: Element, tag: K, text = "") {
    const element = document.createElement(tag);
    element.textContent = text;
    to.append(element);
    return element;
}

function show(section: Element, component: Component, state: string, draw: Draw): void {
    const figure = add(section, "figure");
    figure.dataset["state"] = state;
    add(figure, "figcaption", state);
    const specimen = add(figure, "div");
    specimen.className = "specimen";
    const isArabic = state === "right to left";
    specimen.lang = isArabic ? "ar" : "en";
    specimen.dir = isArabic ? "rtl" : "ltr";
    language.value = specimen.lang as "ar" | "en";
    render(draw(), specimen);
    language.value = "en";
    if (hold(state, specimen) === null) {
        figure.remove();
    }
    component.acts?.[state]?.(specimen);
}

function showAll(main: Element, title: string, components: readonly Component[]): void {
    add(main, "h2", title);
    for (const component of components) {
        const section = add(main, "section");
        section.className = "component";
        section.dataset["component"] = component.name;
        add(section, "h3", component.name);
        const row = add(section, "div");
        row.className = "states";
        for (const [state, draw] of statesOf(component)) {
            show(row, component, state, draw);
        }
    }
}

playNode();
layDown();
await loadAll();
const main = add(document.body, "main");
add(main, "h1", "Components");
render(<Tokens />, add(main, "div"));
showAll(main, "Elements", elements);
showAll(main, "Components", ours);
holdStill();
(document.activeElement as HTMLElement | null)?.blur();
scrollTo(0, 0);
document.documentElement.dataset["drawn"] = "";
