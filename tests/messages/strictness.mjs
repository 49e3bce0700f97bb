// Whether the practice push service is as strict as it should be: it reads the example of RFC 8291,
// takes a sound push, and notices each mistake that is planted in one.
import { createCipheriv, createECDH, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { Browser, recordKeys } from "./browser.mjs";
import { must } from "./must.mjs";
import { PushService } from "./push.mjs";

const URL_HERE = "http://127.0.0.1:1";
const base64url = (value) => Buffer.from(value).toString("base64url");

/** RFC 8291, section 5 and appendix A. */
const EXAMPLE = {
    secret: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
    body:
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY" +
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS" +
        "gSxsj_Qulcy4a-fN",
    text: "When I grow up, I want to be a watermelon",
};

/** @text for the browser that has @keys. */
function seal(text, { p256dh, auth }) {
    const [receiver, secret] = [p256dh, auth].map((part) => Buffer.from(part, "base64url"));
    const ecdh = createECDH("prime256v1");
    const sender = ecdh.generateKeys();
    const salt = randomBytes(16);
    const shared = ecdh.computeSecret(receiver);
    const { key, nonce } = recordKeys({ shared, auth: secret, receiver, sender, salt });
    const cipher = createCipheriv("aes-128-gcm", key, nonce);
    const sealed = [cipher.update(text), cipher.update(Buffer.from([2])), cipher.final()];
    const size = Buffer.alloc(5);
    size.writeUInt32BE(4096);
    size[4] = sender.length;
    return Buffer.concat([salt, size, sender, ...sealed, cipher.getAuthTag()]);
}

/** Who may send: {publicKey, header(claims, head)}. */
function sender() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x, y } = publicKey.export({ format: "jwk" });
    const point = [Buffer.from([4]), ...[x, y].map((part) => Buffer.from(part, "base64url"))];
    const key = base64url(Buffer.concat(point));
    const token = (claims, head = { typ: "JWT", alg: "ES256" }) => {
        const signed = [head, claims].map((part) => base64url(JSON.stringify(part))).join(".");
        const by = { key: privateKey, dsaEncoding: "ieee-p1363" };
        return `${signed}.${base64url(sign("sha256", Buffer.from(signed), by))}`;
    };
    return { key, token };
}

const LIFE = 12 * 3600;
const claims = (change = {}) => ({
    aud: URL_HERE,
    exp: Math.floor(Date.now() / 1000) + LIFE,
    sub: "mailto:stall@example.com",
    ...change,
});
const message = { v: 1, id: "1", order: "2", number: "W1", state: "ready", said: "Ready." };

/** What is done to a sound push, and the status that it then has. */
const MISTAKES = {
    "another's audience": { claims: { aud: "https://push.example.com" }, status: 403 },
    over: { claims: { exp: Math.floor(Date.now() / 1000) - 1 }, status: 403 },
    "for two days": { claims: { exp: claims().exp + 3 * LIFE }, status: 403 },
    "nobody to ask": { claims: { sub: undefined }, status: 403 },
    "no algorithm": { head: { typ: "JWT", alg: "none" }, status: 403 },
    "signed by another": { isForged: true, status: 403 },
    "another's key": { isStranger: true, status: 403 },
    "without a token": { headers: { authorization: undefined }, status: 403 },
    "without a TTL": { headers: { ttl: undefined }, status: 400 },
    "an urgency of its own": { headers: { urgency: "now" }, status: 400 },
    "a topic that is too long": { headers: { topic: "t".repeat(33) }, status: 400 },
    "another encoding": { headers: { "content-encoding": "aesgcm" }, status: 415 },
    "a byte that was changed": { spoil: (body) => (body[body.length - 20] ^= 1), status: 400 },
    "sealed for another": { isForAnother: true, status: 400 },
    "another subscription": { path: "/push/another", status: 404 },
    "words of its own": { text: JSON.stringify({ ...message, v: undefined }), status: 400 },
};

/** The status of a push with @mistake; 201: it was taken. */
function statusOf(mistake) {
    const service = new PushService(URL_HERE);
    const [own, other] = [sender(), sender()];
    const { endpoint, keys } = service.subscribe(own.key);
    const signer = mistake.isForged || mistake.isStranger ? other : own;
    const token = signer.token(claims(mistake.claims), mistake.head);
    const by = mistake.isStranger ? other.key : own.key;
    const to = mistake.isForAnother ? new Browser().keys : keys;
    const body = seal(mistake.text ?? JSON.stringify(message), to);
    mistake.spoil?.(body);
    const headers = {
        authorization: `vapid t=${token}, k=${by}`,
        ttl: "60",
        urgency: "high",
        topic: "one",
        "content-encoding": "aes128gcm",
        ...mistake.headers,
    };
    const path = mistake.path ?? endpoint.slice(URL_HERE.length);
    try {
        return service.take({ method: "POST", path, headers, body }).status;
    } catch (error) {
        if (!error.status) throw error;
        return error.status;
    }
}

/** How many of the planted mistakes it notices. */
export function strictness() {
    const [secret, auth, body] = ["secret", "auth", "body"].map((name) =>
        Buffer.from(EXAMPLE[name], "base64url"),
    );
    must(new Browser({ secret, auth }).read(body) === EXAMPLE.text, "it misreads the example");
    must(statusOf({}) === 201, "it does not take a sound push");
    const planted = Object.entries(MISTAKES);
    const missed = planted.filter(([, mistake]) => statusOf(mistake) !== mistake.status);
    for (const [name, mistake] of missed) console.log(`"${name}": ${statusOf(mistake)}`);
    return { noticed: planted.length - missed.length, planted: planted.length };
}
