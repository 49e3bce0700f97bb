import "@preact/signals"; // components follow the signals they read
import "../ui/icons";
import { render } from "preact";
import { speak } from "../base/catalogue";
import { restoreTheme } from "../ui/theme";
import { follow, takeHand } from "./joining";
import { NewcomerScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "../ui/camera.css";
import "./newcomer.css";

restoreTheme("join");
const hand = takeHand((path, init) => fetch(path, init));
const path = location.pathname;
const open = (where: string) => (where === path ? location.reload() : location.assign(where));

void speak().then(() => {
    render(<NewcomerScreen hand={hand} path={path} open={open} />, document.body);
    follow(hand);
});
