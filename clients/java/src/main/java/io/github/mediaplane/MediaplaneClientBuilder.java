package io.github.mediaplane;

import io.github.mediaplane.v1.BackendServiceGrpc;
import io.github.mediaplane.v1.RoomServiceGrpc;
import io.github.mediaplane.v1.SessionServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.CompositeChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** How to reach the service. {@link MediaplaneClient#builder} begins it. */
public final class MediaplaneClientBuilder {
    private static final int PING_AFTER_SECONDS = 30;
    private static final int PING_TIMEOUT_SECONDS = 10;

    private final String target;
    private ChannelCredentials transport = TlsChannelCredentials.create();
    private Supplier<String> token;
    private Consumer<ManagedChannelBuilder<?>> more = channel -> {};

    MediaplaneClientBuilder(String target) {
        this.target = Objects.requireNonNull(target, "target");
    }

    /**
     * Sets what TLS trusts and shows. Without it, TLS trusts the authorities of Java.
     *
     * @param credentials those of {@link TlsChannelCredentials}, for example
     * @return this
     */
    public MediaplaneClientBuilder tls(ChannelCredentials credentials) {
        transport = Objects.requireNonNull(credentials, "credentials");
        return this;
    }

    /**
     * Uses no TLS, for a service on the same machine. A token cannot be sent then.
     *
     * @return this
     */
    public MediaplaneClientBuilder plaintext() {
        return tls(InsecureChannelCredentials.create());
    }

    /**
     * Sends {@code authorization: Bearer <token>} with each call, to whoever checks tokens before the service.
     *
     * @param token the token
     * @return this
     * @throws IllegalArgumentException if it has characters that cannot be sent
     */
    public MediaplaneClientBuilder token(String token) {
        Bearer.checked(token);
        return token(() -> token);
    }

    /**
     * Asks for the token with each call, in the thread that waits for the reply or in one of gRPC: maybe in several at once.
     *
     * @param token what yields the token; the call fails with {@code UNAUTHENTICATED}, and with what this throws as the cause
     * @return this
     */
    public MediaplaneClientBuilder token(Supplier<String> token) {
        this.token = Objects.requireNonNull(token, "token");
        return this;
    }

    /**
     * Sets further options of gRPC: interceptors, for example.
     *
     * @param more given the channel before it is built
     * @return this
     */
    public MediaplaneClientBuilder channel(Consumer<ManagedChannelBuilder<?>> more) {
        this.more = this.more.andThen(more);
        return this;
    }

    /**
     * Makes the client. Nothing is sent before its first call.
     *
     * @return the client, to be closed
     * @throws IllegalStateException if there is a token but no TLS
     */
    public MediaplaneClient build() {
        if (token != null && transport instanceof InsecureChannelCredentials) {
            throw new IllegalStateException(Bearer.REFUSED);
        }
        var credentials = token == null ? transport : CompositeChannelCredentials.create(transport, new Bearer(token));
        var channel = Grpc.newChannelBuilder(target, credentials)
                .defaultServiceConfig(serviceConfig())
                .keepAliveTime(PING_AFTER_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        more.accept(channel);
        return new MediaplaneClient(channel.build());
    }

    /**
     * Has calls that only read tried again when the connection breaks under them: they change nothing, however often they are
     * done.
     */
    private static Map<String, ?> serviceConfig() {
        var names = Stream.of(
                        SessionServiceGrpc.getServiceDescriptor(),
                        RoomServiceGrpc.getServiceDescriptor(),
                        BackendServiceGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .filter(method -> method.getBareMethodName().matches("(Get|List).*"))
                .map(method -> Map.of("service", method.getServiceName(), "method", method.getBareMethodName()))
                .toList();
        var policy = Map.of(
                "maxAttempts", 4.0,
                "initialBackoff", "0.1s",
                "maxBackoff", "1s",
                "backoffMultiplier", 2.0,
                "retryableStatusCodes", List.of("UNAVAILABLE"));
        return Map.of("methodConfig", List.of(Map.of("name", names, "retryPolicy", policy)));
    }
}
