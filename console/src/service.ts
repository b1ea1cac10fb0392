/** The service that this page is of. */
import { connect } from "@mediaplane/web";

interface Settings {
  readonly version: string;
  /** Whether the service refuses what would change anything. */
  readonly read_only: boolean;
}

export const settings = (await (await fetch("console.json")).json()) as Settings;

export const client = connect(new URL(".", location.href), { timeoutMs: 30_000 });
