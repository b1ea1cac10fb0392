/** Bitrates over time, as lines. */
import { useMemo } from "preact/hooks";
import type { Rate } from "./rates";
import { bitrate } from "./words";

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [640, 200, 68, 22];

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

export function Chart({ samples, seconds }: { samples: readonly Sample[]; seconds: number }) {
  const names = [...new Set(samples.flatMap(({ rates }) => rates.map(({ name }) => name)))];
  const most = Math.max(10, ...samples.flatMap(({ rates }) => rates.map(({ kbps }) => kbps ?? 0)));
  const top = round(most);
  const end = samples.at(-1)?.at ?? 0;
  const x = (at: number) => WIDTH - ((end - at) / (seconds * 1000)) * (WIDTH - LEFT);
  const y = (kbps: number) => 8 + (1 - kbps / top) * (HEIGHT - BOTTOM - 8);
  const now = samples.at(-1)?.rates ?? [];
  const told = now.map(({ name, kbps }) => `${name} ${bitrate(kbps) || "unknown"}`).join(", ");
  const lines = useMemo(() => names.map((name) => points(name, samples, x, y)), [samples]);
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Bitrates of the last ${seconds} seconds. Now: ${told}`}>
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line class="grid" x1={LEFT} x2={WIDTH} y1={y(top * part)} y2={y(top * part)} />
            <text x={LEFT - 8} y={y(top * part) + 4} text-anchor="end">
              {bitrate(top * part)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 4}>{`${seconds} s ago`}</text>
        <text x={WIDTH} y={HEIGHT - 4} text-anchor="end">
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
