import "@preact/signals"; // components follow the signals they read
import "../ui/icons";
import { render } from "preact";
import { send, sign } from "../base/ask";
import { world } from "../base/browser";
import { speak } from "../base/catalogue";
import { startDesk } from "../base/desk";
import { followPerson } from "../base/person";
import { fillRandom } from "../base/random";
import { browserShelf } from "../base/shelf";
import { startStream } from "../base/stream";
import { Gate } from "../ui/gate";
import { restoreTheme } from "../ui/theme";
import { complain } from "../ui/toast";
import { startCounter } from "./counter";
import { parkedPart, parts } from "./parts";
import { CounterScreen } from "./screen";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/sheet.css";
import "../ui/desk.css";
import "./counter.css";

restoreTheme("counter");
const stream = startStream("counter", world);
followPerson(stream);
const shelf = browserShelf("counter");
const desk = startDesk(stream, { ...world, shelf, send, sign, fill: fillRandom, complain });

const counter = startCounter(desk);
parkedPart.it.subscribe((it) => it?.keepCart(counter));

void speak().then(() =>
    render(
        <Gate>
            <CounterScreen counter={counter} />
        </Gate>,
        document.body,
    ),
);
stream.onUp(() => {
    for (const part of parts) {
        part.load();
    }
});
