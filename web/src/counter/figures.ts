import { locale } from "../base/locale";

/** "19%", as the language writes it. @param bp hundredths of a per cent */
export function percentText(bp: number): string {
    const style = { style: "percent", maximumFractionDigits: 2 } as const;
    return new Intl.NumberFormat(locale(), style).format(bp / 10_000);
}

/** With a minus that is as wide as a figure, not a hyphen. */
export function signed(text: string): string {
    return text.replace("-", "−");
}
