// Who this phone is to the node, and what it asks as that.
import { makeKey } from "../base/action";
import { fillRandom } from "../base/random";
import { keep, kept } from "./keep";
import {
    type Asked,
    type Asking,
    ask,
    nodeTime,
    Refusal,
    request,
    type Told,
    type Verb,
} from "./node";

/** A key for one deed, by the node's clock, which refuses others; @see makeKey */
export function newKey(epoch: number): string {
    return makeKey(nodeTime(), epoch, fillRandom);
}

async function newToken(): Promise<string> {
    const { body } = await ask("POST", "/api/session/customer", { body: {} });
    const token = body?.token ?? "";
    keep("token", token);
    return token;
}

/** How to come by another token, when this phone's is over. */
let renew = newToken;

/** @param how null: as somebody new */
export function renewBy(how: (() => Promise<string>) | null): void {
    renew = how ?? newToken;
}

/** Who this phone is to the node: nobody in particular, but always the same. */
async function ownToken(): Promise<string> {
    const token = kept("token");
    return typeof token === "string" ? token : newToken();
}

async function requestAsOwn<T>(
    method: string,
    path: string,
    asked: Asked = {},
): Promise<{ body: T; token: string }> {
    const token = asked.token ?? (await ownToken());
    const isFormer = asked.token !== undefined && asked.token !== kept("token");
    try {
        const { body } = await request<T>(method, path, { ...asked, token });
        return { body: body as T, token };
    } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 401 || isFormer) {
            throw error;
        }
        const fresh = await renew();
        const { body } = await request<T>(method, path, { ...asked, token: fresh });
        return { body: body as T, token: fresh };
    }
}

/** Asks as this phone, or as it was when it had @asked.token; where this phone's token is over,
 * with a new one. */
export const askAsOwn = requestAsOwn as <M extends Verb, U extends string>(
    method: M,
    path: U,
    ...asked: Asking<U, M>
) => Promise<{ body: Told<U, M>; token: string }>;
