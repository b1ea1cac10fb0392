package io.github.mediaplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import io.github.mediaplane.v1.Event;
import io.github.mediaplane.v1.Gap;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.github.mediaplane.v1.WatchEventsResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
    static final WatchEventsRequest EVERYTHING = WatchEventsRequest.newBuilder()
            .setAll(WatchEventsRequest.All.getDefaultInstance())
            .build();

    static WatchEventsRequest sessions(String... ids) {
        var asked = WatchEventsRequest.SessionIds.newBuilder().addAllIds(List.of(ids));
        return WatchEventsRequest.newBuilder().setSessionIds(asked).build();
    }

    static WatchEventsResponse happened(String id, long sequence, long second) {
        var info = Event.Info.getDefaultInstance();
        return item(Event.newBuilder().setInfo(info), id, sequence, second);
    }

    static WatchEventsResponse ended(String id, long sequence, long second) {
        var destroyed = Event.Destroyed.getDefaultInstance();
        return item(Event.newBuilder().setDestroyed(destroyed), id, sequence, second);
    }

    private static WatchEventsResponse item(Event.Builder event, String id, long sequence, long second) {
        event.setSessionId(id).setSequence(sequence).setTime(Timestamp.newBuilder().setSeconds(second));
        return WatchEventsResponse.newBuilder().setEvent(event).build();
    }

    private static boolean tells(Progress progress, WatchEventsResponse item) {
        return progress.pass(item).isPresent();
    }

    @Test
    void severalSessionsAreAskedForFromTheOneThatWasToldTheLeast() {
        var progress = new Progress(sessions("a", "b", "c"));
        for (var item : List.of(
                happened("a", 1, 0),
                happened("a", 2, 0),
                ended("b", 1, 0),
                happened("c", 1, 0),
                happened("c", 2, 0),
                happened("c", 3, 0))) {
            assertTrue(tells(progress, item), "it is new: " + item);
        }
        var request = progress.request();
        assertEquals(List.of("a", "c"), request.getSessionIds().getIdsList());
        assertEquals(2, request.getAfterSequence());
        assertFalse(tells(progress, happened("c", 3, 0)));
        assertTrue(tells(progress, happened("c", 4, 0)));
        assertTrue(tells(progress, ended("a", 3, 0)));
        assertFalse(progress.isComplete());
        assertTrue(tells(progress, ended("c", 5, 0)));
        assertTrue(progress.isComplete());
    }

    @Test
    void whatWasBeforeAWatchFromNowOnIsNotTold() {
        var progress = new Progress(EVERYTHING.toBuilder().setFromNow(true).build());
        assertTrue(progress.request().getFromNow(), "nothing was told yet");
        assertTrue(tells(progress, happened("a", 7, 10)));
        assertFalse(progress.request().getFromNow(), "what happens meanwhile is to be told");
        assertFalse(tells(progress, happened("b", 1, 9)));
        assertFalse(tells(progress, happened("a", 6, 10)));
        assertTrue(tells(progress, happened("b", 2, 10)));
        assertTrue(tells(progress, happened("c", 1, 11)));
    }

    @Test
    void aGapOfWhatWasToldIsCutOff() {
        var progress = new Progress(sessions("a"));
        progress.pass(happened("a", 5, 0));
        assertFalse(tells(progress, gap(1, 5)), "nothing is missing");
        var told = progress.pass(gap(1, 9)).orElseThrow().getGap();
        assertEquals(6, told.getFirstMissed());
        assertEquals(9, told.getLastMissed());
        assertFalse(tells(progress, happened("a", 9, 0)));
    }

    private static WatchEventsResponse gap(long first, long last) {
        var gap = Gap.newBuilder().setSessionId("a").setFirstMissed(first).setLastMissed(last);
        return WatchEventsResponse.newBuilder().setGap(gap).build();
    }

    @Test
    void oldSessionsAreForgottenAndNotToldAgain() {
        var progress = new Progress(EVERYTHING);
        var count = 5 * Progress.KEPT;
        for (var number = 0; number < count; number++) {
            assertTrue(tells(progress, ended("s" + number, 1, number + 1)));
        }
        assertTrue(progress.size() <= 2 * Progress.KEPT, progress.size() + " are remembered");
        assertFalse(tells(progress, ended("s0", 1, 1)));
        assertTrue(tells(progress, ended("new", 1, count)));
    }
}
