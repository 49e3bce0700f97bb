// Ports for nodes that end and start again, and are to be found where they were.
import net from "node:net";

const PORTS = { from: 20000, count: 12000 }; // below those that the system gives to connections
let portsTaken = Math.floor(Math.random() * PORTS.count);

/** One that is free now. Another program may take it while its node does not run. */
export async function port() {
    for (;;) {
        const number = PORTS.from + (portsTaken++ % PORTS.count);
        const server = net.createServer();
        const isFree = await new Promise((resolve) => {
            server.once("error", () => resolve(false));
            server.listen(number, "127.0.0.1", () => server.close(() => resolve(true)));
        });
        if (isFree) return number;
    }
}
