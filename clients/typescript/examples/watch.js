// Prints what happens to all sessions and rooms, until it is interrupted:
//     node examples/watch.js [URL]
// MEDIAPLANE_TOKEN has the token, where one is needed.
import { connect, toJson, WatchEventsResponseSchema, create } from "@mediaplane/client";

const token = process.env.MEDIAPLANE_TOKEN;
const client = connect(process.argv[2] ?? "http://localhost:50051", token ? { token } : {});
process.once("SIGINT", () => client.close());

const watch = client.watch(
  { scope: { case: "all", value: {} }, snapshot: true },
  { onRetry: (error, delayMs) => console.error(`${error.message}; the next try is in ${Math.round(delayMs)} ms`) },
);
for await (const item of watch) {
  console.log(JSON.stringify(toJson(WatchEventsResponseSchema, create(WatchEventsResponseSchema, { item }))));
}
