import { effect } from "@preact/signals-core";
import { render } from "preact";
import { world } from "../base/browser";
import { speak } from "../base/catalogue";
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
import "../ui/camera.css";
import "./pickup.css";

restoreTheme("pickup");
const isStaff = new URLSearchParams(location.search).has("staff");
const stream = startStream("pickup", world);
followPerson(stream);
const pickup = startPickup(stream, isStaff);

const staff = makePart(() => import("./staff").then((it) => it.startStaff(pickup)));
const wall = makePart(() => import("./wall").then((it) => it.startWall(pickup)));
pickup.stream.onUp(wall.load);

// The whole board is drawn anew when anything it shows changes: that needs a third of the code of
// components that follow their signals, and there are a few dozen numbers.
const draw = (): void =>
    render(
        <Gate>
            <PickupScreen pickup={pickup} staff={staff} wall={wall} />
        </Gate>,
        document.body,
    );

void speak().then(() => effect(draw));
