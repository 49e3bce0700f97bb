// What the tests of the screens share: sizes, themes, axe, and how to read an order's progress.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, type Page } from "@playwright/test";
import { test } from "./test";

export const phone = { width: 360, height: 740 };
export const tablet = { width: 1280, height: 800 };

export type Theme = "light" | "dark";

/** `npm run pictures`: what the documentation shows is made anew. A run of the tests keeps none. */
export const isKept = process.env["TRESTLE_PICTURES"] === "1";
export const shots = resolve(__dirname, "../../docs/screens");

const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
    id: string;
    nodes: { target: string[]; failureSummary: string }[];
}

interface Axe {
    getRules(tags: string[]): { ruleId: string; tags: string[] }[];
    run(on: Document, options: object): Promise<{ violations: Violation[] }>;
}

/** Everything that axe finds wrong, in words; contrast counts as it is at rest.
 * @param rules its rules, or of those the ones that read colours */
export async function violations(page: Page, rules: "all" | "colours" = "all"): Promise<string[]> {
    if (!(await page.evaluate(() => "axe" in window))) {
        await page.evaluate(axeSource); // half of what looking costs
    }
    const found = await page.evaluate(async (which) => {
        const { axe } = window as unknown as { axe: Axe };
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        const colours = axe.getRules(tags).filter((rule) => rule.tags.includes("cat.color"));
        const values = colours.map(({ ruleId }) => ruleId);
        const runOnly = which === "all" ? tags : { type: "rule", values };
        const options = { runOnly, resultTypes: ["violations"] };
        return (await axe.run(document, options)).violations;
    }, rules);
    return found.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
}

/** Opens a screen as a person who chose that theme sees it. */
export async function open(page: Page, url: string, theme?: Theme): Promise<void> {
    if (theme) {
        const view = new URL(url).pathname.slice(1);
        await page.addInitScript(([key, value]) => localStorage.setItem(key, value), [
            `trestle.theme.${view}`,
            theme,
        ] as const);
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    }
    await page.goto(url);
}

/** Changes the theme of a page that is open. */
export async function wear(page: Page, theme: Theme): Promise<void> {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.evaluate((chosen) => {
        document.documentElement.dataset["theme"] = chosen;
    }, theme);
}

/** Things to press that are smaller than a finger needs. */
export async function smallTargets(page: Page, least: number): Promise<string[]> {
    return page.evaluate((size) => {
        const pressable = document.querySelectorAll<HTMLElement>(
            "button, select, input, summary, a",
        );
        return [...pressable]
            .map((element) => ({ element, box: element.getBoundingClientRect() }))
            .filter(({ box }) => box.width > 0 && box.height > 0)
            .filter(({ box }) => box.width < size - 0.5 || box.height < size - 0.5)
            .map(
                ({ element, box }) =>
                    `${element.outerHTML.slice(0, 80)} ${box.width}x${box.height}`,
            );
    }, least);
}

/** Words that have no room: on what is pressed, in titles, and in fields while they are empty. */
export async function cutOff(page: Page): Promise<string[]> {
    return page.evaluate(() => {
        const isCut = (element: HTMLElement): boolean =>
            element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
        const written = document.querySelectorAll<HTMLElement>(
            "button, a, summary, h1, h2, legend",
        );
        const fields = document.querySelectorAll<HTMLInputElement>("input[placeholder]");
        const isHintCut = (field: HTMLInputElement): boolean => {
            const { value, placeholder } = field;
            field.value = placeholder;
            const found = isCut(field);
            field.value = value;
            return found;
        };
        return [...[...written].filter(isCut), ...[...fields].filter(isHintCut)].map((element) =>
            element.outerHTML.slice(0, 160),
        );
    });
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
    const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wider).toBe(0);
}

/** The least contrast between a ticket's text and its ground. */
export async function ticketContrast(page: Page): Promise<number> {
    return page.evaluate(() => {
        const canvas = document.createElement("canvas").getContext("2d", {
            willReadFrequently: true,
        }) as CanvasRenderingContext2D;
        const rgba = (color: string): number[] => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const luminance = (color: number[]): number => {
            const [r = 0, g = 0, b = 0] = color.map((part) => {
                const value = part / 255;
                return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const groundOf = (element: Element): number[] => {
            const color = rgba(getComputedStyle(element).backgroundColor);
            return color[3] === 255 || !element.parentElement
                ? color
                : groundOf(element.parentElement);
        };
        const hasText = (element: Element): boolean =>
            [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
        const ratios = [...document.querySelectorAll(".ticket *")]
            .filter(hasText)
            .map((element) => {
                const text = luminance(rgba(getComputedStyle(element).color));
                const ground = luminance(groundOf(element));
                return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
            });
        return Math.min(...ratios);
    });
}

/** In each scheme nothing is left for axe. A scheme changes colours and nothing else
 * (src/ui/tokens.css), so of the second one only those are looked at. What is found fault with is
 * left as a picture.
 * @param pathOf where a picture of it is kept */
export async function lookInSchemes(
    page: Page,
    pathOf: (theme: Theme) => string | null,
    { themes = ["light", "dark"], fullPage = false }: { themes?: Theme[]; fullPage?: boolean } = {},
): Promise<void> {
    for (const [at, theme] of themes.entries()) {
        await wear(page, theme);
        await page.evaluate(() => scrollTo(0, 0)); // the bar at the top is sticky
        const path = isKept ? pathOf(theme) : null;
        if (path !== null) {
            await page.screenshot({ path, fullPage });
        }
        const faults = await violations(page, at === 0 ? "all" : "colours");
        if (faults.length > 0) {
            await page.screenshot({ path: test.info().outputPath(`${theme}.png`), fullPage });
        }
        expect(faults).toEqual([]);
    }
}

/** As a page looks on both sizes, in both schemes, kept as @where-size-scheme.png; nothing is left
 * for axe, and nothing is too small for a finger. */
export async function lookAt(page: Page, where: string, fullPage: boolean): Promise<void> {
    for (const [size, viewport] of Object.entries({ tablet, phone })) {
        await page.setViewportSize(viewport);
        await lookInSchemes(page, (theme) => `${where}-${size}-${theme}.png`, { fullPage });
        expect(await smallTargets(page, 44)).toEqual([]);
        await expectNoSidewaysScroll(page);
    }
    await page.setViewportSize(tablet);
}
