// What is seldom wanted at a counter, behind one button.
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { wear } from "../ui/wear";
import type { Counter } from "./counter";
import styles from "./more.css?inline";

wear(styles);

export function MoreSheet({ counter }: { counter: Counter }) {
    return (
        <Sheet title="More" onClose={counter.close}>
            <nav class="more" aria-label="More">
                <button type="button" onClick={() => (counter.sheet.value = { kind: "drawer" })}>
                    <Icon name="cash" />
                    <span>
                        Cash drawer
                        <small>Float, put in and take out, reading and count</small>
                    </span>
                </button>
                <button type="button" onClick={() => (counter.sheet.value = { kind: "parked" })}>
                    <Icon name="bag" />
                    <span>
                        Parked carts
                        <small>Kept on this screen: no orders</small>
                    </span>
                </button>
                {counter.desk.can("popup") && (
                    <a href="/codes">
                        <Icon name="note" />
                        <span>
                            Codes
                            <small>Posters and tables, to print</small>
                        </span>
                    </a>
                )}
            </nav>
        </Sheet>
    );
}
