/** A sentence, with what weighs in it between <b> and </b>. */
export function Told({ text }: { text: string }) {
    const parts = text.split(/<\/?b>/); // plain, heavy, plain ...
    return <>{parts.map((part, at) => (at % 2 === 0 ? part : <strong key={at}>{part}</strong>))}</>;
}
