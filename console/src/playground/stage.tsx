/** What is sent and what is received. */
import { useEffect, useRef, useState } from "preact/hooks";
import { bitrate } from "../words";
import type { Call, Received } from "./call";

const EVERY = 250;

function Video({ id, stream, muted, label }: { id: string; stream: MediaStream | undefined; muted: boolean; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream ?? null;
  }, [stream]);
  return <video id={id} ref={video} autoplay playsInline muted={muted} aria-label={label} />;
}

interface Shown extends Received {
  readonly kbps: number | undefined;
}

/** What has been received, looked at again and again. */
function useReceived(call: Call | undefined): Shown | undefined {
  const [shown, show] = useState<Shown>();
  useEffect(() => {
    show(undefined);
    if (!call) return;
    let before: { bytes: number; at: number } | undefined;
    let kbps: number | undefined;
    const timer = setInterval(async () => {
      const received = await call.received();
      const at = performance.now();
      before ??= { bytes: received.bytes, at };
      if (at - before.at >= 1000) {
        kbps = ((received.bytes - before.bytes) * 8) / (at - before.at);
        before = { bytes: received.bytes, at };
      }
      show({ ...received, kbps });
    }, EVERY);
    return () => clearInterval(timer);
  }, [call]);
  return shown;
}

export function Stage({ call, local, state }: { call: Call | undefined; local: MediaStream | undefined; state: string }) {
  const received = useReceived(call);
  const sees = (received?.width ?? 0) > 0;
  return (
    <div class="stage">
      <figure class={sees ? "tile live" : "tile"}>
        <Video id="remote" stream={call?.remote} muted={false} label="What I receive" />
        {!sees && <p class="waiting">{call ? "Waiting for pictures …" : "Start a session to see something here"}</p>}
        <figcaption>
          Received: <output id="frames">{received?.frames ?? 0}</output> pictures
          {sees && ` · ${received?.width}×${received?.height}`}
          {received?.kbps !== undefined && ` · ${bitrate(received.kbps)}`}
          {state && ` · ${state}`}
        </figcaption>
      </figure>
      <figure class={local ? "tile live" : "tile"}>
        <Video id="local" stream={local} muted label="What I send" />
        {!local && <p class="waiting">Nothing is sent</p>}
        <figcaption>Sent</figcaption>
      </figure>
    </div>
  );
}
