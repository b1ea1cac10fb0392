package io.github.mediaplane;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

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
        var longest = nanos(options.longest());
        // A stream that stood longer than any wait was a success, even if nothing happened meanwhile.
        if (now - began > longest) {
            failed = 0;
        }
        if (failed == 0) {
            firstFailure = now;
        }
        if (now - firstFailure > nanos(options.giveUpAfter())) {
            return Optional.empty();
        }
        var most = Math.min(nanos(options.shortest()) * Math.pow(2, failed), longest);
        failed += 1;
        var wait = most * ThreadLocalRandom.current().nextDouble(0.5, 1);
        return Optional.of(Duration.ofNanos((long) Math.min(Math.max(wait, nanos(atLeast)), longest)));
    }

    /** As many as can be counted, which are 292 years. */
    private static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }
}
