import "@preact/signals"; // components follow the signals they read
import { render } from "preact";
import { systemClock } from "../base/clock";
import { restoreTheme } from "../ui/theme";
import { askNode, openSocket } from "./node";
import { startOffice } from "./office";
import { followParts } from "./parts";
import { OfficeScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "./office.css";
import "./figures.css";
import "./menu.css";

restoreTheme("office");
const fill = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
const office = startOffice({ clock: systemClock, ask: askNode, open: openSocket, fill });

render(<OfficeScreen office={office} part={followParts()} />, document.body);
