import { cartCount } from "../base/cart";
import { deviceNotices } from "../base/device";
import { Connection } from "../ui/connection";
import { Header } from "../ui/header";
import { KeysHelp, type Shortcut, showKeys, useShortcuts } from "../ui/keys";
import { Shown } from "../ui/part";
import { ShownOver } from "../ui/part-sheet";
import { Sheet } from "../ui/sheet";
import { Toasts, undoNewest } from "../ui/toast";
import { Who, WhoSheet } from "../ui/who";
import * as actions from "./actions";
import { CartPanel, Side } from "./cart-panel";
import type { Counter, Tab } from "./counter";
import { Menu } from "./menu";
import { OptionsSheet } from "./options";
import { AllOrders, HoldAlert, StuckAlert, UnseenAlert } from "./orders";
import {
    drawerPart,
    forcePart,
    loadsPart,
    morePart,
    orderPart,
    parkedPart,
    receiptPart,
    splitPart,
    voidedPart,
} from "./parts";
import { PaySheet } from "./pay";
import { PlacedPanel } from "./placed";
import { counted, t } from "./words";

function shortcutsOf(counter: Counter): Shortcut[] {
    const turn = (by: number): void => {
        const all = ["", ...counter.categories.value];
        const at = all.indexOf(counter.category.value);
        counter.category.value = all[(at + by + all.length) % all.length] ?? "";
    };
    const show = (tab: Tab) => () => {
        counter.tab.value = tab;
    };
    const pay = (): void => {
        if (counter.cart.value.length > 0 && !counter.target.value) {
            counter.sheet.value = { kind: "pay" };
        }
    };
    const modes = (): void => {
        counter.mode.value = counter.mode.value === "eat-in" ? "take-away" : "eat-in";
    };
    const onward = (): string => (document.dir === "rtl" ? "ArrowLeft" : "ArrowRight");
    const arrow = (key: string): void => turn(key === onward() ? 1 : -1);
    const search = (): void => document.getElementById("search")?.focus();
    const next = (): void => {
        counter.placing.value = null;
    };
    return [
        { keys: ["/"], shown: "/", what: t("keySearch"), run: search },
        { keys: ["ArrowLeft", "ArrowRight"], shown: "← →", what: t("keyTurn"), run: arrow },
        { keys: ["p"], shown: "P", what: t("keyPay"), run: pay },
        { keys: ["t"], shown: "T", what: t("mode"), run: modes },
        { keys: ["o"], shown: "O", what: t("orders"), run: show("orders") },
        { keys: ["s"], shown: "S", what: t("sell"), run: show("sell") },
        { keys: ["n"], shown: "N", what: t("nextOrder"), run: next },
        { keys: ["u"], shown: "U", what: t("undo"), run: () => void undoNewest() },
    ];
}

export function CounterScreen({ counter }: { counter: Counter }) {
    const { stream, waiting } = counter.desk;
    const shortcuts = shortcutsOf(counter);
    useShortcuts(shortcuts);
    return (
        <>
            <Header view="counter" title={t("counter")} session={counter.session()}>
                <Connection
                    stream={stream}
                    waiting={waiting}
                    device={deviceNotices(stream.state.value)}
                />
                <Tabs counter={counter} />
                <Who />
                <button
                    type="button"
                    class="more-button"
                    onClick={() => (counter.sheet.value = { kind: "more" })}
                >
                    {t("more")}
                </button>
                <button type="button" class="plain keys-button" onClick={showKeys}>
                    <kbd>?</kbd> {t("keys")}
                </button>
            </Header>
            <StuckAlert counter={counter} />
            <HoldAlert counter={counter} />
            <UnseenAlert counter={counter} />
            <main class={`counter tab-${counter.tab.value}`}>
                <Content counter={counter} />
            </main>
            <Busy counter={counter} />
            {counter.tab.value === "sell" && <CartBar counter={counter} />}
            <Sheets counter={counter} />
            <WhoSheet />
            <Toasts />
            <KeysHelp shortcuts={shortcuts} />
        </>
    );
}

function Content({ counter }: { counter: Counter }) {
    switch (counter.tab.value) {
        case "sell":
            return (
                <>
                    <Menu counter={counter} />
                    <Side counter={counter} />
                </>
            );
        case "orders":
            return <AllOrders counter={counter} />;
        case "voided":
            return (
                <Shown part={voidedPart}>
                    {({ VoidedOrders }) => <VoidedOrders counter={counter} />}
                </Shown>
            );
    }
}

const tabs = [
    { tab: "sell", text: "sell" },
    { tab: "orders", text: "orders" },
    { tab: "voided", text: "decide" },
] as const;

/** The last one is there only while something is to be decided. */
function Tabs({ counter }: { counter: Counter }) {
    const { voided } = counter.desk.stream.state.value;
    const shown = tabs.filter(
        ({ tab }) => tab !== "voided" || voided > 0 || counter.tab.value === tab,
    );
    return (
        <nav class="switch" aria-label={t("counter")}>
            {shown.map(({ tab, text }) => (
                <button
                    key={tab}
                    type="button"
                    aria-current={counter.tab.value === tab ? "page" : undefined}
                    onClick={() => (counter.tab.value = tab)}
                >
                    {t(text)} {tab === "voided" && voided > 0 && <b class="badge">{voided}</b>}
                </button>
            ))}
        </nav>
    );
}

function Busy({ counter }: { counter: Counter }) {
    const loads = loadsPart.it.value;
    return loads && <loads.Loads counter={counter} />;
}

/** On a phone the cart is behind this bar. */
function CartBar({ counter }: { counter: Counter }) {
    const count = cartCount(counter.cart.value);
    return count === 0 ? null : (
        <button
            type="button"
            class="cart-bar primary"
            onClick={() => (counter.sheet.value = { kind: "cart" })}
        >
            <span>{counted("inOrder", count)}</span>
            <strong>{counter.money(counter.total.value)}</strong>
        </button>
    );
}

function Sheets({ counter }: { counter: Counter }) {
    const sheet = counter.sheet.value;
    switch (sheet.kind) {
        case "options":
            return <OptionsSheet counter={counter} item={sheet.item} line={sheet.line} />;
        case "cart":
            return (
                <Sheet title={t("order")} onClose={counter.close}>
                    <CartPanel counter={counter} />
                </Sheet>
            );
        case "pay":
            return (
                <PaySheet
                    counter={counter}
                    title={t("pay")}
                    total={counter.total.value}
                    onPay={(payment) => void counter.place(payment)}
                    onLater={() => void counter.place(null)}
                    onSplit={() => (counter.sheet.value = { kind: "split", id: null })}
                />
            );
        case "split":
            return (
                <ShownOver part={splitPart} onClose={counter.close}>
                    {({ SplitSheet }) => <SplitSheet counter={counter} id={sheet.id} />}
                </ShownOver>
            );
        case "force":
            return (
                <ShownOver part={forcePart} onClose={counter.close}>
                    {({ ForceSheet }) => (
                        <ForceSheet counter={counter} item={sheet.item} isTap={sheet.isTap} />
                    )}
                </ShownOver>
            );
        case "more":
            return (
                <ShownOver part={morePart} onClose={counter.close}>
                    {({ MoreSheet }) => <MoreSheet counter={counter} />}
                </ShownOver>
            );
        case "park":
            return (
                <ShownOver part={parkedPart} onClose={counter.close}>
                    {({ ParkSheet }) => <ParkSheet counter={counter} />}
                </ShownOver>
            );
        case "parked":
            return (
                <ShownOver part={parkedPart} onClose={counter.close}>
                    {({ ParkedSheet }) => <ParkedSheet counter={counter} />}
                </ShownOver>
            );
        case "drawer":
            return (
                <ShownOver part={drawerPart} onClose={counter.close}>
                    {({ DrawerSheet }) => <DrawerSheet counter={counter} />}
                </ShownOver>
            );
        case "adopt":
        case "drop":
            return (
                <ShownOver part={voidedPart} onClose={counter.close}>
                    {({ DecideSheet }) => (
                        <DecideSheet counter={counter} kind={sheet.kind} voided={sheet.voided} />
                    )}
                </ShownOver>
            );
        case "order":
        case "pay-order":
        case "receipt":
            return <OfOrder counter={counter} id={sheet.id} what={sheet.kind} />;
        default:
            return <PlacedOnPhone counter={counter} />;
    }
}

interface OfOrderProps {
    counter: Counter;
    id: string;
    what: "order" | "pay-order" | "receipt";
}

function OfOrder({ counter, id, what }: OfOrderProps) {
    const order = counter.desk.stream.state.value.orders.get(id);
    if (!order) {
        return null;
    }
    if (what === "receipt") {
        return (
            <ShownOver part={receiptPart} onClose={counter.close}>
                {({ ReceiptSheet }) => <ReceiptSheet counter={counter} order={order} />}
            </ShownOver>
        );
    }
    if (what === "order") {
        return (
            <ShownOver part={orderPart} onClose={counter.close}>
                {({ OrderSheet }) => <OrderSheet counter={counter} order={order} />}
            </ShownOver>
        );
    }
    return (
        <PaySheet
            counter={counter}
            title={t("payOf", { number: order.number })}
            total={-order.due}
            onSplit={() => (counter.sheet.value = { kind: "split", id })}
            onPay={(payment) => {
                void counter.desk.act(actions.pay(order, payment));
                counter.sheet.value = { kind: "order", id };
            }}
        />
    );
}

/** Beside the menu there is room; on a phone the number lies over it. */
function PlacedOnPhone({ counter }: { counter: Counter }) {
    const placing = counter.placing.value;
    return placing === null ? null : (
        <div class="placed-over">
            <PlacedPanel counter={counter} placing={placing} />
        </div>
    );
}
