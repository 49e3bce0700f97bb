// What customers said of their orders, for the people of the stall.
import { useEffect, useState } from "preact/hooks";
import type { Order, ReviewList } from "../base/protocol";
import { numberText } from "../base/words";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import type { Office } from "./office";
import { newestFirst, type Review, starsMost, starsText, sumOf } from "./reviews";
import { Outcome, type Saving, useSaving, Wrong } from "./saving";
import { clockText, counted, language, t } from "./words";

const lookEvery = 15_000; // ms
const perPage = 10;

export function ReviewsPart({ office }: { office: Office }) {
    const [reviews, setReviews] = useState<readonly Review[] | null>(null);
    const [problem, setProblem] = useState("");
    const [hiding, setHiding] = useState<Review | null>(null);
    const look = async (): Promise<void> => {
        try {
            setReviews(newestFirst((await office.read<ReviewList>("/api/reviews")).reviews));
            setProblem("");
        } catch (error) {
            setProblem((error as Error).message);
        }
    };
    const saving = useSaving(office, look);
    useEffect(() => {
        void look();
        const timer = setInterval(() => void look(), lookEvery);
        return () => clearInterval(timer);
    }, []);
    const put = async (review: Review, hidden: boolean, reason: string): Promise<void> => {
        const isDone = await saving.run(async () => {
            await office.send("POST", `/api/reviews/${review.id}/hide`, { hidden, reason });
            return true;
        });
        if (isDone) {
            setHiding(null);
        }
    };
    const ask = (review: Review): void => {
        saving.clear();
        if (review.hidden) {
            void put(review, false, "");
        } else {
            setHiding(review);
        }
    };
    return (
        <section class="panel" aria-label={t("partReviews")}>
            <h2>{t("partReviews")}</h2>
            <Wrong why={problem} />
            {hiding === null && <Wrong why={saving.wrong} />}
            <Outcome saving={saving} />
            {reviews === null && problem === "" && <p role="status">{t("asking")}</p>}
            {reviews?.length === 0 && <p>{t("reviewsNone")}</p>}
            {reviews !== null && reviews.length > 0 && (
                <>
                    <Summary reviews={reviews} />
                    <Pages office={office} reviews={reviews} saving={saving} onAsk={ask} />
                </>
            )}
            {hiding !== null && (
                <HideSheet
                    saving={saving}
                    onClose={() => setHiding(null)}
                    onChoose={(reason) => void put(hiding, true, reason)}
                />
            )}
        </section>
    );
}

function Summary({ reviews }: { reviews: readonly Review[] }) {
    const { count, mean, each } = sumOf(reviews);
    const format = new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 });
    if (count === 0) {
        return null;
    }
    return (
        <div class="review-sum">
            <p class="figure figure-main">
                <strong>{t("reviewsMean", { mean: format.format(mean), most: starsMost })}</strong>
                <span>{counted("reviewsCount", count)}</span>
            </p>
            <ul>
                {each.map(({ stars, count: some }) => (
                    <li key={stars}>
                        <Stars stars={stars} />
                        <meter min={0} max={count} value={some} aria-hidden="true" />
                        <b>{format.format(some)}</b>
                    </li>
                ))}
            </ul>
        </div>
    );
}

function Stars({ stars }: { stars: number }) {
    return (
        <span class="stars" role="img" aria-label={counted("stars", stars)}>
            {starsText(stars)}
        </span>
    );
}

interface PagesProps {
    office: Office;
    reviews: readonly Review[];
    saving: Saving;
    onAsk(review: Review): void;
}

type Known = ReadonlyMap<string, Order | null>;

/** A few at a time; their orders are asked for when they are shown. */
function Pages({ office, reviews, saving, onAsk }: PagesProps) {
    const [page, setPage] = useState(0);
    const [orders, setOrders] = useState<Known>(new Map());
    const first = Math.min(page, Math.ceil(reviews.length / perPage) - 1) * perPage;
    const shown = reviews.slice(first, first + perPage);
    const wanted = shown.map(({ order }) => order).filter((id) => !orders.has(id));
    useEffect(() => {
        void Promise.all(
            wanted.map(async (id) => [id, await office.order(id).catch(() => null)] as const),
        ).then((found) => {
            if (found.length > 0) {
                setOrders((before) => new Map([...before, ...found]));
            }
        });
    }, [wanted.join()]);
    const may = office.session.value?.capabilities.includes("popup") ?? false;
    const turn = (to: number, text: string, isThere: boolean) => (
        <button type="button" disabled={!isThere} onClick={() => setPage(to)}>
            {text}
        </button>
    );
    const last = first + shown.length;
    const at = first / perPage;
    return (
        <>
            <ol class="reviews">
                {shown.map((review) => (
                    <li key={review.id} class={review.hidden ? "is-hidden" : ""}>
                        <ReviewText review={review} order={orders.get(review.order)} />
                        {may && (
                            <button
                                type="button"
                                disabled={saving.isBusy}
                                onClick={() => onAsk(review)}
                            >
                                {t(review.hidden ? "reviewShow" : "reviewHide")}
                            </button>
                        )}
                    </li>
                ))}
            </ol>
            {reviews.length > perPage && (
                <nav class="tools" aria-label={t("reviewsPages")}>
                    {turn(at - 1, t("newer"), first > 0)}
                    <span>{t("fromTo", { from: first + 1, to: last, n: reviews.length })}</span>
                    {turn(at + 1, t("older"), last < reviews.length)}
                </nav>
            )}
        </>
    );
}

interface TextProps {
    review: Review;
    /** Undefined while it is asked for, null where it is not to be had. */
    order: Order | null | undefined;
}

function ReviewText({ review, order }: TextProps) {
    const of = order ? { number: numberText(order), day: order.day } : {};
    return (
        <div>
            <p class="review-head">
                <Stars stars={review.rating} />
                {order && (
                    <span>
                        <b>{t("reviewOrder", of)}</b>{" "}
                        <span class="quiet">{clockText(order.opened_at)}</span>
                    </span>
                )}
                {order === null && <span class="quiet">{t("reviewOrderGone")}</span>}
            </p>
            {review.text === "" ? (
                <p class="quiet">{t("reviewNoWords")}</p>
            ) : (
                <p class="review-words" dir="auto">
                    {review.text}
                </p>
            )}
            {review.conflict && <p class="flag">{t("changedTwice")}</p>}
            {review.hidden && (
                <p class="flag">
                    <Icon name="warn" /> <span>{t("reviewHidden", { why: review.reason })}</span>
                </p>
            )}
        </div>
    );
}

interface HideProps {
    saving: Saving;
    onClose(): void;
    onChoose(reason: string): void;
}

function HideSheet({ saving, onClose, onChoose }: HideProps) {
    const reasons = [t("hideInsult"), t("hidePerson"), t("hideElsewhere")];
    return (
        <Sheet title={t("hideTitle")} onClose={onClose} closeText={t("close")}>
            <Wrong why={saving.wrong} />
            <p>{t("hideReviewHow")}</p>
            <div class="reasons">
                {reasons.map((reason) => (
                    <button key={reason} type="button" onClick={() => onChoose(reason)}>
                        {reason}
                    </button>
                ))}
                <form
                    onSubmit={(event) => {
                        event.preventDefault();
                        const said = new FormData(event.currentTarget).get("reason");
                        onChoose(String(said).trim());
                    }}
                >
                    <label>
                        {t("hideOther")}
                        <input name="reason" required pattern=".*\S.*" maxLength={70} />
                    </label>
                    <button type="submit">{t("reviewHide")}</button>
                </form>
            </div>
        </Sheet>
    );
}
