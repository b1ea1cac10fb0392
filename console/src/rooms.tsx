/** Where sessions meet. */
import { MemberRole, type Room, RoomKind } from "@mediaplane/web";
import { useState } from "preact/hooks";
import { useAction, usePolled } from "./live";
import { Act, Empty, Problem, SessionLink, Table } from "./parts";
import { client } from "./service";
import { age, bitrate, word } from "./words";

const PAGE_SIZE = 25;
const EVERY = 2_000;
const HEADS = ["Room", "Kind", "Backend", "Codecs", "Limit", "Age", "Members", "Action"];

export function Rooms() {
  const [token, setToken] = useState("");
  const { value, error, refresh } = usePolled(() => client.rooms.listRooms({ pageSize: PAGE_SIZE, pageToken: token }), EVERY, [token]);
  const action = useAction();
  const destroy = (roomId: string) =>
    action.run(async () => {
      await client.rooms.destroyRoom({ roomId });
      refresh();
    });
  const next = value?.nextPageToken;
  return (
    <>
      <h1>Rooms</h1>
      <Problem error={action.error ?? error} />
      {value && value.rooms.length > 0 && (
        <Table label="Rooms" heads={HEADS}>
          {value.rooms.map((room) => (
            <Row key={room.roomId} room={room} busy={action.busy} destroy={() => destroy(room.roomId)} />
          ))}
        </Table>
      )}
      {value?.rooms.length === 0 && <Empty>There is no room. Sessions of the types publish and mcu make them.</Empty>}
      {(token || next) && (
        <p class="bar">
          <button type="button" disabled={!token} onClick={() => setToken("")}>
            First page
          </button>
          <button type="button" disabled={!next} onClick={() => setToken(next ?? "")}>
            Next
          </button>
        </p>
      )}
    </>
  );
}

function Row({ room, busy, destroy }: { room: Room; busy: boolean; destroy: () => void }) {
  return (
    <tr>
      <td class="id">{room.roomId}</td>
      <td>{word(RoomKind, room.kind).toUpperCase()}</td>
      <td>{room.backend?.name}</td>
      <td>{[room.audioCodec, room.videoCodec].filter(Boolean).join(", ")}</td>
      <td class="number">{room.bitrateKbps ? bitrate(room.bitrateKbps) : "none"}</td>
      <td class="number">{age(room.createdAt)}</td>
      <td>
        {room.members.length === 0 && "none"}
        <ul class="plain">
          {room.members.map((member) => (
            <li key={member.sessionId}>
              <SessionLink id={member.sessionId} /> {word(MemberRole, member.role)}
            </li>
          ))}
        </ul>
      </td>
      <td>
        <Act tone="danger" disabled={busy} onClick={destroy}>
          Destroy<span class="unseen"> room {room.roomId}</span>
        </Act>
      </td>
    </tr>
  );
}
