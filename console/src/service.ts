/** The service that this page is of. */
import { connect } from "@mediaplane/web";
import { reach } from "./link";

export interface Settings {
  version: string;
  /** Whether the service refuses what would change anything. */
  read_only: boolean;
}

/** What the service has said of itself; no page is shown before that. */
export const settings: Settings = { version: "", read_only: true };

/** What the service says of itself now. */
export async function ask(): Promise<Settings> {
  const response = await reach("console.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`console.json: ${response.status}`);
  return response.json();
}

export const client = connect(new URL(".", location.href), { timeoutMs: 30_000, fetch: reach });
