package io.github.mediaplane;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The waits between tries: they double, are spread at random, and end. */
final class Trials {
    private final WatchOptions options;
    private int failed;
    private long firstFailure;
    private long began;

    Trials(WatchOptions options) {
        this.options = options;
    }

    /** A stream is opened. */
    void begin() {
        began = System.nanoTime();
    }

    /** The stream told something. */
    void succeed() {
        failed = 0;
    }

    /** How long to wait now; nothing if it is time to give up. */
    Optional<Duration> fail(Duration atLeast) {
        var now = System.nanoTime();
        var longest = options.longest().toNanos();
        // A stream that stood longer than any wait was a success, even if nothing happened meanwhile.
        if (now - began > longest) {
            failed = 0;
        }
        if (failed == 0) {
            firstFailure = now;
        }
        if (now - firstFailure > options.giveUpAfter().toNanos()) {
            return Optional.empty();
        }
        var most = Math.min(options.shortest().toNanos() * Math.pow(2, failed), longest);
        failed += 1;
        var wait = most * ThreadLocalRandom.current().nextDouble(0.5, 1);
        return Optional.of(Duration.ofNanos((long) Math.min(Math.max(wait, atLeast.toNanos()), longest)));
    }
}
