// What a part of the page that is loaded later makes JSX with: the same nodes as draw.ts, which is
// within the document and cannot be loaded from there.
export type { JSX } from "preact/jsx-runtime";

export const jsx = (type: unknown, props: object, key?: string | number) => ({ type, props, key });
export const jsxs = jsx;
export const Fragment = ({ children }: { children?: unknown }): unknown => children;
