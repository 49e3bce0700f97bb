// The customers' page's service worker: it opens without a network, and
// messages are shown while nobody looks. Not there over plain http.
import { type Build, makeOffline } from "./offline";
import { type Desk, makeTold, openOrder, type Pane, tell } from "./push";

/** What vite.worker.ts puts here. */
declare const BUILD: Build;

interface Lasting extends Event {
    waitUntil(done: Promise<unknown>): void;
}
interface Fetching extends Lasting {
    readonly request: Request;
    respondWith(response: Promise<Response>): void;
}
interface Pushed extends Lasting {
    readonly data: { text(): string } | null;
}
interface Tapped extends Lasting {
    readonly notification: Notification;
}
/** As much of the worker's world as it needs: the page's types have none. */
interface Scope {
    readonly caches: CacheStorage;
    readonly location: Location;
    readonly registration: ServiceWorkerRegistration;
    readonly clients: {
        matchAll(of: object): Promise<readonly Pane[]>;
        openWindow(path: string): Promise<unknown>;
    };
    skipWaiting(): Promise<void>;
    addEventListener(name: "install" | "activate", then: (event: Lasting) => void): void;
    addEventListener(name: "fetch", then: (event: Fetching) => void): void;
    addEventListener(name: "push", then: (event: Pushed) => void): void;
    addEventListener(name: "notificationclick", then: (event: Tapped) => void): void;
}
const scope = self as unknown as Scope;

const offline = makeOffline(BUILD, {
    caches: scope.caches,
    fetch: (path, options) => fetch(path, options),
    now: () => Date.now(),
    after: (ms) => new Promise((done) => setTimeout(done, ms)),
});

// The next load is of the new version: names hold hashes, so that no page mixes it with the old.
scope.addEventListener("install", (event) => {
    event.waitUntil(offline.install().then(() => scope.skipWaiting()));
});
scope.addEventListener("activate", (event) => event.waitUntil(offline.clean()));
scope.addEventListener("fetch", (event) => {
    const answer = offline.answer(event.request, scope.location.origin);
    if (answer) {
        event.respondWith(answer(event.request, (done) => event.waitUntil(done)));
    }
});

const desk: Desk = {
    show: (title, options) => scope.registration.showNotification(title, options),
    shown: (tag) => scope.registration.getNotifications({ tag }),
    told: makeTold(scope.caches),
    panes: () => scope.clients.matchAll({ type: "window", includeUncontrolled: true }),
    openPane: (path) => scope.clients.openWindow(path),
};
scope.addEventListener("push", (event) => {
    event.waitUntil(tell(event.data?.text() ?? "", desk));
});
scope.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(openOrder(String(event.notification.data?.order), desk));
});
