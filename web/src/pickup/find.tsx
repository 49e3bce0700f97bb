// Which order a guest means: by the number that he says, or the code that his phone shows.
import { signal } from "@preact/signals-core";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { fetchOrder } from "../base/ask";
import { keyOf } from "../base/keys";
import { makePart } from "../base/part";
import type { Order } from "../base/protocol";
import { phaseText } from "../base/states";
import { numberText } from "../base/words";
import { hasCamera } from "../ui/has-camera";
import { Icon } from "../ui/icon";
import { ShownOver } from "../ui/part-sheet";
import { findOrders, isCode } from "./hand-over";
import { makeWedge } from "./wedge";
import { t } from "./words";

/** There is none over plain http, nor in every browser: then a scanner does, or the number. */
const camera = makePart(async () => (await import("./scan")).OrderCamera);
const isCameraOpen = signal(false);

interface Props {
    orders: readonly Order[];
    onChoose(id: string): void;
}

export function Find({ orders, onChoose }: Props) {
    const [said, setSaid] = useState("");
    const input = useRef<HTMLInputElement>(null);
    const find = (typed: string): void => {
        const found = findOrders(orders, typed);
        const [one] = found;
        if (one && found.length === 1) {
            onChoose(one.id);
        }
        if (input.current && found.length < 2) {
            input.current.value = "";
        }
        setSaid(findText(typed, found));
        if (isCode(typed) && !one) {
            fetchOrder(typed.trim().toLowerCase()).then(
                (order) => setSaid(goneText(order)),
                () => undefined, // what stands there does
            );
        }
    };
    useKeys(input, find);
    return (
        <form
            class="find"
            onSubmit={(event) => {
                event.preventDefault();
                find(input.current?.value ?? "");
            }}
        >
            <label>
                {t("numberOrCode")}
                <input
                    ref={input}
                    name="number"
                    required
                    autocomplete="off"
                    autocapitalize="characters"
                />
            </label>
            <button type="submit">
                <Icon name="search" /> {t("find")}
            </button>
            {hasCamera && (
                <button
                    type="button"
                    onClick={() => {
                        isCameraOpen.value = true;
                    }}
                >
                    <Icon name="scan" /> {t("scan")}
                </button>
            )}
            <output>{said}</output>
            {isCameraOpen.value && (
                <ShownOver part={camera} onClose={closeCamera}>
                    {(Camera) => (
                        <Camera
                            onClose={closeCamera}
                            onFound={(code) => {
                                closeCamera();
                                find(code);
                            }}
                        />
                    )}
                </ShownOver>
            )}
        </form>
    );
}

function closeCamera(): void {
    isCameraOpen.value = false;
}

/** A scanner is heard wherever the focus is, from the moment at which the screen is seen; fingers
 * that begin to type write into the field. */
function useKeys(input: { current: HTMLInputElement | null }, find: (code: string) => void): void {
    const newest = useRef(find);
    newest.current = find;
    useLayoutEffect(() => {
        const wedge = makeWedge((code) => newest.current(code));
        const listen = (event: KeyboardEvent): void => {
            const key = keyOf(event);
            if (wedge(key)) {
                event.preventDefault();
                event.stopImmediatePropagation();
            }
            const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
            const isFree =
                !(document.activeElement instanceof HTMLInputElement) &&
                !document.querySelector("dialog[open]");
            if (isPlain && isFree && /^[0-9a-z]$/i.test(key)) {
                input.current?.focus();
            }
        };
        document.addEventListener("keydown", listen, true);
        return () => document.removeEventListener("keydown", listen, true);
    }, [input]);
}

function findText(typed: string, found: readonly Order[]): string {
    if (found.length > 1) {
        return t("whichOne", { numbers: found.map(numberText).join(" · ") });
    }
    if (found.length === 1) {
        return "";
    }
    return isCode(typed) ? t("codeNotHere") : t("numberNotHere", { number: typed.toUpperCase() });
}

/** Of a code whose order is not to be given out. */
function goneText(order: Order): string {
    return t("notToHand", { number: numberText(order), phase: phaseText(order) });
}
