import "@preact/signals"; // components follow the signals they read
import { render } from "preact";
import { fillRandom, send } from "../base/ask";
import { world } from "../base/browser";
import { startDesk } from "../base/desk";
import { browserShelf } from "../base/shelf";
import { startStream } from "../base/stream";
import { restoreTheme } from "../ui/theme";
import { complain } from "../ui/toast";
import { startCounter } from "./counter";
import { CounterScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "./counter.css";

restoreTheme("counter");
const stream = startStream("counter", world);
const shelf = browserShelf("counter");
const desk = startDesk(stream, { ...world, shelf, send, fill: fillRandom, complain });

render(<CounterScreen counter={startCounter(desk)} />, document.body);
