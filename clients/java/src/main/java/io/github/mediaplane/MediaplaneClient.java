package io.github.mediaplane;

import io.github.mediaplane.v1.BackendServiceGrpc;
import io.github.mediaplane.v1.RoomServiceGrpc;
import io.github.mediaplane.v1.SessionServiceGrpc;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/**
 * The three services of Mediaplane over one connection, which is opened when it is needed, and again when it breaks. It can be
 * used by many threads at once.
 *
 * <pre>{@code
 * try (var client = MediaplaneClient.builder("media.example.org:443").token(token).build()) {
 *     var reply = client.sessions().createSession(request);
 * }
 * }</pre>
 *
 * <p>Calls fail with {@link io.grpc.StatusRuntimeException}, of which {@link CallFailure#of} tells more.
 */
public final class MediaplaneClient implements AutoCloseable {
    private static final int CLOSING_SECONDS = 5;

    private final ManagedChannel channel;
    /** Cancelled when the client is closed, so that no watch waits on. */
    private final Context.CancellableContext life = Context.ROOT.withCancellation();

    private final SessionServiceGrpc.SessionServiceBlockingStub sessions;
    private final RoomServiceGrpc.RoomServiceBlockingStub rooms;
    private final BackendServiceGrpc.BackendServiceBlockingStub backends;

    /**
     * A client over any channel of gRPC, which it closes. {@link #builder} makes the usual one.
     *
     * @param channel the channel
     */
    public MediaplaneClient(ManagedChannel channel) {
        this.channel = channel;
        sessions = SessionServiceGrpc.newBlockingStub(channel);
        rooms = RoomServiceGrpc.newBlockingStub(channel);
        backends = BackendServiceGrpc.newBlockingStub(channel);
    }

    /**
     * Begins a client of the service at this target. Nothing is sent before the first call.
     *
     * @param target a host and port, or any other name that gRPC resolves
     * @return what builds the client
     */
    public static MediaplaneClientBuilder builder(String target) {
        return new MediaplaneClientBuilder(target);
    }

    /**
     * Creates and controls sessions.
     *
     * @return the stub, which waits for replies
     */
    public SessionServiceGrpc.SessionServiceBlockingStub sessions() {
        return sessions;
    }

    /**
     * Makes, shows and destroys rooms.
     *
     * @return the stub, which waits for replies
     */
    public RoomServiceGrpc.RoomServiceBlockingStub rooms() {
        return rooms;
    }

    /**
     * Shows the media servers, and takes them out of service and back.
     *
     * @return the stub, which waits for replies
     */
    public BackendServiceGrpc.BackendServiceBlockingStub backends() {
        return backends;
    }

    /**
     * For stubs that do not wait, as {@code SessionServiceGrpc.newFutureStub(client.channel())}.
     *
     * @return the channel, with all that this client was built with
     */
    public Channel channel() {
        return channel;
    }

    /**
     * Watches what happens, over broken connections too.
     *
     * @param request what to watch
     * @return the watch, which begins when it is iterated
     */
    public Watch watch(WatchEventsRequest request) {
        return watch(request, WatchOptions.DEFAULT);
    }

    /**
     * Watches what happens, over broken connections too.
     *
     * @param request what to watch
     * @param options how to go on when the stream breaks
     * @return the watch, which begins when it is iterated
     */
    public Watch watch(WatchEventsRequest request, WatchOptions options) {
        return new Watch(channel, life, request, options);
    }

    /** Closes the connection. Calls and watches that still run fail, and are not tried again. */
    @Override
    public void close() {
        // In this order, so that a watch that is woken knows why.
        channel.shutdownNow();
        life.cancel(null);
        try {
            channel.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
