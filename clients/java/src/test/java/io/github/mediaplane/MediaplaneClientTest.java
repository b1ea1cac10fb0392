package io.github.mediaplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import io.github.mediaplane.v1.DrainBackendRequest;
import io.github.mediaplane.v1.GetSessionRequest;
import io.grpc.CompositeChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MediaplaneClientTest {
    @Test
    void aTokenIsNeverSentInPlainText() throws Exception {
        var builder = MediaplaneClient.builder("localhost:1").token("secret");
        assertThrows(IllegalStateException.class, () -> builder.plaintext().build());

        var insecure = InsecureChannelCredentials.create();
        var disguised = CompositeChannelCredentials.create(insecure, new Bearer(() -> "another"));
        try (var service = new Scripted();
                var client = MediaplaneClient.builder(service.target())
                        .tls(disguised)
                        .token(() -> "secret")
                        .build()) {
            var request = GetSessionRequest.newBuilder().setSessionId("a").build();
            var thrown = assertThrows(
                    StatusRuntimeException.class, () -> client.sessions().getSession(request));
            assertEquals(Status.Code.UNAUTHENTICATED, thrown.getStatus().getCode());
            assertTrue(thrown.getMessage().contains(Bearer.REFUSED), thrown.getMessage());
            assertEquals(List.of(), service.tokens);
        }
    }

    @Test
    void whoCannotConnectIsToldWhy() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (var client = MediaplaneClient.builder("127.0.0.1:" + free).plaintext().build()) {
            var thrown = assertThrows(StatusRuntimeException.class, () -> client.backends()
                    .drainBackend(DrainBackendRequest.getDefaultInstance()));
            var failure = CallFailure.of(thrown);
            assertEquals(Status.Code.UNAVAILABLE, failure.code());
            assertTrue(failure.message().contains("Connection refused"), failure.message());
        }
    }

    @Test
    void detailsThatCannotBeReadLeaveTheCodeAndTheMessage() {
        var garbled = Any.pack(ErrorInfo.getDefaultInstance()).toBuilder().setValue(ByteString.copyFromUtf8("garbage"));
        var failure = CallFailure.of(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.NOT_FOUND.value())
                .setMessage("no session a")
                .addDetails(garbled)
                .build()));
        assertEquals("NOT_FOUND: no session a", failure.toString());
        assertEquals("", failure.reason());
        assertEquals(Optional.empty(), failure.retryAfter());
    }

    @Test
    void whatIsNotOfTheServiceHasNoReason() {
        var info = ErrorInfo.newBuilder().setDomain("proxy.example").setReason("SESSION_NOT_FOUND");
        var failure = CallFailure.of(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.UNKNOWN.value())
                .addDetails(Any.pack(info.build()))
                .build()));
        assertEquals("", failure.reason());
        assertTrue(failure.isTransient());
    }
}
