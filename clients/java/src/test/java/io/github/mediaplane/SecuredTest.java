package io.github.mediaplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.mediaplane.v1.ErrorReason;
import io.github.mediaplane.v1.ListBackendsRequest;
import io.github.mediaplane.v1.ListBackendsResponse;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** By TLS and with a token, to the service behind a proxy that asks for both. */
@Live
@Timeout(30)
class SecuredTest {
    private static final int CALL_SECONDS = 20;

    private static MediaplaneClientBuilder builder() {
        return MediaplaneClient.builder(Live.Variable.TLS_TARGET.get());
    }

    /** Trusts the authority of the proxy, and no other. */
    private static MediaplaneClientBuilder trusting() throws IOException {
        var authority = new File(Live.Variable.CA.get());
        return builder().tls(TlsChannelCredentials.newBuilder().trustManager(authority).build());
    }

    private static ListBackendsResponse backends(MediaplaneClient client) {
        return client.backends()
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .listBackends(ListBackendsRequest.getDefaultInstance());
    }

    private static CallFailure callFails(MediaplaneClient client) {
        return CallFailure.of(assertThrows(StatusRuntimeException.class, () -> backends(client)));
    }

    private static CallFailure watchFails(MediaplaneClient client, WatchEventsRequest request) {
        try (var watch = client.watch(request)) {
            return CallFailure.of(assertThrows(StatusRuntimeException.class, watch::next));
        }
    }

    private static void reaches(MediaplaneClientBuilder builder) {
        try (var client = builder.build()) {
            assertFalse(backends(client).getBackendsList().isEmpty(), "there are media servers");
            var failure = watchFails(client, ProgressTest.sessions("nobody"));
            assertTrue(failure.is(ErrorReason.ERROR_REASON_SESSION_NOT_FOUND), failure::toString);
        }
    }

    @Test
    void itReachesTheService() throws Exception {
        reaches(trusting().token(Live.Variable.TOKEN.get()));
    }

    @Test
    void itReachesTheServiceWithATokenThatIsAskedFor() throws Exception {
        reaches(trusting().token(Live.Variable.TOKEN::get));
    }

    private static void isToldToLogIn(MediaplaneClientBuilder builder, String words) {
        try (var client = builder.build()) {
            toldToLogIn(callFails(client), words);
            toldToLogIn(watchFails(client, ProgressTest.EVERYTHING), words);
        }
    }

    private static void toldToLogIn(CallFailure failure, String words) {
        assertEquals(Status.Code.UNAUTHENTICATED, failure.code(), failure::toString);
        assertEquals("", failure.reason());
        assertFalse(failure.isTransient(), failure::toString);
        assertTrue(failure.message().contains(words), failure::toString);
    }

    @Test
    void whoShowsNoTokenIsToldSo() throws Exception {
        isToldToLogIn(trusting(), "401");
    }

    @Test
    void whoShowsAWrongTokenIsToldSo() throws Exception {
        isToldToLogIn(trusting().token("wrong"), "this token is not known: get a new one");
    }

    @Test
    void aServiceOfAnUnknownAuthorityIsRefused() {
        try (var client = builder().token(Live.Variable.TOKEN.get()).build()) {
            var failure = callFails(client);
            assertEquals(Status.Code.UNAVAILABLE, failure.code(), failure::toString);
            assertEquals("", failure.reason());
            assertTrue(failure.message().contains("certificat"), failure::toString);
        }
    }

    @Test
    void aTokenThatCannotBeHadFailsTheCall() throws Exception {
        Supplier<String> locked = () -> {
            throw new IllegalStateException("the vault is locked");
        };
        isToldToLogIn(trusting().token(locked), "the vault is locked");
    }
}
