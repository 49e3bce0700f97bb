// Who sends: the Authorization header of a push, as a push service looks at it (RFC 8292).
import { createPublicKey, verify } from "node:crypto";

const LIFE_MAX_S = 24 * 3600;
const PATTERN = /^vapid t=([\w-]+\.[\w-]+)\.([\w-]+), k=([\w-]{87})$/;

const read = (part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));

function publicKey(text) {
    const point = Buffer.from(text, "base64url");
    const [x, y] = [point.subarray(1, 33), point.subarray(33)];
    const jwk = { kty: "EC", crv: "P-256", x: x.toString("base64url"), y: y.toString("base64url") };
    return createPublicKey({ key: jwk, format: "jwk" });
}

/** "", or what is wrong with @header. @key: whom the browser lets send; @now: seconds. */
export function vapidMistake(header, { origin, key, now }) {
    const [, signed, signature, sender] = PATTERN.exec(header ?? "") ?? [];
    if (!signed) return "no vapid t=..., k=...";
    if (sender !== key) return "another sender than the browser's";
    const raw = Buffer.from(signature, "base64url");
    const by = { key: publicKey(sender), dsaEncoding: "ieee-p1363" };
    if (!verify("sha256", Buffer.from(signed), by, raw)) return "a false signature";
    const [{ typ, alg }, { aud, exp, sub }] = signed.split(".").map(read);
    if (typ !== "JWT" || alg !== "ES256") return "another algorithm";
    if (aud !== origin) return `it is for ${aud}`;
    if (!(exp > now)) return "it is over";
    if (!(exp <= now + LIFE_MAX_S)) return "it lasts more than a day";
    return /^(mailto:|https:)/.test(sub ?? "") ? "" : "nobody to ask";
}
