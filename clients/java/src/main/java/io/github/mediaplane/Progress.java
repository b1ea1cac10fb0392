package io.github.mediaplane;

import io.github.mediaplane.v1.Event;
import io.github.mediaplane.v1.Gap;
import io.github.mediaplane.v1.Snapshot;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.github.mediaplane.v1.WatchEventsResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How far a watch has come: what it need not be told again, and what to ask for when its stream breaks. */
final class Progress {
    /** How many sessions and rooms are remembered at least. */
    static final int KEPT = 10_000;

    /** How long more are: longer than a watch tries to go on. */
    private static final Duration KEPT_FOR = Duration.ofMinutes(10);

    private record Subject(boolean isRoom, String id) {}

    /** The number of the last event that was told, and when it happened. */
    private record Reached(long sequence, Instant at) {}

    private static final Reached NOTHING = new Reached(0, Instant.MIN);

    private final WatchEventsRequest asked;
    private final Map<Subject, Reached> told = new HashMap<>();
    /** The sessions and rooms that were asked for by their ids and have ended. */
    private final Set<Subject> ended = new HashSet<>();
    /** What happened until then to what is not in {@link #told} was told and is forgotten, or is not to be told. */
    private Instant floor = Instant.MIN;
    /** When the last event happened, by the clock of the service. */
    private Instant latest = Instant.now();
    /** How many may be in {@link #told} before those that are old are looked for. */
    private int room = KEPT;

    Progress(WatchEventsRequest request) {
        asked = request;
    }

    /**
     * Whether there is nothing more to come: each session that was asked for has ended, and that was told. Of a room there is
     * always more, since its sessions end after it.
     */
    boolean isComplete() {
        var ids = asked.getSessionIds().getIdsList();
        return !ids.isEmpty() && open(ids, false).isEmpty();
    }

    /** Whether there is always more to come: only a watch of sessions by their ids has an end. */
    boolean isEndless() {
        return !asked.hasSessionIds();
    }

    /**
     * What to ask for now. The service counts the events of each session and room by themselves: of several, those are asked for
     * that the one which was told the least lacks, and {@link #pass} drops the others.
     */
    WatchEventsRequest request() {
        if (told.isEmpty()) {
            return asked;
        }
        var request = asked.toBuilder().setSnapshot(false).setFromNow(false);
        switch (asked.getScopeCase()) {
            case SESSION_IDS -> {
                var ids = open(asked.getSessionIds().getIdsList(), false);
                var least = ids.stream().mapToLong(id -> last(new Subject(false, id))).min();
                request.setAfterSequence(Math.max(asked.getAfterSequence(), least.orElse(0)));
                request.getSessionIdsBuilder().clearIds().addAllIds(ids);
            }
            case ROOM_IDS -> {
                var ids = open(asked.getRoomIds().getIdsList(), true);
                if (!ids.isEmpty()) {
                    request.getRoomIdsBuilder().clearIds().addAllIds(ids);
                }
            }
            default -> {}
        }
        return request.build();
    }

    /** The item as the watcher is told it; nothing if it was told before. */
    Optional<WatchEventsResponse> pass(WatchEventsResponse item) {
        return switch (item.getItemCase()) {
            case EVENT -> isNew(item.getEvent()) ? Optional.of(item) : Optional.empty();
            case GAP -> cut(item.getGap()).map(gap -> item.toBuilder().setGap(gap).build());
            case SNAPSHOT -> {
                see(item.getSnapshot());
                yield Optional.of(item);
            }
            case ITEM_NOT_SET -> Optional.empty();
        };
    }

    private boolean isNew(Event event) {
        var subject = event.hasRoomId() ? new Subject(true, event.getRoomId()) : new Subject(false, event.getSessionId());
        var at = Instant.ofEpochSecond(event.getTime().getSeconds(), event.getTime().getNanos());
        var last = told.get(subject);
        if (last == null ? !at.isAfter(floor) : event.getSequence() <= last.sequence()) {
            return false;
        }
        if (asked.getFromNow() && floor.equals(Instant.MIN)) {
            floor = at.minusNanos(1);
        }
        told.put(subject, new Reached(event.getSequence(), at));
        latest = at;
        if (event.hasDestroyed() || event.hasRoomDestroyed()) {
            end(subject);
        }
        forget();
        return true;
    }

    /** Remembers the end of what was asked for by its id: no more than what was asked for. */
    private void end(Subject subject) {
        var ids = subject.isRoom() ? asked.getRoomIds().getIdsList() : asked.getSessionIds().getIdsList();
        if (ids.contains(subject.id())) {
            ended.add(subject);
        }
    }

    /** Forgets those of which nothing was told for long, if there are too many. */
    private void forget() {
        if (told.size() <= room) {
            return;
        }
        var oldest = latest.minus(KEPT_FOR);
        told.values().removeIf(last -> {
            var isOld = last.at().isBefore(oldest);
            if (isOld && last.at().isAfter(floor)) {
                floor = last.at();
            }
            return isOld;
        });
        room = Math.max(KEPT, 2 * told.size());
    }

    /** Cuts off the gap what was told before it opened; nothing is left if that was all. */
    private Optional<Gap> cut(Gap gap) {
        var subject = gap.hasRoomId() ? new Subject(true, gap.getRoomId()) : new Subject(false, gap.getSessionId());
        var last = last(subject);
        if (gap.getLastMissed() <= last) {
            return Optional.empty();
        }
        told.put(subject, new Reached(gap.getLastMissed(), latest));
        return Optional.of(gap.toBuilder()
                .setFirstMissed(Math.max(gap.getFirstMissed(), last + 1))
                .build());
    }

    private void see(Snapshot snapshot) {
        var subject = snapshot.hasRoom()
                ? new Subject(true, snapshot.getRoom().getRoomId())
                : new Subject(false, snapshot.getSession().getSessionId());
        if (snapshot.getSequence() > last(subject)) {
            told.put(subject, new Reached(snapshot.getSequence(), latest));
        }
    }

    /** The number of the last event that was told; 0 if none was. */
    private long last(Subject subject) {
        return told.getOrDefault(subject, NOTHING).sequence();
    }

    /** How many sessions and rooms are remembered. */
    int size() {
        return told.size();
    }

    /** Those of the ids that have not ended. */
    private List<String> open(List<String> ids, boolean isRoom) {
        return ids.stream()
                .filter(id -> !ended.contains(new Subject(isRoom, id)))
                .toList();
    }
}
