/** What can be done with a live session. */
import { type Capability, MediaUpdateKind, type Recording, RecorderActionKind, RecordingState } from "@mediaplane/web";
import { useState } from "preact/hooks";
import { Act } from "../parts";
import { client } from "../service";

interface Props {
  /** Empty while there is none. */
  readonly sessionId: string;
  readonly able: Capability | undefined;
  readonly busy: boolean;
  readonly recording: Recording | undefined;
  readonly run: (action: () => Promise<unknown>) => void;
  readonly playBack: (uri: string) => void;
  readonly hangUp: () => void;
}

const GOES_ON: readonly RecordingState[] = [RecordingState.ACTIVE, RecordingState.PAUSED];

export function Controls({ sessionId, able, busy, recording, run, playBack, hangUp }: Props) {
  const off = !sessionId || busy;
  const records = recording !== undefined && GOES_ON.includes(recording.state);
  const can = able?.recorderActions.includes(RecorderActionKind.START) ?? false;
  const act = (name: "start" | "stop") => run(() => client.sessions.recorderAction({ sessionId, action: { case: name, value: {} } }));
  const file = records ? undefined : recording?.files[0]?.uri;
  return (
    <div class="bar" role="group" aria-label="Controls">
      <Mute key={`audio ${sessionId}`} kind="audio" sessionId={sessionId} off={off || !updates(able, MediaUpdateKind.MUTE_AUDIO)} run={run} />
      <Mute key={`video ${sessionId}`} kind="video" sessionId={sessionId} off={off || !updates(able, MediaUpdateKind.MUTE_VIDEO)} run={run} />
      <Act id="record" disabled={off || !can || records} onClick={() => act("start")}>
        Record
      </Act>
      <Act id="stop" disabled={off || !records} onClick={() => act("stop")}>
        Stop recording
      </Act>
      {file && (
        <Act id="playback" onClick={() => playBack(file)}>
          Play it back
        </Act>
      )}
      <Act id="hangup" tone="danger" disabled={off} onClick={hangUp}>
        Hang up
      </Act>
    </div>
  );
}

function updates(able: Capability | undefined, kind: MediaUpdateKind): boolean {
  return able?.mediaUpdates.includes(kind) ?? false;
}

function Mute(props: { kind: "audio" | "video"; sessionId: string; off: boolean; run: Props["run"] }) {
  const { kind, sessionId, off, run } = props;
  const [muted, setMuted] = useState(false);
  const toggle = async () => {
    const wanted = kind === "audio" ? { muteAudio: !muted } : { muteVideo: !muted };
    const { media } = await client.sessions.updateMedia({ sessionId, media: wanted });
    setMuted((kind === "audio" ? media?.muteAudio : media?.muteVideo) ?? false);
  };
  return (
    <Act id={`mute-${kind}`} disabled={off} pressed={muted} onClick={() => run(toggle)}>
      Mute {kind}
    </Act>
  );
}
