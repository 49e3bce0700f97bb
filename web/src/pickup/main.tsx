import { effect } from "@preact/signals-core";
import { render } from "preact";
import { world } from "../base/browser";
import { startStream } from "../base/stream";
import { restoreTheme } from "../ui/theme";
import { startPickup } from "./pickup";
import { PickupScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "./pickup.css";

restoreTheme("pickup");
const isStaff = new URLSearchParams(location.search).has("staff");
const pickup = startPickup(startStream("pickup", world), isStaff);

// The whole board is drawn anew when anything it shows changes: that needs a third of the code of
// components that follow their signals, and there are a few dozen numbers.
effect(() => render(<PickupScreen pickup={pickup} />, document.body));
