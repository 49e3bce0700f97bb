// Discounts: by hand, and the pop-up's own, as Set-up has them.
import { useEffect, useState } from "preact/hooks";
import { fetchOffers } from "../base/ask";
import type { Offer } from "../base/protocol";
import type { Counter } from "./counter";
import { percentText } from "./figures";
import { t } from "./later-words";

const managers: readonly string[] = ["manager", "organiser", "owner"];
const byHand = [10, 50, 100];

/** What a person of @role may give: the node refuses the rest, and of amounts it alone can tell. */
export function givable(offers: readonly Offer[], role: string) {
    const inUse = offers.filter(({ hidden }) => !hidden);
    if (managers.includes(role)) {
        return { offers: inUse, percents: byHand };
    }
    const kept = inUse.filter(({ manager, percent_bp }) => manager && percent_bp > 0);
    const limit = Math.min(...kept.map(({ percent_bp }) => percent_bp));
    return {
        offers: inUse.filter(({ manager }) => !manager),
        percents: byHand.filter((percent) => percent * 100 < limit),
    };
}

interface Props {
    counter: Counter;
    onPercent(percent: number): void;
    onOffer(offer: Offer): void;
}

export function Discounts({ counter, onPercent, onOffer }: Props) {
    const [known, setKnown] = useState<readonly Offer[]>([]);
    useEffect(() => {
        fetchOffers().then(setKnown, () => {}); // those of the house are there
    }, []);
    const { offers, percents } = givable(
        known,
        counter.desk.stream.state.value.session?.role ?? "",
    );
    return (
        <>
            {percents.map((percent) => (
                <button key={percent} type="button" onClick={() => onPercent(percent)}>
                    {percent === 100
                        ? t("onTheHouse")
                        : t("less", { off: percentText(percent * 100) })}
                </button>
            ))}
            {offers.map((offer) => (
                <button key={offer.number} type="button" onClick={() => onOffer(offer)}>
                    {t("offerLess", { name: offer.name, off: offerText(counter, offer) })}
                </button>
            ))}
        </>
    );
}

export function offerText(counter: Counter, { percent_bp, amount }: Offer): string {
    return percent_bp > 0 ? percentText(percent_bp) : counter.money(amount);
}
