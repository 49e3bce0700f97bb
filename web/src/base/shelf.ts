// Where the outbox keeps actions: IndexedDB, or memory where there is none (a private window).
import type { Action } from "./action";
import type { Shelf } from "./outbox";

const actions = "actions";

export function memoryShelf(): Shelf {
    const kept = new Map<string, Action>();
    return {
        all: async () => [...kept.values()],
        put: async (action) => void kept.set(action.key, action),
        remove: async (key) => void kept.delete(key),
    };
}

function open(name: string): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
        const asked = indexedDB.open(name, 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore(actions, { keyPath: "key" });
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
    });
}

/** Resolves when it is kept, not when it was asked for. */
function change<T>(db: IDBDatabase, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    return new Promise((resolve, reject) => {
        const whole = db.transaction(actions, "readwrite");
        const asked = ask(whole.objectStore(actions));
        whole.oncomplete = () => resolve(asked.result);
        whole.onabort = () => reject(whole.error);
    });
}

/** Each screen has its own: two pages on one device must not send each other's. */
export function browserShelf(view: string): Shelf {
    const memory = memoryShelf();
    const opened = open(`trestle-${view}`).catch(() => null);

    /** A full or broken disk must not stop a sale: then it is kept in memory. */
    async function on<T>(
        ask: (store: IDBObjectStore) => IDBRequest,
        otherwise: () => Promise<T>,
    ): Promise<T> {
        const db = await opened;
        return db ? change<T>(db, ask).catch(otherwise) : otherwise();
    }

    return {
        all: () => on((store) => store.getAll(), memory.all),
        put: (action) =>
            on(
                (store) => store.put(action),
                () => memory.put(action),
            ),
        remove: (key) =>
            on(
                (store) => store.delete(key),
                () => memory.remove(key),
            ),
    };
}
