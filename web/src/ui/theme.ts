// Light or dark: what the page asks for, unless a person chose; kept on this device per screen.

export type Theme = "light" | "dark";

function key(view: string): string {
    return `trestle.theme.${view}`;
}

/** Storage may be forbidden; then the choice lasts as long as the page. */
function stored(view: string): Theme | null {
    try {
        const value = localStorage.getItem(key(view));
        return value === "light" || value === "dark" ? value : null;
    } catch {
        return null;
    }
}

export function currentTheme(): Theme {
    const chosen = document.documentElement.dataset["theme"];
    if (chosen === "light" || chosen === "dark") {
        return chosen;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function restoreTheme(view: string): void {
    const theme = stored(view);
    if (theme) {
        document.documentElement.dataset["theme"] = theme;
    }
}

export function toggleTheme(view: string): Theme {
    const theme = currentTheme() === "dark" ? "light" : "dark";
    document.documentElement.dataset["theme"] = theme;
    try {
        localStorage.setItem(key(view), theme);
    } catch {
        // Kept for this page only.
    }
    return theme;
}
