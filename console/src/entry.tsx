/** What stands before the pages: whether the service answers, and lets this page in. */
import { useEffect, useState } from "preact/hooks";
import { hasToken, type Link, showToken, useLink } from "./link";
import { ask, settings } from "./service";

const EVERY = 2_000;
/** How long is told that the service answers again, in milliseconds. */
const SHOWN = 6_000;

export interface Service {
  readonly link: Link;
  /** Whether it has said what it is. */
  readonly known: boolean;
  /** Whether it is another by now: of another version, or with other rights. */
  readonly changed: boolean;
}

/** The service as it answers: asked until it has said what it is, and each time that it was away until it is back. */
export function useService(): Service {
  const link = useLink();
  const [known, setKnown] = useState(false);
  const [changed, setChanged] = useState(false);
  useEffect(() => {
    let timer = 0;
    let over = false;
    const loop = async () => {
      const now = await ask().catch(() => undefined);
      if (over) return;
      if (!now) {
        timer = setTimeout(loop, EVERY);
      } else if (!known) {
        Object.assign(settings, now);
        setKnown(true);
      } else {
        setChanged(now.version !== settings.version || now.read_only !== settings.read_only);
      }
    };
    void loop();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [link, known]);
  return { link, known, changed };
}

export function Notices({ link, changed }: Service) {
  const back = useBack(link);
  return (
    <>
      <div role="status" class={link === "lost" ? "notice problem" : "notice"} hidden={link !== "lost" && !back && !changed}>
        {link === "lost" && "The service does not answer. This page asks again every two seconds; what it shows may be old by now."}
        {back && "The service answers again. "}
        {changed && (
          <>
            It is not the one that this page is of: it was started anew, with another version or other rights.{" "}
            <button type="button" onClick={() => location.reload()}>
              Load the page again
            </button>
          </>
        )}
      </div>
      {link === "denied" && <SignIn />}
    </>
  );
}

/** Whether the service is back since a moment ago. */
function useBack(link: Link): boolean {
  const [was, setWas] = useState(link);
  useEffect(() => {
    if (link !== "up") return setWas(link);
    const timer = setTimeout(() => setWas("up"), SHOWN);
    return () => clearTimeout(timer);
  }, [link]);
  return link === "up" && was === "lost";
}

function SignIn() {
  const [given, setGiven] = useState("");
  const [refused, setRefused] = useState(hasToken);
  const submit = async (event: Event) => {
    event.preventDefault();
    showToken(given);
    setRefused(false);
    // It is let in, and this form goes; or it is not.
    await ask().catch(() => setRefused(true));
  };
  return (
    <form class="card sign-in" onSubmit={submit} aria-labelledby="who">
      <h2 id="who">Who are you?</h2>
      <p>
        What stands before this service wants to know. If you sign in at a page of its own, <a href="./">load this page again</a>. If you were given a token, put it here.
      </p>
      <div role="alert" class="problem" hidden={!refused}>
        {refused && "That token was not accepted: it may have expired, or be of another service."}
      </div>
      <label>
        Token
        <input id="token" type="password" autocomplete="off" required value={given} onInput={({ currentTarget }) => setGiven(currentTarget.value.trim())} />
      </label>
      <button class="primary">Go on</button>
      <p class="quiet small">It is sent to this service alone. This browser tab keeps it until the tab is closed.</p>
    </form>
  );
}
