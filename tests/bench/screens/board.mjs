// The kitchen's board with 300 tickets while their states change and somebody scrolls.
import { startFakeNode } from "../../../web/test/fake-node.mjs";
import { openPage } from "./browser.mjs";
import { framesPerSecond, frameTimes, quantile } from "./figures.mjs";

const tickets = 300;
const toggles = 20; // lines a second that are begun, done or called back
const exchanges = 5; // tickets a second that leave, and as many that come
const settleMs = 3_000;
const watchMs = 10_000;

const kinds = [
    { words: "board, 300 tickets, 25 changes a second", rate: 1, fps: 59, isFree: true },
    { words: "the same, 4x CPU", rate: 4, fps: 50, isFree: false },
];

export const aims = Object.fromEntries(
    kinds.flatMap(({ words, fps, isFree }) => [
        [`${words}: frames per s`, { least: fps }],
        [`${words}: frame, p99, ms`, undefined],
        [`${words}: tasks above 50 ms`, isFree ? { most: 0 } : undefined],
    ]),
);

/** Numbers that are the same in each run. */
function makeDraw(seed) {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}

/** A node whose board stays at 300 tickets. */
async function openBusyNode() {
    const node = await startFakeNode();
    const draw = makeDraw(1);
    const ids = [];
    const place = (age) => {
        const count = 1 + draw(4);
        const lines = Array.from({ length: count }, () => ({
            item: 1 + draw(node.menu.length),
            quantity: 1 + draw(3),
            note: draw(8) === 0 ? "no onions" : "",
        }));
        const { id } = node.place({ channel: "counter", mode: "eat-in", lines }, age);
        if (draw(4) > 0) {
            node.do("accept", id);
        }
        ids.push(id);
    };
    for (let count = 0; count < tickets; count++) {
        place(draw(12 * 60_000));
    }
    const toggle = () => {
        const id = ids[draw(ids.length)];
        const { lines } = node.orders.get(id);
        node.do(["start", "done", "recall"][draw(3)], id, { lines: [1 + draw(lines.length)] });
    };
    const exchange = () => {
        const [id] = ids.splice(draw(ids.length), 1);
        node.do("done", id, {});
        node.do("hand-over", id, {});
        node.orders.delete(id);
        place(0);
    };
    let timers = [];
    return {
        url: node.url,
        begin() {
            timers = [setInterval(toggle, 1000 / toggles), setInterval(exchange, 1000 / exchanges)];
        },
        end() {
            for (const timer of timers) {
                clearInterval(timer);
            }
        },
        close: () => node.kill(),
    };
}

/** In the page: scrolls down and up by a few pixels a frame; once it has done so for as long as it
 * takes to settle, keeps for a while when each frame began and which tasks held everything up. It
 * ends by itself, since a page that is kept busy answers nobody.
 * @return resolves to {frames, tasks} */
function scrollAndWatch({ settleMs, watchMs }) {
    const begin = performance.now() + settleMs;
    const end = begin + watchMs;
    const isWithin = (time) => time >= begin && time < end;
    const frames = [];
    const tasks = [];
    const observer = new PerformanceObserver((list) => {
        const long = list.getEntries().filter(({ startTime }) => isWithin(startTime));
        tasks.push(...long.map(({ duration }) => duration));
    });
    observer.observe({ type: "longtask" });
    let step = 8;
    let done;
    const frame = (time) => {
        if (time >= end) {
            setTimeout(() => done({ frames, tasks }), 500); // the last tasks are told of later
            return;
        }
        if (isWithin(time)) {
            frames.push(time);
        }
        const before = scrollY;
        scrollBy(0, step);
        if (scrollY === before) {
            step = -step;
        }
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return new Promise((then) => {
        done = then;
    });
}

async function watch(browser, node, rate) {
    const { page, tools, context } = await openPage(browser);
    await page.goto(`${node.url}/kitchen`);
    await page.waitForFunction(
        (least) => document.querySelectorAll(".ticket").length >= least,
        290,
    );
    await tools.send("Emulation.setCPUThrottlingRate", { rate });
    const watching = page.evaluate(scrollAndWatch, { settleMs, watchMs });
    node.begin();
    // What the page has not caught up with by then would only delay what it has to say.
    const late = setTimeout(() => node.end(), settleMs + watchMs + 2_000);
    try {
        return await watching;
    } finally {
        clearTimeout(late);
        node.end();
        await context.close();
    }
}

export async function measure({ browser, rounds, put }) {
    for (let round = 0; round < rounds; round++) {
        for (const { words, rate } of kinds) {
            const node = await openBusyNode();
            try {
                const { frames, tasks } = await watch(browser, node, rate);
                put(`${words}: frames per s`, framesPerSecond(frames));
                put(`${words}: frame, p99, ms`, quantile(frameTimes(frames), 0.99));
                put(`${words}: tasks above 50 ms`, tasks.length);
            } finally {
                await node.close();
            }
        }
    }
}
