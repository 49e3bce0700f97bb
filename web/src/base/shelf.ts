// Where the outbox keeps actions: IndexedDB, or memory where there is none (a private window).
import { type IDBPDatabase, openDB } from "idb";
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

/** Each screen has its own: two pages on one device must not send each other's. */
export function browserShelf(view: string): Shelf {
    const memory = memoryShelf();
    const opened: Promise<IDBPDatabase | null> = openDB(`trestle-${view}`, 1, {
        upgrade: (db) => void db.createObjectStore(actions, { keyPath: "key" }),
    }).catch(() => null);

    /** A full or broken disk must not stop a sale: then it is kept in memory. */
    async function on<T>(
        db: (db: IDBPDatabase) => Promise<T>,
        otherwise: () => Promise<T>,
    ): Promise<T> {
        const database = await opened;
        return database ? db(database).catch(otherwise) : otherwise();
    }

    return {
        all: () => on((db) => db.getAll(actions) as Promise<Action[]>, memory.all),
        put: (action) =>
            on(
                (db) => db.put(actions, action).then(() => {}),
                () => memory.put(action),
            ),
        remove: (key) =>
            on(
                (db) => db.delete(actions, key),
                () => memory.remove(key),
            ),
    };
}
