/** The styles of a part that is loaded later: they come in its script, not as a file that could
 * fail by itself. */
export function wear(css: string): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
}
