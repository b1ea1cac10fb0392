/** Bitrates of a session's media, as its backend tells them or as its bytes grow. */
import { MediaDirection, MediaKind, type MediaStats } from "@mediaplane/web";
import { word } from "./words";

/** What one media was at one time. */
export interface Rate {
  /** As `video received`: the same media of the next sample has the same. */
  readonly name: string;
  readonly received: boolean;
  /** Not set where neither can be told yet. */
  readonly kbps: number | undefined;
}

/** The bitrates of one session, sample by sample. */
export class Rates {
  #before = new Map<string, { bytes: number; at: number }>();

  next(media: readonly MediaStats[]): Rate[] {
    const at = performance.now();
    const before = this.#before;
    this.#before = new Map();
    return media.map((one) => {
      const name = [word(MediaKind, one.kind), one.mid, word(MediaDirection, one.direction)].filter(Boolean).join(" ");
      const received = one.direction === MediaDirection.RECEIVED;
      if (one.bytes === undefined) return { name, received, kbps: one.bitrateKbps };
      const bytes = Number(one.bytes);
      this.#before.set(name, { bytes, at });
      const was = before.get(name);
      const grown = was && at > was.at ? Math.max(0, ((bytes - was.bytes) * 8) / (at - was.at)) : undefined;
      return { name, received, kbps: one.bitrateKbps ?? grown };
    });
  }
}

/** The sum of one direction; not set if nothing of it can be told. */
export function total(rates: readonly Rate[], received: boolean): number | undefined {
  const known = rates.filter((rate) => rate.received === received && rate.kbps !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, rate) => sum + (rate.kbps ?? 0), 0);
}
