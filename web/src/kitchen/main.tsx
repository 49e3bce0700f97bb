import "@preact/signals"; // components follow the signals they read
import "../ui/icons";
import { render } from "preact";
import { fetchOrder, fetchStations, send, sign } from "../base/ask";
import { world } from "../base/browser";
import { speak } from "../base/catalogue";
import { startDesk } from "../base/desk";
import { followPerson } from "../base/person";
import { fillRandom } from "../base/random";
import { browserShelf } from "../base/shelf";
import { startStream } from "../base/stream";
import { stayAwake } from "../ui/awake";
import { Gate } from "../ui/gate";
import { kept } from "../ui/kept";
import { restoreTheme } from "../ui/theme";
import { complain } from "../ui/toast";
import { startKitchen } from "./kitchen";
import { asidesPart } from "./parts";
import { KitchenScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "./kitchen.css";

restoreTheme("kitchen");
stayAwake(true);
const stream = startStream("kitchen", world);
followPerson(stream);
const shelf = browserShelf("kitchen");
const desk = startDesk(stream, { ...world, shelf, send, sign, fill: fillRandom, complain });
const kitchen = startKitchen(desk, {
    clock: world.clock,
    station: kept("kitchen.station", new URLSearchParams(location.search).get("station")),
    layout: kept("kitchen.layout", null),
    known: kept("kitchen.known", null),
    ask: fetchOrder,
    askStations: fetchStations,
});

void speak().then(() =>
    render(
        <Gate>
            <KitchenScreen kitchen={kitchen} />
        </Gate>,
        document.body,
    ),
);
stream.onUp(asidesPart.load);
