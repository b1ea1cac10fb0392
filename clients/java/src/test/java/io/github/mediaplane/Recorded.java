package io.github.mediaplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonElement;
import io.github.mediaplane.v1.Event;
import io.github.mediaplane.v1.WatchEventsRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A watch that a thread reads all the time: within each session and room no event may be missing, or told again. */
final class Recorded {
    private static final int CLOSING_MILLIS = 10_000;

    private final WatchEventsRequest request;
    private final Watch watch;
    private final Thread reader = new Thread(this::read, "watch");
    private final Map<String, Long> last = new HashMap<>();
    /** Empty at the end. */
    private final BlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();

    private volatile Throwable failed;

    Recorded(MediaplaneClient client, WatchEventsRequest request) {
        this.request = request;
        watch = client.watch(request);
        reader.start();
    }

    private void read() {
        try {
            for (var item : watch) {
                assertFalse(item.hasGap(), () -> "events are missing: " + item);
                if (item.hasEvent()) {
                    follow(item.getEvent());
                    events.add(Optional.of(item.getEvent()));
                }
            }
        } catch (Throwable e) {
            failed = e;
        }
        events.add(Optional.empty());
    }

    private void follow(Event event) {
        var subject = event.hasRoomId() ? "room " + event.getRoomId() : "session " + event.getSessionId();
        // Sessions come into a room that is watched in the midst of their lives.
        var entered = request.hasRoomIds() && event.hasSessionId() && !last.containsKey(subject);
        if (!entered) {
            var before = last.getOrDefault(subject, request.getAfterSequence());
            assertEquals(before + 1, event.getSequence(), () -> "the number of an event of " + subject);
        }
        last.put(subject, event.getSequence());
    }

    /** Waits for the next event that is as expected, until then by {@link System#nanoTime}. */
    void next(JsonElement expected, long until) throws Exception {
        var wrong = "no event came";
        while (true) {
            var event = events.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new AssertionError("not in time: " + expected + "; the last: " + wrong);
            }
            if (event.isEmpty()) {
                throw new AssertionError("the watch ended before " + expected + "; the last: " + wrong, failed);
            }
            var differs = Values.differs(Values.json(event.get()), expected, "event");
            if (differs.isEmpty()) {
                return;
            }
            wrong = differs.get();
        }
    }

    /** Ends the watch, which must not have failed. */
    void close() throws InterruptedException {
        watch.close();
        reader.join(CLOSING_MILLIS);
        assertFalse(reader.isAlive(), "a watch ends when it is closed");
        if (failed != null) {
            throw new AssertionError("the watch failed", failed);
        }
    }
}
