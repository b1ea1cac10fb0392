/** What a person sends: the camera and microphone, or a picture and a sound made here. */

export type Source = "camera" | "generated";

export interface Media {
  readonly stream: MediaStream;
  readonly stop: () => void;
}

const [WIDTH, HEIGHT, RATE] = [640, 360, 25];
/** For who wants nothing to move, only the clock does. */
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export async function open(source: Source): Promise<Media> {
  if (source === "generated") return generated();
  // Not there at all on pages that are neither of localhost nor by HTTPS.
  if (!navigator.mediaDevices) throw new Error("The browser gives camera and microphone only to pages from localhost or by HTTPS. Choose the generated picture.");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  return { stream, stop: () => stream.getTracks().forEach((track) => track.stop()) };
}

/** A clock before moving colours, in another hue for each page, and a soft beep each second. */
function generated(): Media {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const drawing = canvas.getContext("2d");
  if (!drawing) throw new Error("The browser cannot draw the generated picture. Choose the camera.");
  const hue = Math.floor(Math.random() * 360);
  const timer = setInterval(() => draw(drawing, hue), 1000 / RATE);
  const sound = beeps();
  const stream = new MediaStream([...canvas.captureStream(RATE).getVideoTracks(), ...sound.tracks]);
  return {
    stream,
    stop() {
      clearInterval(timer);
      stream.getTracks().forEach((track) => track.stop());
      sound.stop();
    },
  };
}

function draw(drawing: CanvasRenderingContext2D, hue: number): void {
  const now = new Date();
  const turn = STILL.matches ? 0 : performance.now() / 1000;
  const back = drawing.createLinearGradient(0, 0, WIDTH, HEIGHT);
  back.addColorStop(0, `hsl(${hue} 70% 32%)`);
  back.addColorStop(1, `hsl(${(hue + 60) % 360} 70% 18%)`);
  drawing.fillStyle = back;
  drawing.fillRect(0, 0, WIDTH, HEIGHT);
  for (let ring = 0; ring < 6; ring++) {
    const angle = turn * (0.5 + ring / 8) + ring;
    drawing.beginPath();
    drawing.arc(WIDTH / 2 + Math.cos(angle) * (60 + ring * 32), HEIGHT / 2 + Math.sin(angle) * (30 + ring * 20), 14 + ring * 3, 0, 2 * Math.PI);
    drawing.fillStyle = `hsl(${(hue + ring * 25) % 360} 85% 62% / 0.75)`;
    drawing.fill();
  }
  drawing.fillStyle = "#fff";
  drawing.textAlign = "center";
  drawing.font = "600 64px system-ui, sans-serif";
  drawing.fillText(now.toLocaleTimeString([], { hour12: false }), WIDTH / 2, HEIGHT / 2 + 22);
}

function beeps(): { tracks: MediaStreamTrack[]; stop: () => void } {
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 523 });
  const gate = new GainNode(audio, { gain: 0 });
  const swell = new OscillatorNode(audio, { frequency: 1, type: "sine" });
  const depth = new GainNode(audio, { gain: 0.04 });
  const out = audio.createMediaStreamDestination();
  swell.connect(depth).connect(gate.gain);
  tone.connect(gate).connect(out);
  tone.start();
  swell.start();
  return { tracks: out.stream.getAudioTracks(), stop: () => void audio.close() };
}
