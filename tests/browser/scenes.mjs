// What people do in the browser, and what must come of it. Each yields figures for the log.

// A new picture must be there by then after a switch, in milliseconds.
const SWITCH = 1000;

function holds(fact, words) {
  if (!fact) throw new Error(words);
}

export const scenes = {
  /** Alice sees herself. */
  async echo(sit) {
    const alice = await sit();
    await alice.starts("echo");
    const decoded = await alice.sees();
    await alice.hangsUp();
    return { decoded };
  },

  /** Alice is recorded for three seconds. */
  async record(sit) {
    const alice = await sit();
    await alice.starts("echo");
    await alice.sees();
    await alice.records();
    const begun = performance.now();
    await alice.sees(60);
    const uri = await alice.stopsRecording();
    const took = (performance.now() - begun) / 1000;
    await alice.hangsUp();
    return { uri, took };
  },

  /** A stranger sees the recording. */
  async play(sit, { record }) {
    const carol = await sit({ trusting: false });
    await carol.starts("play", record.uri);
    const decoded = await carol.sees(40);
    await carol.hangsUp();
    return { decoded };
  },

  /** Alice waits, and Bob talks with her. */
  async bridge(sit) {
    const [alice, bob] = [await sit(), await sit()];
    const session = await alice.starts("park");
    await bob.starts("bridge", session);
    const [decoded, byBob] = await Promise.all([alice.sees(), bob.sees()]);
    await bob.hangsUp();
    await alice.logs(/destroyed: BRIDGE_STOP/);
    return { decoded, byBob };
  },

  /** Alice and Bob, who is green, publish; Carol is moved from one to the other and back; Dave stays with Alice. */
  async listen(sit) {
    const [alice, bob] = [await sit(), await sit({ camera: "green" })];
    const first = await alice.starts("publish", "room");
    const second = await bob.starts("publish", "room");
    const [carol, dave] = [await sit({ trusting: false }), await sit({ trusting: false })];
    await carol.starts("listen", first);
    await dave.starts("listen", first);
    await Promise.all([carol.sees(), dave.sees()]);
    const switched = await carol.switches("listen", second, true);
    holds(switched < SWITCH, `Bob was seen only after ${switched} ms`);
    await carol.sees();
    const back = await carol.switches("listen", first, false);
    holds(back < SWITCH, `Alice was seen again only after ${back} ms`);
    const [decoded, byDave] = await Promise.all([carol.sees(), dave.sees()]);
    for (const party of [carol, dave, alice, bob]) await party.hangsUp();
    return { decoded, byDave, switched, back };
  },

  /** Every codec that the browser can encode comes back, whatever number it has given to it. */
  async codecs(sit) {
    const alice = await sit();
    const decoded = {};
    for (const codec of await alice.raw("encoders")) decoded[codec] = await alice.raw("echoOf", codec);
    for (const codec of ["video/VP8", "video/VP9", "video/H264", "video/AV1"]) {
      holds(decoded[codec] >= 20, `${codec} came back as ${decoded[codec]} pictures`);
    }
    return { decoded };
  },

  /** The service makes the offer. */
  async offerer(sit) {
    const decoded = await (await sit()).raw("echoByOffer");
    holds(decoded >= 20, `${decoded} pictures were decoded`);
    return { decoded };
  },

  /** Texts and bytes come back by the channel that they were sent by. */
  async data(sit) {
    const got = await (await sit()).raw("echoOfData");
    holds(got[0] === "hello" && got[1] === 50_000, `got ${got}`);
    return { got };
  },

  /** What is muted stops, and goes on with a new picture. */
  async mute(sit) {
    const { muted, back } = await (await sit()).raw("muted");
    holds(muted === 0, `${muted} pictures came while it was muted`);
    holds(back < SWITCH, `it went on only after ${back} ms`);
    return { back };
  },

  /** A listener gets the layer of a simulcast that it wants. */
  async simulcast(sit) {
    const widths = await (await sit()).raw("layers");
    const [low, high, again] = widths;
    holds(low === 320 && high > 320 && again === 320, `the pictures were ${widths} wide`);
    return { widths };
  },
};

/** Sound and pictures come to all of these. */
async function meet(...people) {
  const got = await Promise.all(people.map((person) => person.raw("meets")));
  for (const { decoded, heard } of got) {
    holds(decoded >= 20, `${decoded} pictures were decoded`);
    holds(heard, "nothing was heard");
  }
  for (const person of people) await person.raw("parts");
  return got;
}

/** What is played only where it is wanted. */
export const others = {
  /** What FreeSWITCH can of what the browser can encode comes back. */
  async vp8AndH264(sit) {
    const alice = await sit();
    const decoded = {};
    for (const codec of ["video/VP8", "video/H264"]) {
      decoded[codec] = await alice.raw("echoOf", codec);
      holds(decoded[codec] >= 20, `${codec} came back as ${decoded[codec]} pictures`);
    }
    return { decoded };
  },

  /** Alice hears herself as well. */
  async mirror(sit) {
    const alice = await sit();
    await alice.raw("joins", { case: "echo", value: {} });
    return { got: await meet(alice) };
  },

  /** Alice and Bob hear and see each other. */
  async talk(sit) {
    const [alice, bob] = [await sit(), await sit()];
    const peerId = await alice.raw("joins", { case: "park", value: {} });
    await bob.raw("joins", { case: "bridge", value: { peerId } });
    return { got: await meet(alice, bob) };
  },

  /** Alice and Bob are in a conference: both hear and see what is mixed of both. */
  async conference(sit) {
    const people = [await sit(), await sit()];
    const value = { roomId: crypto.randomUUID(), createRoom: true };
    for (const person of people) await person.raw("joins", { case: "mcu", value });
    return { got: await meet(...people) };
  },
};
