/** All that live. */
import { type Session, SessionKind, SessionStatus } from "@mediaplane/web";
import { useEffect, useRef, useState } from "preact/hooks";
import { Overview } from "./backends";
import { usePages } from "./pages";
import { Empty, Lead, Problem, SessionLink, StatusBadge, Table } from "./parts";
import { type Rate, Rates, total } from "./rates";
import { to } from "./route";
import { client } from "./service";
import { age, bitrate, short, word } from "./words";

const HEADS = ["Session", "Type", "State", "Backend", "Age", "From client", "To client", "With"];

/** The bitrates of these sessions, each asked for in turn. */
function useRates(sessions: readonly Session[]): ReadonlyMap<string, readonly Rate[]> {
  const [shown, show] = useState<ReadonlyMap<string, readonly Rate[]>>(new Map());
  const known = useRef(new Map<string, Rates>());
  const asking = useRef(false);
  useEffect(() => {
    if (asking.current) return;
    asking.current = true;
    const ask = async () => {
      const rates = new Map<string, readonly Rate[]>();
      for (const { sessionId } of sessions.filter(({ status }) => status === SessionStatus.READY)) {
        // A backend without statistics, or a session that has just ended, has no bitrate to show.
        const stats = await client.sessions.getStats({ sessionId }).catch(() => undefined);
        if (!stats) continue;
        const own = known.current.get(sessionId) ?? new Rates();
        known.current.set(sessionId, own);
        rates.set(sessionId, own.next(stats.media));
      }
      for (const id of known.current.keys()) if (!rates.has(id)) known.current.delete(id);
      show(rates);
      asking.current = false;
    };
    void ask();
  }, [sessions]);
  return shown;
}

const NONE: readonly Session[] = [];

export function Sessions() {
  const { list, busy, error, buttons } = usePages((page) => client.sessions.listSessions(page));
  const sessions = list?.sessions ?? NONE;
  const rates = useRates(sessions);
  return (
    <>
      <h1>Sessions</h1>
      <Lead>Each client of a media server has a session: what it sends, what it receives, and with whom. Follow one to see what happens to it.</Lead>
      <Overview />
      <Problem error={error} />
      {sessions.length > 0 && (
        <Table label="Live sessions" busy={busy} heads={HEADS}>
          {sessions.map((session) => (
            <Row key={session.sessionId} session={session} rates={rates.get(session.sessionId) ?? []} />
          ))}
        </Table>
      )}
      {list && sessions.length === 0 && !buttons && (
        <Empty>
          No session lives. <a href={to("playground")}>Start a session in the playground</a>, or create one by the API: it shows up here.
        </Empty>
      )}
      {buttons}
    </>
  );
}

function Row({ session, rates }: { session: Session; rates: readonly Rate[] }) {
  return (
    <tr>
      <td>
        <SessionLink id={session.sessionId} />
      </td>
      <td>{word(SessionKind, session.type)}</td>
      <td>
        <StatusBadge status={session.status} />
      </td>
      <td>{session.backend?.name ?? "none"}</td>
      <td class="number">{age(session.createdAt)}</td>
      <td class="number">{bitrate(total(rates, true))}</td>
      <td class="number">{bitrate(total(rates, false))}</td>
      <td>
        <Others session={session} />
      </td>
    </tr>
  );
}

/** Whom a session has to do with. */
export function Others({ session, nobody = "" }: { session: Session; nobody?: string }) {
  const { typeExt, masterId, slaveId } = session;
  const ids = [typeExt?.peerId, typeExt?.publisherId, masterId, slaveId].filter((id): id is string => Boolean(id));
  return (
    <>
      {[...new Set(ids)].map((id) => (
        <span key={id}>
          <SessionLink id={id} />{" "}
        </span>
      ))}
      {ids.length === 0 && !typeExt?.roomId && nobody}
      {typeExt?.roomId && <span title={typeExt.roomId}>room {short(typeExt.roomId)}</span>}
    </>
  );
}
