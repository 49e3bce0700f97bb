// Line drawings: the other screens' by their looks (ui/base.css), in a third of the bytes.
const paths = {
    check: "M5 12l5 5L20 7",
    close: "M6 6l12 12M18 6 6 18",
    plus: "M12 5v14M5 12h14",
    minus: "M5 12h14",
    people: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21a7 7 0 0 1 14 0m0-18a4 4 0 0 1 0 8m2 4q4 2 4 6",
    search: "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l6 6",
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
    return (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={paths[name]} />
        </svg>
    );
}
