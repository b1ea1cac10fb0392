/** Takes out of what is shown what tells where people are, or how their media is encrypted. */
const HIDDEN = "•••";
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])|\b[\w-]+\.local\b/gi;

/** A session description without addresses, ICE credentials, fingerprints and keys. */
export function redactSdp(sdp: string): string {
  return sdp.split(/\r?\n/).map(redactLine).join("\n");
}

function redactLine(line: string): string {
  const secret = /^a=(ice-ufrag|ice-pwd|fingerprint|crypto|key-mgmt|identity|tls-id):/.exec(line);
  if (secret) return `${secret[0]}${HIDDEN}`;
  if (/^(c=|o=|a=rtcp:)/.test(line)) return line.replace(/(IN IP[46]) \S+/, `$1 ${HIDDEN}`);
  if (/^a=candidate:/.test(line)) return redactCandidate(line);
  return line;
}

/** A candidate without its addresses. */
export function redactCandidate(line: string): string {
  const words = line.split(" ");
  if (words[4] !== undefined) words[4] = HIDDEN;
  return words.join(" ").replace(/(raddr|ufrag) \S+/g, `$1 ${HIDDEN}`);
}

/** Any text without what looks like an address. */
export function redactText(text: string): string {
  return text.replace(ADDRESS, HIDDEN);
}
