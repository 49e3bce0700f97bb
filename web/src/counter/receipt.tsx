// A paid order's receipt: on the screen, on a receipt printer, or out of this browser.
import { useEffect, useState } from "preact/hooks";
import { fetchPrinters } from "../base/ask";
import { dateText } from "../base/date";
import type { Order, Printer, Receipt } from "../base/protocol";
import { tableText } from "../base/table";
import { numberText } from "../base/words";
import { Sheet } from "../ui/sheet";
import { say } from "../ui/toast";
import { wear } from "../ui/wear";
import * as actions from "./actions";
import type { Counter } from "./counter";
import { percentText } from "./figures";
import * as later from "./later-words";
import styles from "./receipt.css?inline";
import { Sum } from "./sum";
import { methodText } from "./tender";
import { t } from "./words";

wear(styles);

interface Props {
    counter: Counter;
    order: Order;
}

export function ReceiptSheet({ counter, order }: Props) {
    const [receipt, setReceipt] = useState<Receipt | null>(null);
    const [printers, setPrinters] = useState<readonly Printer[]>([]);
    useEffect(() => {
        void counter.desk.act(actions.giveReceipt(order)).then((outcome) => {
            if (outcome.ok) {
                setReceipt(outcome.body as Receipt);
            }
        });
        fetchPrinters().then(setPrinters, () => setPrinters([]));
    }, [counter, order.id]);
    return (
        <Sheet
            title={t("receiptOf", { number: numberText(order) })}
            onClose={counter.close}
            actions={
                receipt && <PrintButtons counter={counter} order={order} printers={printers} />
            }
        >
            {receipt ? (
                <Paper counter={counter} order={order} receipt={receipt} />
            ) : (
                <p role="status">{later.t("waitingForNode")}</p>
            )}
        </Sheet>
    );
}

function PrintButtons({ counter, order, printers }: Props & { printers: readonly Printer[] }) {
    const { desk } = counter;
    const usable = desk.can("print") ? printers.filter((printer) => !printer.hidden) : [];
    const print = async (printer: Printer): Promise<void> => {
        const outcome = await desk.act(actions.printReceipt(order, printer.number));
        if (outcome.ok) {
            const number = numberText(order);
            say(later.t("goesToPrinter", { number, printer: printerName(printer) }));
        }
    };
    return (
        <div class="order-buttons">
            {usable.map((printer) => (
                <button key={printer.number} type="button" onClick={() => void print(printer)}>
                    {later.t("printAt", { printer: printerName(printer) })}
                </button>
            ))}
            <button type="button" onClick={() => window.print()}>
                {later.t("printHere")}
            </button>
        </div>
    );
}

function printerName({ name, number }: Printer): string {
    return name || later.t("printerNumber", { n: number });
}

function Paper({ counter, order, receipt }: Props & { receipt: Receipt }) {
    const { money } = counter;
    return (
        <div class="receipt">
            <p class="receipt-head">
                <strong>
                    <bdi>{counter.session()?.popup}</bdi>
                </strong>
                <span>
                    {later.t(receipt.kind === "correction" ? "correctedName" : "receiptName", {
                        name: receipt.name,
                    })}
                </span>
                <span>{later.t("orderOf", { number: numberText(order) })}</span>
                {order.table && <span>{tableText(order)}</span>}
                <time>{dateText(receipt.at)}</time>
            </p>
            <dl class="sums">
                {receipt.lines.map((line, at) => (
                    <Sum
                        key={at}
                        name={
                            <>
                                {line.quantity}× <bdi>{line.name}</bdi>
                            </>
                        }
                        text={money(line.payable)}
                    />
                ))}
            </dl>
            <dl class="sums receipt-total">
                <Sum name={t("total")} text={money(receipt.total)} />
            </dl>
            <dl class="sums">
                {receipt.rates.map((rate) => (
                    <Sum
                        key={rate.tax_bp}
                        name={later.t("taxOf", {
                            rate: percentText(rate.tax_bp),
                            price: money(rate.net),
                        })}
                        text={money(rate.tax)}
                    />
                ))}
                {receipt.tip && <Sum name={t("tip")} text={money(receipt.tip)} />}
                <Sum name={later.t("paid")} text={money(receipt.paid)} />
                <Parts counter={counter} order={order} />
                {receipt.refunded > 0 && (
                    <Sum name={later.t("givenBack")} text={money(receipt.refunded)} />
                )}
            </dl>
            <p class="receipt-hash">{later.t("journal", { hash: receipt.hash })}</p>
        </div>
    );
}

/** How it was paid, where that is more than one sum: the slip of a card is a part's. */
function Parts({ counter, order }: Props) {
    const parts = order.payments.filter(({ refund }) => !refund);
    const isOne = parts.length === 1 && parts[0]?.reference === "";
    return isOne ? null : (
        <>
            {parts.map((part) => (
                <div key={part.id} class="receipt-part">
                    <dt>{methodText(part)}</dt>
                    <dd>{counter.money(part.amount)}</dd>
                </div>
            ))}
        </>
    );
}
