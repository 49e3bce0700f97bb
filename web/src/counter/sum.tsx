// A line of a bill: what it is, and what it comes to.
import type { ComponentChildren } from "preact";

export function Sum({ name, text }: { name: ComponentChildren; text: string }) {
    return (
        <div>
            <dt>{name}</dt>
            <dd>{text}</dd>
        </div>
    );
}
