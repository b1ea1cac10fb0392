/** Bitrates over time, as lines. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Rate } from "./rates";
import { bitrate } from "./words";

const [HEIGHT, TOP, LEFT, BOTTOM] = [220, 8, 76, 22];
/** The least that the axis of time has, in seconds: it grows with what there is to show. */
const LEAST = 15;

/** The bitrates at one time, in milliseconds of `performance.now()`. */
export interface Sample {
  readonly at: number;
  readonly rates: readonly Rate[];
}

/** The least round number above this one. */
function round(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 10)));
  return [1, 2, 5, 10].map((step) => step * unit).find((step) => step >= value) ?? value;
}

/** The width that there is for an element, in pixels. */
function useWidth() {
  const element = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}

export function Chart({ samples }: { samples: readonly Sample[] }) {
  const { element, width } = useWidth();
  const all = samples.flatMap(({ rates }) => rates);
  // What never flows, as what a publisher would receive, is in the table only.
  const names = [...new Set(all.filter(({ kbps }) => kbps).map(({ name }) => name))];
  const top = round(Math.max(10, ...all.map(({ kbps }) => kbps ?? 0)));
  const end = samples.at(-1)?.at ?? 0;
  const seconds = Math.ceil(Math.max(LEAST, (end - (samples[0]?.at ?? end)) / 1000));
  const x = (at: number) => width - ((end - at) / (seconds * 1000)) * (width - LEFT);
  const y = (kbps: number) => TOP + (1 - kbps / top) * (HEIGHT - BOTTOM - TOP);
  const now = samples.at(-1)?.rates ?? [];
  const told = now.map(({ name, kbps }) => `${name} ${bitrate(kbps) || "unknown"}`).join(", ");
  const lines = useMemo(() => names.map((name) => points(name, samples, x, y)), [samples, width]);
  return (
    <figure class="chart" ref={element}>
      <svg height={HEIGHT} role="img" aria-label={`Bitrates of the last ${seconds} seconds. Now: ${told}`}>
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <g key={part}>
            <line class="grid" x1={LEFT} x2={width} y1={y(top * part)} y2={y(top * part)} />
            <text x={LEFT - 10} y={y(top * part) + 4} text-anchor="end">
              {bitrate(top * part)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 4}>{`${seconds} s ago`}</text>
        <text x={width} y={HEIGHT - 4} text-anchor="end">
          now
        </text>
        {lines.map((line, index) => (
          <polyline key={names[index]} class={`line series${index % 6}`} points={line} />
        ))}
      </svg>
      <figcaption>
        {names.map((name, index) => (
          <span key={name} class={`key series${index % 6}`}>
            {name} <b>{bitrate(now.find((rate) => rate.name === name)?.kbps)}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function points(name: string, samples: readonly Sample[], x: (at: number) => number, y: (kbps: number) => number): string {
  return samples
    .flatMap(({ at, rates }) => {
      const kbps = rates.find((rate) => rate.name === name)?.kbps;
      return kbps === undefined ? [] : [`${x(at).toFixed(1)},${y(kbps).toFixed(1)}`];
    })
    .join(" ");
}
