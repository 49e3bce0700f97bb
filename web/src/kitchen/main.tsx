import "@preact/signals"; // components follow the signals they read
import { render } from "preact";
import { fetchOrder, fillRandom, send } from "../base/ask";
import { world } from "../base/browser";
import { startDesk } from "../base/desk";
import { browserShelf } from "../base/shelf";
import { startStream } from "../base/stream";
import { restoreTheme } from "../ui/theme";
import { complain } from "../ui/toast";
import { startKitchen } from "./kitchen";
import { KitchenScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "./kitchen.css";

restoreTheme("kitchen");
const stream = startStream("kitchen", world);
const shelf = browserShelf("kitchen");
const desk = startDesk(stream, { ...world, shelf, send, fill: fillRandom, complain });
const station = new URLSearchParams(location.search).get("station") ?? "";

render(<KitchenScreen kitchen={startKitchen(desk, station, fetchOrder)} />, document.body);
