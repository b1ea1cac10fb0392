package io.github.mediaplane;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * How a watch goes on when its stream breaks.
 *
 * @param shortest the wait before the first new try, which doubles with each
 * @param longest the longest wait between two tries
 * @param giveUpAfter how long to try until the watch fails
 * @param onRetry told of each broken stream, and of the wait before the next try, by the thread that iterates
 */
public record WatchOptions(
        Duration shortest, Duration longest, Duration giveUpAfter, BiConsumer<CallFailure, Duration> onRetry) {
    /**
     * 100 ms, 5 s, and 5 minutes, for which a service keeps the events of sessions that have ended, unless it is configured
     * otherwise. Nobody is told.
     */
    public static final WatchOptions DEFAULT = new WatchOptions(
            Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofMinutes(5), (failure, wait) -> {});

    /**
     * Checks the waits.
     *
     * @param shortest the wait before the first new try, which doubles with each
     * @param longest the longest wait between two tries
     * @param giveUpAfter how long to try until the watch fails
     * @param onRetry told of each broken stream, and of the wait before the next try, by the thread that iterates
     * @throws IllegalArgumentException if one is negative, the shortest is zero, or the longest is shorter than it
     */
    public WatchOptions {
        Objects.requireNonNull(onRetry, "onRetry");
        if (shortest.isNegative() || shortest.isZero() || longest.compareTo(shortest) < 0) {
            throw new IllegalArgumentException(
                    "the waits of a watch must be more than zero, and the longest at least the shortest, not "
                            + shortest + " and " + longest);
        }
        if (giveUpAfter.isNegative()) {
            throw new IllegalArgumentException("a watch cannot give up after " + giveUpAfter + ": it must not be negative");
        }
    }

    /**
     * The same with other waits.
     *
     * @param shortest the wait before the first new try, which doubles with each
     * @param longest the longest wait between two tries
     * @return the options
     */
    public WatchOptions withBackoff(Duration shortest, Duration longest) {
        return new WatchOptions(shortest, longest, giveUpAfter, onRetry);
    }

    /**
     * The same, trying for another time.
     *
     * @param giveUpAfter how long to try until the watch fails
     * @return the options
     */
    public WatchOptions withGiveUpAfter(Duration giveUpAfter) {
        return new WatchOptions(shortest, longest, giveUpAfter, onRetry);
    }

    /**
     * The same, telling of broken streams.
     *
     * @param onRetry told of each broken stream, and of the wait before the next try, by the thread that iterates
     * @return the options
     */
    public WatchOptions withOnRetry(BiConsumer<CallFailure, Duration> onRetry) {
        return new WatchOptions(shortest, longest, giveUpAfter, onRetry);
    }
}
