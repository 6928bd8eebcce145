// usage: node read_mail.mjs FOLDER
//
// Says of each mail in FOLDER (*.eml), in the order of their names, what mailparser makes of it: one line
// of JSON each.
import fs from "node:fs";
import path from "node:path";
import { simpleParser } from "mailparser";

const folder = process.argv[2];
for (const name of fs.readdirSync(folder).filter((one) => one.endsWith(".eml")).sort()) {
  const mail = await simpleParser(fs.readFileSync(path.join(folder, name)));
  console.log(
    JSON.stringify({
      from: mail.from.value,
      to: mail.to.value.map((one) => one.address),
      subject: mail.subject,
      id: mail.messageId,
      text: mail.text,
      html: mail.html,
      unsubscribe: mail.headers.get("list")?.unsubscribe?.url,
      fields: mail.headerLines.map((line) => line.key),
      attachments: mail.attachments.map((one) => ({ file: one.filename, type: one.contentType })),
    }),
  );
}
