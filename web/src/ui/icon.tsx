// Line icons, 24 x 24, drawn with the text's colour. Always beside words, never instead of them.
import type { more } from "./icons";

/** Those of every screen, a board on the wall too; the others come with icons.ts. */
const first = {
    live: "M5 12l5 5L20 7",
    sync: "M20 7v5h-5M4 17v-5h5M19 12a7 7 0 0 0-12.5-4M5 12a7 7 0 0 0 12.5 4",
    warn: "M12 4 2.5 20h19L12 4zM12 10v4M12 17v.5",
    lost: "M5 5l14 14M19 5 5 19",
    clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2",
    bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
    muted: "M4 9v6h4l5 4V5L8 9zM17 9l5 6M22 9l-5 6",
    sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2m0 16v2M2 12h2m16 0h2M5 5l2 2m10 10 2 2M5 19l2-2",
} as const;

export type IconName = keyof typeof first | keyof typeof more;

const paths: Partial<Record<IconName, string>> = { ...first };

export function addIcons(added: typeof more): void {
    Object.assign(paths, added);
}

export function Icon({ name }: { name: IconName }) {
    return (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={paths[name]} />
        </svg>
    );
}
