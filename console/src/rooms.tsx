/** Where sessions meet. */
import { MemberRole, type Room, RoomKind } from "@mediaplane/web";
import { useAction } from "./live";
import { usePages } from "./pages";
import { Act, Empty, Lead, Problem, SessionLink, Table } from "./parts";
import { to } from "./route";
import { client } from "./service";
import { age, bitrate, word } from "./words";

const HEADS = ["Room", "Kind", "Backend", "Codecs", "Limit", "Age", "Members", "Action"];

export function Rooms() {
  const { list, busy, error, refresh, buttons } = usePages((page) => client.rooms.listRooms(page));
  const action = useAction();
  const destroy = (roomId: string) =>
    action.run(async () => {
      await client.rooms.destroyRoom({ roomId });
      refresh();
    });
  return (
    <>
      <h1>Rooms</h1>
      <Lead>Where sessions meet: in an SFU each listener receives one publisher, in an MCU all receive the mix of all. Destroying a room ends the sessions in it.</Lead>
      <Problem error={action.error ?? error} />
      {list && list.rooms.length > 0 && (
        <Table label="Rooms" busy={busy} heads={HEADS}>
          {list.rooms.map((room) => (
            <Row key={room.roomId} room={room} busy={action.busy} destroy={() => destroy(room.roomId)} />
          ))}
        </Table>
      )}
      {list?.rooms.length === 0 && !buttons && (
        <Empty>
          There is no room. <a href={to("playground")}>Publish into one, or join a conference, in the playground</a>, or create one by the API.
        </Empty>
      )}
      {buttons}
    </>
  );
}

function Row({ room, busy, destroy }: { room: Room; busy: boolean; destroy: () => void }) {
  return (
    <tr>
      <td class="id">{room.roomId}</td>
      <td>{word(RoomKind, room.kind).toUpperCase()}</td>
      <td>{room.backend?.name}</td>
      <td>{[room.audioCodec, room.videoCodec].filter(Boolean).join(", ") || "any"}</td>
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
