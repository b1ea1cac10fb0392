package io.github.mediaplane;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Sends a token with each call, over connections only that nobody else can read. */
final class Bearer extends CallCredentials {
    static final String REFUSED =
            "a token is not sent in plain text, where others could read it: use TLS, or leave the token out";

    private static final Metadata.Key<String> KEY = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private final Supplier<String> token;

    Bearer(Supplier<String> token) {
        this.token = token;
    }

    @Override
    public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
        // Credentials of other makes than gRPC's own may use no TLS, too.
        if (info.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY) {
            applier.fail(Status.UNAUTHENTICATED.withDescription(REFUSED));
            return;
        }
        executor.execute(() -> {
            var headers = new Metadata();
            try {
                headers.put(KEY, "Bearer " + checked(token.get()));
            } catch (Throwable e) {
                // Errors too: the call would wait for ever.
                applier.fail(
                        Status.UNAUTHENTICATED.withDescription("there is no token").withCause(e));
                return;
            }
            applier.apply(headers);
        });
    }

    /** The token, if it can be sent. gRPC would write one that cannot to the log, and go without. */
    static String checked(String token) {
        Objects.requireNonNull(token, "the token is null");
        if (!token.chars().allMatch(one -> one >= ' ' && one <= '~')) {
            throw new IllegalArgumentException("the token has characters that none may have, as the end of a line");
        }
        return token;
    }
}
