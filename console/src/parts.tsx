/** Small pieces that several pages show. */
import type { ComponentChildren } from "preact";
import { SessionStatus } from "@mediaplane/web";
import { to } from "./route";
import { settings } from "./service";
import { short, word } from "./words";

type Tone = "good" | "busy" | "bad" | "quiet";

/** A state, told by word and by colour. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const TONES: Record<number, Tone> = {
  [SessionStatus.READY]: "good",
  [SessionStatus.DESTROYED]: "quiet",
};

export function StatusBadge({ status }: { status: SessionStatus }) {
  return <Badge tone={TONES[status] ?? "busy"}>{word(SessionStatus, status)}</Badge>;
}

/** What went wrong, told at once. */
export function Problem({ error }: { error: Error | undefined }) {
  return (
    <div role="alert" class="problem" hidden={!error}>
      {error?.message}
    </div>
  );
}

export function SessionLink({ id }: { id: string }) {
  return (
    <a href={to("session", id)} title={id} class="id">
      {short(id)}
    </a>
  );
}

/** A button that changes something: it cannot be pressed where the console may only look. */
export function Act(props: {
  id?: string;
  onClick: () => void;
  disabled?: boolean;
  tone?: "danger" | "primary";
  pressed?: boolean;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      id={props.id}
      class={props.tone}
      disabled={props.disabled || settings.read_only}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

/** What a page is for, for who has never seen it. */
export function Lead({ children }: { children: ComponentChildren }) {
  return <p class="lead">{children}</p>;
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A table that can be scrolled sideways, by keyboard too, where there is little room. */
export function Table(props: { label: string; busy?: boolean; heads: readonly string[]; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={props.label} aria-busy={props.busy} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {props.heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}
