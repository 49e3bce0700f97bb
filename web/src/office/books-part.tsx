// Where the books are saved as tables.
import { useState } from "preact/hooks";
import { type Book, csvOfBook } from "./books";
import { save } from "./export";
import { type Period, periodText } from "./figures";
import type { Office } from "./office";
import { Wrong } from "./saving";
import { counted, t } from "./words";

const choices = [
    ["orders", "bookOrders"],
    ["lines", "bookLines"],
    ["payments", "bookPayments"],
    ["drawers", "bookDrawers"],
    ["stock", "bookStock"],
    ["reviews", "partReviews"],
    ["staff", "partStaff"],
] as const satisfies readonly (readonly [Book, string])[];

/** These are of now, whichever days are chosen. */
const ofNow: ReadonlySet<Book> = new Set(["stock", "reviews", "staff"]);

export function Books({ office, period }: { office: Office; period: Period }) {
    const [orders, setOrders] = useState<number | null>(null); // null: nothing is being read
    const [problem, setProblem] = useState("");
    const digits = office.session.value?.digits ?? 2;
    const take = async (book: Book): Promise<void> => {
        setOrders(0);
        setProblem("");
        try {
            const source = { read: office.read, digits, period, tell: setOrders };
            const text = await csvOfBook(book, source);
            const of = ofNow.has(book) ? "" : `-${periodText(period).replaceAll(" ", "-")}`;
            save(`${book}${of}.csv`, "text/csv", text);
        } catch (error) {
            setProblem((error as Error).message);
        }
        setOrders(null);
    };
    return (
        <section class="panel no-print" aria-label={t("books")}>
            <h2>{t("books")}</h2>
            <p class="quiet">{t("booksHow")}</p>
            <div class="tools books">
                {choices.map(([book, text]) => (
                    <button
                        key={book}
                        type="button"
                        disabled={orders !== null}
                        onClick={() => void take(book)}
                    >
                        {t(text)}
                    </button>
                ))}
            </div>
            {orders !== null && <p role="status">{counted("booksRead", orders)}</p>}
            <Wrong why={problem} />
        </section>
    );
}
