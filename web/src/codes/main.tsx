import "@preact/signals"; // components follow the signals they read
import "../ui/icons";
import { render } from "preact";
import { speak } from "../base/catalogue";
import { systemClock } from "../base/clock";
import { become, followPerson, isWanted, named } from "../base/person";
import { fillRandom } from "../base/random";
import { Gate } from "../ui/gate";
import { restoreTheme } from "../ui/theme";
import { startCodes } from "./codes";
import { makeNode } from "./node";
import { CodesScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "./codes.css";

restoreTheme("codes");
const node = makeNode({
    async fetch(path, init) {
        const got = await fetch(path, { ...init, headers: { ...init.headers, ...named() } });
        if (got.status === 401) {
            become(null); // it is over
        }
        return got;
    },
    clock: systemClock,
    fill: fillRandom,
});

const codes = startCodes(node);
codes.session.subscribe((session) => {
    isWanted.value = session !== null && !session.capabilities.includes("read-boards");
});
followPerson({ again: () => void codes.refresh() });

void speak().then(() =>
    render(
        <Gate>
            <CodesScreen codes={codes} />
        </Gate>,
        document.body,
    ),
);
