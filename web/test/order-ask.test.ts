import { beforeEach, expect, it, vi } from "vitest";

// What the page's modules look at.
Object.assign(globalThis, { location: { hash: "" }, document: { documentElement: {} } });

const { ask } = await import("../src/order/node");
const fetch = vi.fn(async () => Response.json({ number: "W1", lines: [] }));
const id: string = "7";

beforeEach(() => {
    fetch.mockClear();
    vi.stubGlobal("fetch", fetch);
});

it("asks a route of the API, and is told what that answers", async () => {
    const { body } = await ask("GET", `/api/orders/${id}/status`);
    expect(body?.number).toBe("W1");
    expect(fetch).toHaveBeenCalledWith("/api/orders/7/status", expect.objectContaining({}));
});

it("does not compile where the API has no such thing: npm run check looks", async () => {
    // @ts-expect-error: there is no such route
    await ask("GET", `/api/orders/${id}/statu`);
    // @ts-expect-error: nor with this method
    await ask("PATCH", "/api/quotes", { body: { lines: [] } });
    // @ts-expect-error: it takes a body
    await ask("POST", "/api/cart/join");
    // @ts-expect-error: and another one
    await ask("POST", "/api/cart/join", { body: { code: "x" } });
    const { body } = await ask("GET", `/api/orders/${id}/bill`);
    // @ts-expect-error: it answers no such thing
    expect(body?.client_secret).toBeUndefined();
    expect(fetch).toHaveBeenCalledTimes(5);
});
