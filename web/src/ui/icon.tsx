// Line icons, 24 x 24, drawn with the text's colour. Always beside words, never instead of them.

const paths = {
    live: "M5 12l5 5L20 7",
    sync: "M20 7v5h-5M4 17v-5h5M19 12a7 7 0 0 0-12.5-4M5 12a7 7 0 0 0 12.5 4",
    warn: "M12 4 2.5 20h19L12 4zM12 10v4M12 17v.5",
    lost: "M5 5l14 14M19 5 5 19",
    clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2",
    late: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v6M12 16v.5",
    check: "M5 12l5 5L20 7",
    close: "M6 6l12 12M18 6 6 18",
    plus: "M12 5v14M5 12h14",
    minus: "M5 12h14",
    note: "M5 4h14v11l-5 5H5zM14 20v-5h5",
    bag: "M6 8h12l1 12H5zM9 8V6a3 3 0 0 1 6 0v2",
    plate: "M3 14a9 9 0 0 1 18 0zM2 18h20M12 5V3",
    bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
    muted: "M4 9v6h4l5 4V5L8 9zM17 9l5 6M22 9l-5 6",
    sound: "M4 9v6h4l5 4V5L8 9zM17 9a4 4 0 0 1 0 6M19.5 6.5a8 8 0 0 1 0 11",
    undo: "M9 6 4 11l5 5M4 11h10a6 6 0 0 1 0 12",
    sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2m0 16v2M2 12h2m16 0h2M5 5l2 2m10 10 2 2M5 19l2-2",
    search: "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l6 6",
    scan: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M8 12h8",
    cash: "M2 7h20v10H2zM12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={paths[name]} />
        </svg>
    );
}
