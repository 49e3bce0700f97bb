// What Lighthouse says of the customers' page, on the phone and the network that it plays.
import { createServer } from "node:net";
import { openBrowser } from "./browser.mjs";

const categories = {
    performance: { least: 98 },
    accessibility: { least: 100 },
    "best-practices": { least: 100 },
    seo: { least: 95 },
};

const nameOf = (category) => `Lighthouse, customers' page: ${category}`;

export const aims = Object.fromEntries(
    Object.entries(categories).map(([category, aim]) => [nameOf(category), aim]),
);

function freePort() {
    return new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

export async function measure({ stall, rounds, put, say }) {
    const { default: lighthouse } = await import("lighthouse");
    const port = await freePort();
    const browser = await openBrowser([`--remote-debugging-port=${port}`]);
    try {
        for (let round = 0; round < rounds; round++) {
            const options = { port, logLevel: "error", onlyCategories: Object.keys(categories) };
            const { lhr } = await lighthouse(`${stall.gateway.url}/order`, options);
            for (const category of Object.keys(categories)) {
                put(nameOf(category), 100 * (lhr.categories[category].score ?? Number.NaN));
            }
            sayLost(lhr, say);
        }
    } finally {
        await browser.close();
    }
}

/** What points were lost for. */
function sayLost({ audits, categories: judged }, say) {
    const weighed = Object.values(judged).flatMap(({ auditRefs }) =>
        auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => audits[id]),
    );
    for (const { id, displayValue = "" } of weighed.filter(({ score }) => score < 0.9)) {
        say(`  points lost: ${id} ${displayValue}`);
    }
}
