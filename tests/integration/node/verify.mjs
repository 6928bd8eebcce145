// usage: node verify.mjs SECRET PUBLIC_KEY FILE
//
// Asks the npm library of Standard Webhooks, and Node's own ed25519, about each line of FILE: an id, a
// time, the signatures and a body in base64, with tabs in between. All have to be right, and none may be
// once a byte of its body is another. Says how many lines there were.
import crypto from "node:crypto";
import fs from "node:fs";
import readline from "node:readline";
import { Webhook } from "standardwebhooks";

const [secret, publicKey, file] = process.argv.slice(2);
const webhook = new Webhook(secret);
const key = crypto.createPublicKey({
  key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey.slice("whpk_".length), "base64").toString("base64url") },
  format: "jwk",
});

function byLibrary(body, headers) {
  try {
    webhook.verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

function byPublicKey(body, headers) {
  const text = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
  const signature = headers["webhook-signature"].split(" ").find((one) => one.startsWith("v1a,")).slice(4);
  return crypto.verify(null, text, key, Buffer.from(signature, "base64"));
}

let count = 0;
for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
  const [id, time, signature, encoded] = line.split("\t");
  const headers = { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature };
  const body = Buffer.from(encoded, "base64");
  if (!byLibrary(body, headers) || !byPublicKey(body, headers)) throw new Error(`line ${count} is refused`);
  // In a way that leaves valid UTF-8 where it was: the library takes text.
  const at = body.findIndex((byte, index) => index >= count % body.length && byte < 128);
  body[at === -1 ? 0 : at] ^= 1;
  if (byLibrary(body, headers) || byPublicKey(body, headers)) throw new Error(`line ${count} is accepted, altered`);
  count += 1;
}
console.log(count);
