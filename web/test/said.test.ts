// No sentence for people stands in the scripts: all are in the tables, in each language.
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const sources = new URL("../src/", import.meta.url);

/** What is generated, the customers' English tables, and the page that shows components to whoever
 * makes them. */
const elsewhere = /^(generated|order\/words|components)\//;

/** What is told to nobody at a screen: errors that are caught, the spelling of files, of the node
 * and of commands. */
const unheard: readonly string[] = [
    ...["the node answered {}", "The node answered {}.", "nobody signed in who may see this"],
    ...["the page is of another build", "no worker", "the provider's script does not come"],
    ...["its time is over", "too many wrong tries", "for ever", "until looked at"],
    ...["quarter of an hour", "without a time", "paid by", "given back by", "tips of staff"],
    ...["tax at", "kept of cancelled orders", "nobody came", "given back", "{} by staff"],
    ...["trestle join {} --listen tcp://0.0.0.0:7450", "trestle run", "Bearer {}"],
    ...["Enter", "Backspace", "Slash", "Date", "Macintosh", "Notification"],
];

/** The same in each language. */
const names = ["Trestle", "Join · Trestle", "Stripe", "English", "Español"];

/** Words that a person may read: two with a blank between, or one that stands by itself. */
function isSaid(text: string): boolean {
    const isWords = /\p{L}[,:;.]? \p{L}/u.test(text) || /^\p{Lu}\p{Ll}+[.:!?…]*$/u.test(text);
    return isWords && !text.startsWith("<") && !unheard.includes(text) && !names.includes(text);
}

/** Its text, {} for what is filled in; "": @node is no literal. */
function textOf(node: ts.Node): string {
    if (ts.isStringLiteralLike(node) || ts.isJsxText(node)) {
        return node.text.replace(/\s+/g, " ").trim();
    }
    return ts.isTemplateExpression(node)
        ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("{}")
        : "";
}

/** A class, or what styles and pages are asked for. */
function isOfStyle(node: ts.Node): boolean {
    if (ts.isJsxAttribute(node)) {
        return ["class", "d", "viewBox", "accept"].includes(node.name.getText());
    }
    if (ts.isVariableDeclaration(node)) {
        return node.name.getText() === "classes";
    }
    const called = ts.isCallExpression(node) ? node.expression.getText() : "";
    return /(closest|querySelector|querySelectorAll|matchMedia)$/.test(called);
}

/** What stands between tags, by itself or where a condition says so. */
function isShown(node: ts.Node): boolean {
    const { parent } = node;
    if (ts.isJsxText(node)) {
        return true;
    }
    if (ts.isJsxExpression(parent)) {
        return !ts.isJsxAttribute(parent.parent);
    }
    const isResult = ts.isBinaryExpression(parent)
        ? parent.right === node &&
          parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken
        : ts.isConditionalExpression(parent) && parent.condition !== node;
    return isResult && isShown(parent);
}

/** Every sentence of a script that is in no table, with its line. */
function saidIn(name: string, script: string): string[] {
    const kind = name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
    const file = ts.createSourceFile(name, script, ts.ScriptTarget.Latest, true, kind);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
        if (isOfStyle(node) || ts.isImportDeclaration(node) || ts.isTypeNode(node)) {
            return;
        }
        const text = textOf(node);
        const isBare = /\p{L}{2}/u.test(text) && !names.includes(text) && isShown(node);
        if (isBare || isSaid(text)) {
            const { line } = file.getLineAndCharacterOfPosition(node.getStart());
            found.push(`${name}:${line + 1} ${text}`);
        }
        ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
}

const scripts = readdirSync(sources, { recursive: true })
    .map((path) => String(path).split(/[/\\]/).join("/"))
    .filter((path) => /\.tsx?$/.test(path) && !elsewhere.test(path));

it.each(scripts)("%s says nothing that is in no table", (name) => {
    expect(saidIn(name, readFileSync(new URL(name, sources), "utf8"))).toEqual([]);
});

describe("what is said past the tables is found", () => {
    it.each([
        ["between tags", "<p>Pay now</p>"],
        ["beside what is filled in", "<p>Pay {sum} now</p>"],
        ["in a word between tags", "<b>pay</b>"],
        ["where a condition says so", '<b>{isOut && " out"}</b>'],
        ["to whoever hears the page", '<nav aria-label="Orders" />'],
        ["in a condition", 'const x = isOpen ? "open" : "Nothing is open.";'],
        ["around what is filled in", "const x = `Order $" + "{n} is ready`;"],
        ["in a table of constants", 'const x = { cash: "Cash" };'],
    ])("%s", (_, script) => {
        expect(saidIn("x.tsx", script)).not.toEqual([]);
    });

    it("but what machines read is let be", () => {
        const script = '<p class="flag bad">{t("paid")}</p>; el.closest("input, select");';
        expect(saidIn("x.tsx", script)).toEqual([]);
    });
});
