// The icons of screens at which somebody works: to be imported where one begins.
import { addIcons } from "./icon";

export const more = {
    late: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v6M12 16v.5",
    check: "M5 12l5 5L20 7",
    close: "M6 6l12 12M18 6 6 18",
    plus: "M12 5v14M5 12h14",
    minus: "M5 12h14",
    note: "M5 4h14v11l-5 5H5zM14 20v-5h5",
    bag: "M6 8h12l1 12H5zM9 8V6a3 3 0 0 1 6 0v2",
    plate: "M3 14a9 9 0 0 1 18 0zM2 18h20M12 5V3",
    sound: "M4 9v6h4l5 4V5L8 9zM17 9a4 4 0 0 1 0 6M19.5 6.5a8 8 0 0 1 0 11",
    undo: "M9 6 4 11l5 5M4 11h10a6 6 0 0 1 0 12",
    search: "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l6 6",
    scan: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M8 12h8",
    cash: "M2 7h20v10H2zM12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
} as const;

addIcons(more);
