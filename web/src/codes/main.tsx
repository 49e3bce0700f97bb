import "@preact/signals"; // components follow the signals they read
import { render } from "preact";
import { fillRandom } from "../base/ask";
import { systemClock } from "../base/clock";
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
    fetch: (path, init) => fetch(path, init),
    clock: systemClock,
    fill: fillRandom,
});

render(<CodesScreen codes={startCodes(node)} />, document.body);
