// A line of a bill: what it is, and what it comes to.
export function Sum({ name, text }: { name: string; text: string }) {
    return (
        <div>
            <dt>{name}</dt>
            <dd>{text}</dd>
        </div>
    );
}
