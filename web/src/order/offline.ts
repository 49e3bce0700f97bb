// What this phone keeps of the customers' page for when there is no network: the document as it was
// last served, and the files that it loads, all of one build. Nothing of the API, nothing that a
// token opens: what an order stands at is the page's own to remember (keep.ts).

/** Of one build, as vite.worker.ts found it. */
export interface Build {
    readonly version: string;
    /** Paths whose names hold hashes, and a few that hardly change. */
    readonly files: readonly string[];
    /** The one that a document of this build, and of no other, names. */
    readonly mark: string;
}

export interface World {
    readonly caches: Pick<CacheStorage, "open" | "keys" | "delete">;
    fetch(path: string | Request, options?: RequestInit): Promise<Response>;
    /** ms since 1970. */
    now(): number;
    after(ms: number): Promise<void>;
}

/** As much of a request as it is judged by. */
export interface Asked {
    readonly method: string;
    readonly url: string;
    readonly mode: string;
}

const family = "trestle.order.";
const pagePath = "/order";
const pagePaths: readonly string[] = [pagePath, "/order.html"];
const keptAt = "x-kept-at";
const patience = 4_000; // ms; a network that answers later is as good as none
const anyForm = { ignoreSearch: true, ignoreVary: true };

/** When a document that was kept was served, for the page to say so. */
function aged(text: string, at: string): string {
    return text.replace("<html ", `<html data-kept="${at}" `);
}

/** What was unpacked on its way here is not packed any more. */
function headersOf({ headers }: Response, at: number): Headers {
    const kept = new Headers(headers);
    kept.delete("content-encoding");
    kept.delete("content-length");
    kept.set(keptAt, String(at));
    return kept;
}

export function makeOffline({ version, files, mark }: Build, world: World) {
    const { caches, fetch, now, after } = world;
    const own = family + version;

    /** A document of another build would ask for files that are not here: it is not kept. */
    async function keepPage(response: Response): Promise<boolean> {
        const text = await response.text();
        const isOwn = response.ok && !response.redirected && text.includes(mark);
        if (isOwn) {
            const cache = await caches.open(own);
            await cache.put(pagePath, new Response(text, { headers: headersOf(response, now()) }));
        }
        return isOwn;
    }

    async function keptPage(): Promise<Response | undefined> {
        const cache = await caches.open(own);
        const response = await cache.match(pagePath, anyForm);
        if (!response) {
            return undefined;
        }
        const { headers } = response;
        return new Response(aged(await response.text(), headers.get(keptAt) ?? ""), { headers });
    }

    /** The newest is the node's; without one, or while it is silent, what was kept is shown. */
    async function page(request: Request, keep: (done: Promise<unknown>) => void) {
        const asked = fetch(request);
        keep(asked.then((response) => keepPage(response.clone())).catch(() => undefined));
        const silent = after(patience).then(() => null);
        const fresh = await Promise.race([asked, silent]).catch(() => null);
        const isAnswer = fresh !== null && fresh.status < 500;
        return isAnswer ? fresh : ((await keptPage()) ?? fresh ?? asked);
    }

    async function file(request: Request): Promise<Response> {
        const cache = await caches.open(own);
        return (await cache.match(request, anyForm)) ?? fetch(request);
    }

    return {
        /** Rejects when something is missing: the version before stays. */
        async install(): Promise<void> {
            const cache = await caches.open(own);
            await Promise.all(
                files.map(async (path) => {
                    const response = await fetch(path);
                    if (!response.ok) {
                        throw new Error(path);
                    }
                    await cache.put(path, response);
                }),
            );
            if (!(await keepPage(await fetch(pagePath, { cache: "reload" })))) {
                throw new Error("the page is of another build");
            }
        },
        /** What other versions kept goes. */
        async clean(): Promise<void> {
            const names = await caches.keys();
            const old = names.filter((name) => name.startsWith(family) && name !== own);
            await Promise.all(old.map((name) => caches.delete(name)));
        },
        /** null: the browser asks for it as if there were no worker. */
        answer(
            asked: Asked,
            origin: string,
        ):
            | ((request: Request, keep: (done: Promise<unknown>) => void) => Promise<Response>)
            | null {
            const url = new URL(asked.url);
            if (asked.method !== "GET" || url.origin !== origin) {
                return null;
            }
            if (asked.mode === "navigate") {
                return pagePaths.includes(url.pathname) ? page : null;
            }
            return files.includes(url.pathname) ? file : null;
        },
    };
}
