import type { ComponentChildren } from "preact";
import type { Session } from "../base/protocol";
import { t } from "../base/words";
import { Icon } from "./icon";
import { LanguageSwitch } from "./language-switch";
import { toggleTheme } from "./theme";

interface Props {
    view: string;
    title: string;
    session: Session | null;
    children?: ComponentChildren;
}

/** The top bar: where one is, then what the screen offers, in which language and light. */
export function Header({ view, title, session, children }: Props) {
    return (
        <header class="top">
            <div class="place">
                <h1>{title}</h1>
                <span>{session?.popup || "Trestle"}</span>
            </div>
            {children}
            <LanguageSwitch />
            <button
                type="button"
                class="plain theme-button"
                onClick={() => toggleTheme(view)}
                aria-label={t("theme")}
            >
                <Icon name="sun" />
            </button>
        </header>
    );
}
