/** A list that may be long, a page at a time. */
import { useState } from "preact/hooks";
import { usePolled } from "./live";

/** How many rows a page has, so that the browser and the service do the same however many there are. */
const PAGE_SIZE = 25;
const EVERY = 2_000;

interface Asked {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** One page of what this asks for, as it is now, and the buttons that go to the others. */
export function usePages<T extends { readonly nextPageToken: string }>(ask: (page: Asked) => Promise<T>) {
  const [tokens, setTokens] = useState([""]);
  const pageToken = tokens.at(-1) ?? "";
  const polled = usePolled(async () => ({ of: pageToken, list: await ask({ pageSize: PAGE_SIZE, pageToken }) }), EVERY, [pageToken]);
  const { value, error, refresh } = polled;
  // The rows of the page before stay until the others are here, and so do the buttons, which somebody may be on.
  const busy = value?.of !== pageToken;
  const next = value?.list.nextPageToken;
  const buttons = (tokens.length > 1 || next) && (
    <nav class="bar" aria-label="Pages of the list">
      <button type="button" disabled={tokens.length === 1} onClick={() => setTokens(tokens.slice(0, -1))}>
        Previous
      </button>
      <span role="status">Page {tokens.length}</span>
      <button type="button" disabled={!next} onClick={() => !busy && next && setTokens([...tokens, next])}>
        Next
      </button>
    </nav>
  );
  return { list: value?.list, busy, error, refresh, buttons };
}
