// Who hears whom: a table where there is room, a list on a phone.
import type { DeviceList, Mesh } from "../base/protocol";
import { Icon, type IconName } from "../ui/icon";
import { type Cell, cutsOf, type Ear, type Hearer, hearersOf, lacksText } from "./ears";
import styles from "./hearing.css?inline";
import { t } from "./words";

const icons: Readonly<Record<Ear, IconName | null>> = {
    self: null,
    hears: "check",
    deaf: "lost",
    untold: null,
};
const grades: Readonly<Record<Ear, string>> = {
    self: "quiet",
    hears: "grade-text-good",
    deaf: "grade-text-bad",
    untold: "quiet",
};

const looks = new CSSStyleSheet();
looks.replaceSync(styles);
document.adoptedStyleSheets.push(looks);

interface Props {
    devices: DeviceList["devices"];
    mesh: Mesh;
}

export function Hearing({ devices, mesh }: Props) {
    const hearers = hearersOf(devices, mesh);
    const cuts = cutsOf(hearers);
    return (
        <div class="hearing">
            <div class="cuts" role="status">
                {cuts.map((text) => (
                    <p key={text} class="flag flag-bad">
                        <Icon name="warn" /> {text}
                    </p>
                ))}
            </div>
            <HearingTable hearers={hearers} />
            <HearingList hearers={hearers} />
            <p class="quiet">{t("hearingHow")}</p>
        </div>
    );
}

function HearingTable({ hearers }: { hearers: readonly Hearer[] }) {
    return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls when the devices are many
        <section class="hearing-table" tabIndex={0} aria-label={t("hearingCaption")}>
            <table>
                <caption class="quiet">{t("hearingCaption")}</caption>
                <thead class="quiet">
                    <tr>
                        <th scope="col">{t("hearingWho")}</th>
                        {hearers.map(({ id, name }) => (
                            <th key={id} scope="col">
                                {t("hearsWhom", { name })}
                            </th>
                        ))}
                        <th scope="col">{t("hearingLacks")}</th>
                    </tr>
                </thead>
                <tbody>
                    {hearers.map(({ id, name, cells, lacks }) => (
                        <tr key={id}>
                            <th scope="row">{name}</th>
                            {cells.map((cell) => (
                                <td key={cell.id}>
                                    <EarMark cell={cell} />
                                </td>
                            ))}
                            <td>{lacksText(lacks)}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}

const words = { hears: "hearsYes", deaf: "hearsNo", untold: "hearsUntold" } as const;

function EarMark({ cell: { ear, isClockOff } }: { cell: Cell }) {
    if (ear === "self") {
        return <span class="quiet">–</span>;
    }
    const icon = icons[ear];
    return (
        <span class={`said ${grades[ear]}`}>
            {icon !== null && <Icon name={icon} />}
            {t(words[ear])}
            {isClockOff && (
                <span class="grade-text-bad said">
                    <Icon name="clock" /> {t("hearsClockOff")}
                </span>
            )}
        </span>
    );
}

function HearingList({ hearers }: { hearers: readonly Hearer[] }) {
    return (
        <ul class="hearing-list" aria-label={t("hearing")}>
            {hearers.map(({ id, name, cells, lacks }) => (
                <li key={id}>
                    <h3>{name}</h3>
                    <ul>
                        {cells
                            .filter(({ ear }) => ear !== "self")
                            .map((cell) => (
                                <li key={cell.id}>
                                    <span>{t("hearsWhom", { name: cell.name })}</span>
                                    <EarMark cell={cell} />
                                </li>
                            ))}
                        <li>
                            <span>{t("hearingLacks")}</span>
                            <span>{lacksText(lacks)}</span>
                        </li>
                    </ul>
                </li>
            ))}
        </ul>
    );
}
