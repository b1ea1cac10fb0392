package io.github.mediaplane;

import io.github.mediaplane.v1.SessionServiceGrpc;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.github.mediaplane.v1.WatchEventsResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A service that answers each watch with the next of its streams. */
final class Scripted extends SessionServiceGrpc.SessionServiceImplBase implements ServerInterceptor, AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** What each watch asked for. */
    final List<WatchEventsRequest> asked = new CopyOnWriteArrayList<>();

    /** What each call had as its {@code authorization}. */
    final List<Optional<String>> tokens = new CopyOnWriteArrayList<>();

    private final Iterator<Consumer<StreamObserver<WatchEventsResponse>>> streams;
    private final Server server;

    @SafeVarargs
    Scripted(Consumer<StreamObserver<WatchEventsResponse>>... streams) throws IOException {
        this(InsecureServerCredentials.create(), streams);
    }

    @SafeVarargs
    Scripted(ServerCredentials credentials, Consumer<StreamObserver<WatchEventsResponse>>... streams)
            throws IOException {
        this.streams = List.of(streams).iterator();
        server = Grpc.newServerBuilderForPort(0, credentials)
                .addService(this)
                .intercept(this)
                .build()
                .start();
    }

    String target() {
        return "localhost:" + server.getPort();
    }

    MediaplaneClient connect() {
        return MediaplaneClient.builder(target()).plaintext().build();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        tokens.add(Optional.ofNullable(headers.get(AUTHORIZATION)));
        return next.startCall(call, headers);
    }

    @Override
    public void watchEvents(WatchEventsRequest request, StreamObserver<WatchEventsResponse> stream) {
        asked.add(request);
        streams.next().accept(stream);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
