package io.github.mediaplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.mediaplane.v1.GetSessionRequest;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    private static final String PASSWORD = "of a test";

    private static KeyStore keys;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        var file = folder.resolve("keys");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var making = new ProcessBuilder(keytool, "-genkeypair", "-alias", "service", "-keyalg", "EC")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT);
        making.command().addAll(List.of("-dname", "CN=localhost", "-ext", "san=dns:localhost"));
        making.command().addAll(List.of("-storepass", PASSWORD, "-keystore", file.toString()));
        assertEquals(0, making.start().waitFor());
        keys = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    private static ServerCredentials service() throws Exception {
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        return TlsServerCredentials.newBuilder()
                .keyManager(managers.getKeyManagers())
                .build();
    }

    private static MediaplaneClientBuilder trusting(Scripted service) throws Exception {
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(keys);
        var trust = TlsChannelCredentials.newBuilder().trustManager(managers.getTrustManagers());
        return MediaplaneClient.builder(service.target()).tls(trust.build());
    }

    private static Status fails(MediaplaneClient client) {
        var request = GetSessionRequest.getDefaultInstance();
        return assertThrows(StatusRuntimeException.class, () -> client.sessions().getSession(request))
                .getStatus();
    }

    @Test
    void eachCallHasTheTokenOfItsTime() throws Exception {
        var tokens = List.of("first", "second").iterator();
        try (var service = new Scripted(service());
                var client = trusting(service).token(tokens::next).build()) {
            assertEquals(Status.Code.UNIMPLEMENTED, fails(client).getCode());
            assertEquals(Status.Code.UNIMPLEMENTED, fails(client).getCode());
            assertEquals(List.of(Optional.of("Bearer first"), Optional.of("Bearer second")), service.tokens);
        }
    }

    @Test
    void aCallWithoutATokenFailsWithTheReason() throws Exception {
        Iterator<String> none = List.<String>of().iterator();
        try (var service = new Scripted(service());
                var client = trusting(service).token(none::next).build()) {
            var status = fails(client);
            assertEquals(Status.Code.UNAUTHENTICATED, status.getCode());
            assertTrue(status.getCause() instanceof NoSuchElementException, status::toString);
            assertEquals(List.of(), service.tokens);
        }
    }

    @Test
    void aTokenThatCannotBeSentFailsTheCall() throws Exception {
        var builder = MediaplaneClient.builder("localhost:1");
        assertThrows(IllegalArgumentException.class, () -> builder.token("secret\n"));
        var tokens = Arrays.asList("secret\n", null).iterator();
        Supplier<String> broken = () -> {
            if (tokens.hasNext()) {
                return tokens.next();
            }
            throw new StackOverflowError();
        };
        try (var service = new Scripted(service());
                var client = trusting(service).token(broken).build()) {
            for (var cause : List.of(IllegalArgumentException.class, NullPointerException.class, StackOverflowError.class)) {
                var status = fails(client);
                assertEquals(Status.Code.UNAUTHENTICATED, status.getCode());
                assertInstanceOf(cause, status.getCause());
            }
            assertEquals(List.of(), service.tokens);
        }
    }

    @Test
    void aServiceThatIsNotTrustedGetsNothing() throws Exception {
        try (var service = new Scripted(service());
                var client = MediaplaneClient.builder(service.target()).token("secret").build()) {
            assertEquals(Status.Code.UNAVAILABLE, fails(client).getCode());
            assertEquals(List.of(), service.tokens);
        }
    }
}
