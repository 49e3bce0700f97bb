// Which part of the office is shown: the page's fragment says so, that "back" and bookmarks work.
import { type ReadonlySignal, signal } from "@preact/signals-core";

export const parts = [
    { id: "today", text: "partToday" },
    { id: "figures", text: "partFigures" },
    { id: "reviews", text: "partReviews" },
    { id: "menu", text: "partMenu" },
    { id: "staff", text: "partStaff" },
    { id: "setup", text: "partSetup" },
    { id: "mesh", text: "partMesh" },
    { id: "start", text: "partStart" },
] as const;

export type Part = (typeof parts)[number]["id"];

/** The first one where the fragment names none. */
export function partOf(hash: string): Part {
    return parts.find(({ id }) => `#${id}` === hash)?.id ?? "today";
}

export function followParts(): ReadonlySignal<Part> {
    const part = signal<Part>(partOf(location.hash));
    addEventListener("hashchange", () => {
        part.value = partOf(location.hash);
    });
    return part;
}
