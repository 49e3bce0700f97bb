// The pop-up's own discounts, as Set-up has them.
import { useEffect, useState } from "preact/hooks";
import { fetchOffers } from "../base/ask";
import type { Offer } from "../base/protocol";
import type { Counter } from "./counter";
import { percentText } from "./figures";
import { t } from "./later-words";

const managers: readonly string[] = ["manager", "organiser", "owner"];

interface Props {
    counter: Counter;
    onChoose(offer: Offer): void;
}

export function Offers({ counter, onChoose }: Props) {
    const [offers, setOffers] = useState<readonly Offer[]>([]);
    useEffect(() => {
        fetchOffers().then(setOffers, () => {}); // those of the house are there
    }, []);
    const role = counter.desk.stream.state.value.session?.role ?? "";
    return (
        <>
            {offers
                .filter(({ hidden, manager }) => !hidden && (!manager || managers.includes(role)))
                .map((offer) => (
                    <button key={offer.number} type="button" onClick={() => onChoose(offer)}>
                        {t("offerLess", { name: offer.name, off: offerText(counter, offer) })}
                    </button>
                ))}
        </>
    );
}

export function offerText(counter: Counter, { percent_bp, amount }: Offer): string {
    return percent_bp > 0 ? percentText(percent_bp) : counter.money(amount);
}

/** As the node takes it: one of the two. */
export function offerBody({ percent_bp, amount }: Offer) {
    return percent_bp > 0 ? { percent_bp } : { amount };
}
