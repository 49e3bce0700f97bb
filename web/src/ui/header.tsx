import type { ComponentChildren } from "preact";
import type { Session } from "../base/protocol";
import { Icon } from "./icon";
import { toggleTheme } from "./theme";

interface Props {
    view: string;
    title: string;
    session: Session | null;
    children?: ComponentChildren;
}

/** The top bar: where one is, then what the screen offers. */
export function Header({ view, title, session, children }: Props) {
    return (
        <header class="top">
            <div class="place">
                <h1>{title}</h1>
                <span>{session?.popup || "Trestle"}</span>
            </div>
            {children}
            <button
                type="button"
                class="plain theme-button"
                onClick={() => toggleTheme(view)}
                aria-label="Light or dark"
            >
                <Icon name="sun" />
            </button>
        </header>
    );
}
