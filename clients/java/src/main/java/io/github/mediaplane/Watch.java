package io.github.mediaplane;

import io.github.mediaplane.v1.SessionServiceGrpc;
import io.github.mediaplane.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.github.mediaplane.v1.WatchEventsResponse;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The events of sessions and rooms, in order, each once. When its stream breaks, it opens another and goes on after the last event
 * that it has told. It ends once each session that was asked for by its id has ended; one of everything, of rooms or of a subscriber
 * has always more to come. It fails with what the service fails for good, and when its client is closed. An item may be a gap, which
 * tells of events that the service no longer has; a snapshot follows it.
 *
 * <pre>{@code
 * try (var watch = client.watch(request)) {
 *     for (var item : watch) {
 *         System.out.println(item.getEvent());
 *     }
 * }
 * }</pre>
 *
 * <p>One thread iterates it, once; any may close it.
 */
public final class Watch implements Iterable<WatchEventsResponse>, Iterator<WatchEventsResponse>, AutoCloseable {
    private static final String INTERRUPTED = "the thread was interrupted";

    private final SessionServiceBlockingStub sessions;
    private final ManagedChannel channel;
    private final Progress progress;
    private final Trials trials;
    private final WatchOptions options;
    /** Cancelled when the watch is closed, or its client. */
    private final Context.CancellableContext life;

    private volatile boolean closed;
    private Iterator<WatchEventsResponse> stream;
    private WatchEventsResponse next;
    private RuntimeException failed;

    Watch(ManagedChannel channel, Context lifeOfClient, WatchEventsRequest request, WatchOptions options) {
        this.channel = channel;
        life = lifeOfClient.withCancellation();
        sessions = SessionServiceGrpc.newBlockingStub(channel);
        this.options = options;
        progress = new Progress(request);
        trials = new Trials(options);
    }

    /**
     * Itself: a watch is iterated once.
     *
     * @return this
     */
    @Override
    public Iterator<WatchEventsResponse> iterator() {
        return this;
    }

    /**
     * Waits for the next item.
     *
     * @return whether there is one: not if the watch is closed, or the sessions have ended
     * @throws StatusRuntimeException what the service fails for good; the last failure when it is time to give up;
     *     {@code CANCELLED} when the client is closed, or the thread is interrupted; the same ever after
     */
    @Override
    public boolean hasNext() {
        if (failed != null) {
            throw failed;
        }
        try {
            while (next == null && !closed) {
                receive();
            }
        } catch (RuntimeException e) {
            failed = e;
            close();
            throw e;
        }
        return next != null;
    }

    /**
     * The next item, waiting for it as {@link #hasNext} does.
     *
     * @return an event, a gap or a snapshot
     * @throws NoSuchElementException if there is none any more
     * @throws StatusRuntimeException as {@link #hasNext} does
     */
    @Override
    public WatchEventsResponse next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the watch has ended");
        }
        var item = next;
        next = null;
        return item;
    }

    /** Ends the watch, and whoever iterates it. */
    @Override
    public void close() {
        closed = true;
        life.cancel(null);
    }

    private void receive() {
        try {
            if (stream == null) {
                if (progress.isComplete()) {
                    close();
                    return;
                }
                trials.begin();
                stream = open();
            }
            if (stream.hasNext()) {
                trials.succeed();
                next = progress.pass(stream.next()).orElse(null);
            } else if (progress.isEndless()) {
                throw Status.UNAVAILABLE
                        .withDescription("the service has ended the stream, as it does when it stops")
                        .asRuntimeException();
            } else {
                close();
            }
        } catch (StatusRuntimeException e) {
            stream = null;
            if (!closed && !progress.isComplete()) {
                pause(e);
            }
        }
    }

    private Iterator<WatchEventsResponse> open() {
        var outer = life.attach();
        try {
            return sessions.watchEvents(progress.request());
        } finally {
            life.detach(outer);
        }
    }

    /** Waits for the next try after a failure, or throws it if there is none. */
    private void pause(StatusRuntimeException thrown) {
        var failure = CallFailure.of(thrown);
        if (!failure.isTransient()) {
            throw thrown;
        }
        if (channel.isShutdown()) {
            throw cancelled("the client is closed", thrown);
        }
        // gRPC leaves it so when it was interrupted itself.
        if (Thread.currentThread().isInterrupted()) {
            throw cancelled(INTERRUPTED, thrown);
        }
        var wait = trials.fail(failure.retryAfter().orElse(Duration.ZERO)).orElseThrow(() -> thrown);
        options.onRetry().accept(failure, wait);
        // gRPC would wait by itself before it connects again: for minutes at last.
        channel.resetConnectBackoff();
        try {
            sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(INTERRUPTED, e);
        }
    }

    /** Waits for so long, or until the watch or its client is closed. */
    private void sleep(Duration wait) throws InterruptedException {
        var woken = new CountDownLatch(1);
        Context.CancellationListener wake = context -> woken.countDown();
        life.addListener(wake, Runnable::run);
        try {
            woken.await(wait.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            life.removeListener(wake);
        }
    }

    private static StatusRuntimeException cancelled(String why, Throwable cause) {
        return Status.CANCELLED.withDescription(why).withCause(cause).asRuntimeException();
    }
}
