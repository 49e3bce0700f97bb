// In whose name things are sent, at a node played by hand.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Action } from "../src/base/action";
import { isAwaited, send, sign } from "../src/base/ask";
import { become, isWanted, person } from "../src/base/person";

const base: Action = {
    key: "k1",
    lane: "",
    made: 0,
    method: "post",
    path: "/api/orders",
    body: {},
    label: "New order",
};
const ana = { staff: 7, name: "Ana", token: "A", isNeeded: true };
const bo = { staff: 8, name: "Bo", token: "B", isNeeded: true };

let names: (string | undefined)[];
let status: number;

beforeEach(() => {
    names = [];
    status = 200;
    vi.stubGlobal("fetch", async (_: string, { headers }: { headers: Record<string, string> }) => {
        names.push(headers["Authorization"]);
        return new Response("{}", { status });
    });
});
afterEach(() => {
    vi.unstubAllGlobals();
    become(null);
    isWanted.value = false;
});

test("what waits is sent in the name of who did it, though another took over", async () => {
    become(ana);
    sign(base);
    become(bo);
    expect(isAwaited("A")).toBe(true);
    status = 503;
    await send(base);
    status = 201;
    await send(base);
    expect(names).toEqual(["Bearer A", "Bearer A"]);
    expect(isAwaited("A")).toBe(false);
});

test("a name that holds no more gives way to whoever works here now", async () => {
    become(ana);
    sign(base);
    become(bo);
    status = 401;
    await send(base);
    expect(person.value).toBe(bo);
    status = 201;
    await send(base);
    expect(names).toEqual(["Bearer A", "Bearer B"]);
});

test("nobody works here any more whose own token was refused", async () => {
    become(ana);
    sign(base);
    status = 401;
    expect((await send(base)).status).toBe(401);
    expect(person.value).toBe(null);
    await send(base);
    expect(names).toEqual(["Bearer A", undefined]);
});
