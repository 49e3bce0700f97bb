// The code of an order, for the scanner at the hand-over: the order's id, which opens nothing by
// itself. It is kept with the order, so that it is there without a network.

import type { Past } from "./after";
import { ask } from "./node";
import type { AfterHost } from "./past";
import { now, type Own } from "./shop";
import { t } from "./words";

/** While it is to be collected; what is brought to a table is not. */
const awaited: ReadonlySet<string> = new Set(["accepted", "cooking", "ready"]);
const askAgain = 10_000; // ms, after no answer
const margin = 4; // modules of white, without which scanners see nothing

export function makeCode({ changeOwn }: AfterHost) {
    const asked = new Map<string, number>(); // by order: when

    async function draw({ id, token }: Own): Promise<void> {
        const { body } = await ask("POST", "/api/qr", { body: { text: id }, token });
        if (body) {
            changeOwn(id, { code: body });
        }
    }

    function want(own: Own): void {
        const before = asked.get(own.id) ?? Number.NEGATIVE_INFINITY;
        if (now.value >= before + askAgain) {
            asked.set(own.id, now.value);
            draw(own).catch(() => undefined); // the number does
        }
    }

    return ({ own, last }: Past) => {
        const { code } = own;
        if (last.table !== undefined || !awaited.has(last.phase)) {
            return null;
        }
        if (!code) {
            want(own);
            return null;
        }
        const size = code.modules + 2 * margin;
        return (
            <figure class="code">
                <svg
                    viewBox={`-${margin} -${margin} ${size} ${size}`}
                    role="img"
                    aria-label={t("codeTitle")}
                >
                    <path d={code.path} stroke="#000" shape-rendering="crispEdges" />
                </svg>
                <figcaption>{t("codeHow")}</figcaption>
            </figure>
        );
    };
}
