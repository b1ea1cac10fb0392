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
    let over = false;
    const timer = setInterval(async () => {
      const received = await call.received();
      if (over) return;
      const at = performance.now();
      before ??= { bytes: received.bytes, at };
      if (at - before.at >= 1000) {
        kbps = ((received.bytes - before.bytes) * 8) / (at - before.at);
        before = { bytes: received.bytes, at };
      }
      show({ ...received, kbps });
    }, EVERY);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [call]);
  return shown;
}

export function Stage({ call, local, state }: { call: Call | undefined; local: MediaStream | undefined; state: string }) {
  const received = useReceived(call);
  const sees = (received?.width ?? 0) > 0;
  const hears = (received?.packets ?? 0) > 0;
  const wait = hears ? "Sound arrives, and no picture" : "Waiting for sound and pictures …";
  return (
    <div class="stage">
      <figure class={sees ? "tile live" : "tile"}>
        <Video id="remote" stream={call?.remote} muted={false} label="What I receive" />
        {!sees && <p class="waiting">{call ? wait : "Start a session to see something here"}</p>}
        <figcaption>
          <b>Received</b>
          <span>
            <output id="frames">{received?.frames ?? 0}</output> pictures{sees && ` of ${received?.width}×${received?.height}`}
          </span>
          <span>
            <output id="packets">{received?.packets ?? 0}</output> packets of sound
            {hears && <meter id="level" min={0} max={1} value={Math.sqrt(received?.level ?? 0)} aria-label="How loud it is" />}
          </span>
          {received?.kbps !== undefined && <span>{bitrate(received.kbps)}</span>}
          {state && <span>{state}</span>}
        </figcaption>
      </figure>
      <figure class={local ? "tile live" : "tile"}>
        <Video id="local" stream={local} muted label="What I send" />
        {!local && <p class="waiting">Nothing is sent</p>}
        <figcaption>
          <b>Sent</b>
        </figcaption>
      </figure>
    </div>
  );
}
