import { effect } from "@preact/signals-core";
import { render } from "preact";
import { world } from "../base/browser";
import { makePart } from "../base/part";
import { followPerson } from "../base/person";
import { startStream } from "../base/stream";
import { Gate } from "../ui/gate";
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
const stream = startStream("pickup", world);
followPerson(stream);
const pickup = startPickup(stream, isStaff);

const staff = makePart(async () => (await import("./staff")).startStaff(pickup));
const wall = makePart(async () => {
    const { startWall, WallTools } = await import("./wall");
    const started = startWall(pickup);
    return () => <WallTools wall={started} />;
});
pickup.stream.onUp(wall.load);

// The whole board is drawn anew when anything it shows changes: that needs a third of the code of
// components that follow their signals, and there are a few dozen numbers.
effect(() =>
    render(
        <Gate>
            <PickupScreen pickup={pickup} staff={staff} wall={wall} />
        </Gate>,
        document.body,
    ),
);
