import "@preact/signals"; // components follow the signals they read
import "../ui/icons";
import { render } from "preact";
import { speak } from "../base/catalogue";
import { systemClock } from "../base/clock";
import { restoreTheme } from "../ui/theme";
import { JoinScreen } from "./join";
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
import "./setup.css";

const isJoin = location.pathname.startsWith("/join");
restoreTheme(isJoin ? "join" : "office");
document.title = isJoin ? "Join · Trestle" : document.title;
const fill = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
const office = startOffice({ clock: systemClock, ask: askNode, open: openSocket, fill });

void speak().then(() =>
    render(
        isJoin ? (
            <JoinScreen office={office} />
        ) : (
            <OfficeScreen office={office} part={followParts()} />
        ),
        document.body,
    ),
);
