// A customer's browser: the keys that its page hands on, and what it reads of a message that was
// sealed for it (RFC 8291 over RFC 8188).
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";

const SALT_BYTES = 16;
const SIZE_BYTES = 4; // of a record
const POINT_BYTES = 65;
const TAG_BYTES = 16;
const HEAD_BYTES = SALT_BYTES + SIZE_BYTES + 1 + POINT_BYTES;
const LAST = 2; // the byte between the text of the last record and its padding

/** The key and the nonce of a message's only record. */
export function recordKeys({ shared, auth, receiver, sender, salt }) {
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), receiver, sender]);
    const secret = hkdfSync("sha256", shared, auth, info, 32);
    const derive = (what, size) =>
        Buffer.from(hkdfSync("sha256", secret, salt, `Content-Encoding: ${what}\0`, size));
    return { key: derive("aes128gcm", 16), nonce: derive("nonce", 12) };
}

function must(isSo, words) {
    if (!isSo) throw new Error(words);
}

export class Browser {
    #ecdh = createECDH("prime256v1");

    /** Without its secrets, raw, it makes some. */
    constructor({ secret, auth = randomBytes(16) } = {}) {
        if (secret) this.#ecdh.setPrivateKey(secret);
        else this.#ecdh.generateKeys();
        this.auth = auth;
    }

    /** As PushSubscription.toJSON() has them. */
    get keys() {
        const p256dh = this.#ecdh.getPublicKey("base64url");
        return { p256dh, auth: this.auth.toString("base64url") };
    }

    /** The text of @body; throws when it is not sealed as it should be, or not for this one. */
    read(body) {
        must(body.length > HEAD_BYTES + TAG_BYTES, "it is too short");
        must(body[SALT_BYTES + SIZE_BYTES] === POINT_BYTES, "it names no sender's key");
        const salt = body.subarray(0, SALT_BYTES);
        const sender = body.subarray(HEAD_BYTES - POINT_BYTES, HEAD_BYTES);
        const sealed = body.subarray(HEAD_BYTES);
        must(sealed.length <= body.readUInt32BE(SALT_BYTES), "it has more than one record");
        const shared = this.#ecdh.computeSecret(sender);
        const receiver = this.#ecdh.getPublicKey();
        const keys = recordKeys({ shared, auth: this.auth, receiver, sender, salt });
        const cipher = createDecipheriv("aes-128-gcm", keys.key, keys.nonce);
        cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
        const padded = Buffer.concat([
            cipher.update(sealed.subarray(0, -TAG_BYTES)),
            cipher.final(),
        ]);
        const end = padded.findLastIndex((byte) => byte !== 0);
        must(padded[end] === LAST, "its record is not the last");
        return padded.toString("utf8", 0, end);
    }
}
