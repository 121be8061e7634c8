// Starts emulate's Slack, with events sent to argv[2] signed with argv[3]; prints its address as JSON, ends with stdin.
// Its JS API has no way to register an event URL: the plugin's `register` is wrapped to keep the webhook dispatcher.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = dirname(fileURLToPath(import.meta.resolve("emulate")));
const file = readdirSync(dist).find((f) => f.endsWith(".js") && readFileSync(join(dist, f), "utf8").includes("  slackPlugin\n};"));
const { slackPlugin } = await import(join(dist, file));
const { createEmulator } = await import("emulate");

const [url, secret] = process.argv.slice(2);
const register = slackPlugin.register;
let dispatcher;
slackPlugin.register = (app, store, webhooks, ...rest) => {
  dispatcher = webhooks;
  return register(app, store, webhooks, ...rest);
};
const emulator = await createEmulator({
  service: "slack",
  port: 0,
  seed: {
    slack: {
      signing_secret: secret,
      users: [{ name: "atelier" }, { name: "anne" }],
      channels: [{ name: "revue-ad1" }],
      tokens: [
        { token: "xoxb-atelier", user: "atelier", type: "bot" },
        { token: "xoxp-anne", user: "anne", type: "user" },
      ],
    },
  },
});
dispatcher.register({ owner: "slack", url, events: ["message"], active: true });
process.stdout.write(`${JSON.stringify({ url: emulator.url })}\n`);
process.stdin.resume();
process.stdin.on("end", () => emulator.close().then(() => process.exit(0)));
