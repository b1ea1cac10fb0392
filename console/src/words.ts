/** Values in words. */
import { type Duration, durationMs, type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";

/** The name of an enum's value, as `wait answer`. */
export function word(names: Record<number, string>, value: number): string {
  return (names[value] ?? `unknown ${value}`).toLowerCase().replaceAll("_", " ");
}

/** How long something lasts, as `3 h 20 min`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

/** The time since a start, as `+12.34 s`. */
export function after(ms: number): string {
  return ms < 100_000 ? `+${(ms / 1000).toFixed(2)} s` : `+${span(ms)}`;
}

export function age(since: Timestamp | undefined): string {
  return since ? span(Date.now() - timestampMs(since)) : "";
}

/** The time of day, to milliseconds. */
export function clock(time: Timestamp | undefined): string {
  if (!time) return "";
  const at = new Date(timestampMs(time));
  return `${at.toLocaleTimeString([], { hour12: false })}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

export function milliseconds(duration: Duration | undefined): string {
  return duration ? `${durationMs(duration).toFixed(1)} ms` : "";
}

export function bitrate(kbps: number | undefined): string {
  if (kbps === undefined) return "";
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${Math.round(kbps)} kbit/s`;
}

/** A long id, by its beginning. */
export function short(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}
