/** What the backend measures of a session. */
import { Code, MediaDirection, MediaKind, type MediaStats } from "@mediaplane/web";
import { useEffect, useRef, useState } from "preact/hooks";
import { Chart, type Sample } from "./chart";
import { usePolled } from "./live";
import { Empty, Problem, Table } from "./parts";
import { Rates } from "./rates";
import { client } from "./service";
import { bitrate, milliseconds, word } from "./words";

const EVERY = 1_000;
/** How many samples are plotted, one each second or so. */
const SAMPLES = 120;
const HEADS = ["Media", "Direction", "Codec", "Packets", "Bytes", "Lost", "Jitter", "Round trip", "Bitrate"];

export function Statistics({ sessionId }: { sessionId: string }) {
  const { value, error } = usePolled(() => client.sessions.getStats({ sessionId }), EVERY, [sessionId]);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const rates = useRef(new Rates());
  useEffect(() => {
    if (!value) return;
    const sample = { at: performance.now(), rates: rates.current.next(value.media) };
    setSamples((before) => [...before.slice(1 - SAMPLES), sample]);
  }, [value]);
  if (error?.code === Code.Unimplemented) return <Empty>This backend measures nothing of such a session.</Empty>;
  const now = samples.at(-1)?.rates ?? [];
  return (
    <>
      <Problem error={error} />
      <Chart samples={samples} />
      <Table label="Measurements" heads={HEADS}>
        {value?.media.map((media, index) => (
          <Row key={index} media={media} kbps={now[index]?.kbps} />
        ))}
      </Table>
    </>
  );
}

function Row({ media, kbps }: { media: MediaStats; kbps: number | undefined }) {
  return (
    <tr>
      <td>{[word(MediaKind, media.kind), media.mid].filter(Boolean).join(" ")}</td>
      <td>{word(MediaDirection, media.direction)}</td>
      <td>{media.codec}</td>
      <td class="number">{media.packets?.toLocaleString()}</td>
      <td class="number">{media.bytes?.toLocaleString()}</td>
      <td class="number">{media.lost?.toLocaleString()}</td>
      <td class="number">{milliseconds(media.jitter)}</td>
      <td class="number">{milliseconds(media.rtt)}</td>
      <td class="number">{bitrate(kbps)}</td>
    </tr>
  );
}
