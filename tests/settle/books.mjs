// The end of the day: what was planted at the provider, or is missing there, is found and named.
import { appendFile } from "node:fs/promises";
import path from "node:path";
import { ask } from "../demo/device.mjs";
import { until } from "../demo/wait.mjs";
import { captured, held, must, SECONDS, say } from "./scenes.mjs";
import { KEYS, keysPut } from "./stall.mjs";

/** What the command says: {status, result}. */
async function reconcile(stall, ...words) {
    const program = path.join(stall.build, "trestle-gateway");
    const all = ["reconcile", "--json", ...words, "--state", stall.device.state];
    const { status, out, err } = await ask(program, all);
    must(out !== "", `status ${status}: ${err}`);
    return { status, result: JSON.parse(out), said: err };
}

const kinds = ({ result }) => result.differences.map(({ kind }) => kind).sort();

/** Until it finds just @wanted: what is only late is gone by then. */
function finds(stall, wanted, ...words) {
    let last;
    return until(
        `it to find ${wanted.join(", ") || "nothing"}`,
        SECONDS,
        async () => {
            last = await reconcile(stall, ...words);
            return String(kinds(last)) === String([...wanted].sort()) && last;
        },
        () => JSON.stringify(last),
    );
}

export const BOOKS = {
    async "a day on which all matches is said to match"(stall) {
        const one = await captured(stall, 2);
        await say(stall, one, "refuse", { lines: [1], reason: "it fell down" });
        await stall.orderWhen(one.id, "the refund", ({ refunded }) => refunded > 0);
        await held(stall);
        const { status, result } = await finds(stall, []);
        must(status === 0 && result.matches, `status ${status}`);
        must(result.payments === 2 && result.refunds === 1, JSON.stringify(result));
        must(
            JSON.stringify(result.at_provider) === JSON.stringify(result.in_ledger),
            JSON.stringify(result),
        );
        must(result.at_provider.held > 0, "the hold is in no sum");
    },

    async "what was planted at the provider is found by the end of the day"(stall) {
        const order = await captured(stall);
        const other = await captured(stall);
        const { account } = stall.standIn;
        const manual = { currency: "eur", capture_method: "manual", amount: 900, metadata: {} };
        const hand = account.intents.create(manual);
        account.intents.confirm(hand.id, { payment_method: "pm_card_visa" }, true);
        account.intents.capture(hand.id, {});
        account.refunds.create({ payment_intent: order.intent, amount: 100 });
        account.intents.get(other.intent).amount_received += 1;
        const wanted = ["payment_unmarked", "refund_by_hand", "payment_amount"];
        const { status, result } = await finds(stall, wanted);
        must(status === 1 && !result.matches && result.found === 3, `status ${status}`);
        const of = (kind) => result.differences.find((one) => one.kind === kind);
        must(of("payment_unmarked").object === hand.id, "another payment");
        must(of("refund_by_hand").order === order.id, "another order");
        must(of("refund_by_hand").provider === 100, "another amount");
        const { provider, ledger } = of("payment_amount");
        must(provider === ledger + 1, `${provider} and ${ledger}`);
        await finds(stall, wanted.slice(1), "--shared");
    },

    async "a day longer than a page is read to its end, also while no gateway runs"(stall) {
        await captured(stall);
        const { account } = stall.standIn;
        const manual = { currency: "eur", capture_method: "manual", amount: 900, metadata: {} };
        for (let i = 0; i < 230; i++) account.intents.create(manual);
        await stall.end();
        const settings = path.join(stall.device.state, "trestle.conf");
        await appendFile(settings, `stripe-url = ${stall.standIn.url}\n`);
        const { status, result } = await reconcile(stall);
        must(status === 1 && result.found === 230, `status ${status}, ${result.found}`);
        const shared = await reconcile(stall, "--shared");
        must(shared.status === 0 && shared.result.others === 230, JSON.stringify(shared.result));
    },

    async "without an answer of the provider nothing is said to match"(stall) {
        await captured(stall);
        stall.standIn.faults.add({ kind: "unauthorised", times: null });
        const { status, result, said } = await reconcile(stall);
        must(status === 69 && result.state === "failed", `status ${status}`);
        must(said.includes("stripe-secret-key"), said);
    },

    async "the doctor sees what is wrong with keys, webhooks and the line, and says no secret"(
        stall,
    ) {
        const program = path.join(stall.build, "trestle-gateway");
        const settings = path.join(stall.device.state, "trestle.conf");
        const look = async () => {
            const all = ["doctor", "--json", "--state", stall.device.state];
            const { status, out, err } = await ask(program, all);
            const said = out + err;
            for (const secret of [...Object.values(KEYS), ...stall.secrets])
                must(!said.includes(secret.slice(8)), "it says a secret");
            return { status, findings: JSON.parse(out).findings };
        };
        const has = ({ findings }, level, check, words) =>
            must(
                findings.some(
                    (one) => one.level === level && one.check === check && one.text.includes(words),
                ),
                `no ${level} ${check} "${words}" in ${JSON.stringify(findings, null, 1)}`,
            );
        await appendFile(settings, `stripe-url = ${stall.standIn.url}\n`);
        await appendFile(settings, `origin = ${stall.device.url}\n`);
        await held(stall);
        const well = await look();
        has(well, "ok", "keys", "test keys");
        has(well, "ok", "keys", "may read payments, charges, refunds, disputes and events");
        has(well, "ok", "clock", "the provider's says the same");
        has(well, "ok", "uplink", "the provider answers");
        has(well, "ok", "webhook", "reaches this gateway");
        has(well, "ok", "webhook", "the provider sends to it");
        const [endpoint] = stall.standIn.account.endpoints.list({ limit: 1 }).data;
        stall.standIn.account.endpoints.update(endpoint.id, { disabled: true });
        has(await look(), "fail", "webhook", "has switched");
        stall.standIn.faults.add({ kind: "unauthorised", times: null });
        has(await look(), "fail", "keys", "does not take the secret key");
        stall.standIn.faults.clear();
        stall.standIn.faults.add({ kind: "html", times: null });
        has(await look(), "fail", "uplink", "something else answers");
        stall.standIn.faults.clear();
        stall.standIn.api.cut = "gateway";
        const cut = await look();
        has(cut, "fail", "uplink", "does not answer");
        must(cut.status === 2, `status ${cut.status}`);
        stall.standIn.api.cut = "";
        await keysPut(stall.device, { "stripe-publishable-key": "pk_live_another" });
        has(await look(), "fail", "keys", "pk_test_ key");
    },
};
