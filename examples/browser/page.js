// The page: what is clicked, and what is shown.
import { Call, connect, sessionType } from "./call.js";

const at = (id) => document.getElementById(id);
const tell = (line) => (at("log").textContent += `${line}\n`);
let call;

function chosen() {
  return sessionType(at("type").value, at("target").value.trim());
}

async function start() {
  const receivesOnly = ["listen", "play"].includes(at("type").value);
  const media = receivesOnly ? undefined : await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  call = new Call(await connect(at("service").value), tell);
  at("local").srcObject = media ?? null;
  at("remote").srcObject = call.remote;
  await call.start(chosen(), media);
  at("session").textContent = call.sessionId;
  for (const id of ["change", "record", "stop", "hangup"]) at(id).disabled = false;
}

async function stopRecording() {
  const file = await call.stopRecording();
  tell(`recorded ${file.uri}, ${file.bytes} bytes`);
}

async function hangUp() {
  await call.hangUp();
  for (const track of at("local").srcObject?.getTracks() ?? []) track.stop();
}

function does(id, event, action) {
  at(id).addEventListener(event, async (happened) => {
    happened.preventDefault();
    try {
      await action();
    } catch (error) {
      tell(`error: ${error.message}`);
    }
  });
}

does("form", "submit", start);
does("change", "click", () => call.change(chosen()));
does("record", "click", () => call.record());
does("stop", "click", stopRecording);
does("hangup", "click", hangUp);

setInterval(async () => {
  const { framesDecoded = 0, frameWidth, frameHeight } = (await call?.received()) ?? {};
  at("frames").textContent = framesDecoded;
  if (frameWidth) at("size").textContent = `${frameWidth}x${frameHeight}`;
}, 250);
