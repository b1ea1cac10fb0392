package io.github.mediaplane;

import static io.github.mediaplane.ProgressTest.ended;
import static io.github.mediaplane.ProgressTest.happened;
import static io.github.mediaplane.ProgressTest.sessions;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.github.mediaplane.v1.ErrorReason;
import io.github.mediaplane.v1.WatchEventsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchTest {
    private static final WatchOptions QUICK =
            WatchOptions.DEFAULT.withBackoff(Duration.ofMillis(1), Duration.ofSeconds(1));

    private static void fail(StreamObserver<WatchEventsResponse> stream, Status status) {
        stream.onError(status.asRuntimeException());
    }

    private static StatusRuntimeException refused() {
        var info = ErrorInfo.newBuilder().setDomain("mediaplane").setReason("SESSION_NOT_FOUND");
        var field = BadRequest.FieldViolation.newBuilder().setField("scope").setDescription("as the test wants");
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.NOT_FOUND.value())
                .setMessage("as the test wants")
                .addDetails(Any.pack(info.build()))
                .addDetails(Any.pack(BadRequest.newBuilder().addFieldViolations(field).build()))
                .build());
    }

    @Test
    void aBrokenStreamIsTakenUpAndAPermanentErrorEndsTheWatch() throws Exception {
        List<Status.Code> told = new ArrayList<>();
        try (var service = new Scripted(
                        stream -> {
                            stream.onNext(happened("a", 1, 0));
                            fail(stream, Status.UNAVAILABLE);
                        },
                        stream -> fail(stream, Status.INTERNAL),
                        stream -> {
                            stream.onNext(happened("a", 1, 0));
                            stream.onNext(happened("a", 2, 0));
                            stream.onError(refused());
                        });
                var client = service.connect();
                var watch = client.watch(sessions("a"), QUICK.withOnRetry((failure, wait) -> told.add(failure.code())))) {
            assertEquals(1, watch.next().getEvent().getSequence());
            assertEquals(2, watch.next().getEvent().getSequence());
            var thrown = assertThrows(StatusRuntimeException.class, watch::hasNext);
            var failure = CallFailure.of(thrown);
            assertEquals(Status.Code.NOT_FOUND, failure.code());
            assertTrue(failure.is(ErrorReason.ERROR_REASON_SESSION_NOT_FOUND));
            assertEquals("scope", failure.violations().get(0).field());
            assertFalse(failure.isTransient());
            assertSame(thrown, assertThrows(StatusRuntimeException.class, watch::next));
            assertEquals(List.of(Status.Code.UNAVAILABLE, Status.Code.INTERNAL), told);
            assertEquals(1, service.asked.get(2).getAfterSequence());
        }
    }

    @Test
    void itGivesUp() throws Exception {
        try (var service = new Scripted(
                        stream -> fail(stream, Status.UNAVAILABLE), stream -> fail(stream, Status.UNAVAILABLE));
                var client = service.connect();
                var watch = client.watch(sessions("a"), QUICK.withGiveUpAfter(Duration.ZERO))) {
            var thrown = assertThrows(StatusRuntimeException.class, watch::hasNext);
            assertEquals(Status.Code.UNAVAILABLE, thrown.getStatus().getCode());
            assertEquals(2, service.asked.size());
        }
    }

    @Test
    void theServiceMayEndIt() throws Exception {
        try (var service = new Scripted(stream -> {
                    stream.onNext(ended("a", 1, 0));
                    stream.onCompleted();
                });
                var client = service.connect()) {
            var seen = 0;
            var watch = client.watch(sessions("a"));
            for (var item : watch) {
                assertTrue(item.getEvent().hasDestroyed());
                seen++;
            }
            assertEquals(1, seen);
            assertThrows(NoSuchElementException.class, watch::next);
        }
    }

    @Test
    void anotherThreadMayCloseItWhileItWaits() throws Exception {
        var never = Duration.ofHours(1);
        try (var service = new Scripted(stream -> {}, stream -> fail(stream, Status.UNAVAILABLE));
                var client = service.connect()) {
            var silent = client.watch(sessions("a"));
            var closing = new Thread(() -> {
                while (service.asked.isEmpty()) {
                    Thread.onSpinWait();
                }
                silent.close();
            });
            closing.start();
            assertFalse(silent.hasNext());
            closing.join();

            var options = WatchOptions.DEFAULT.withBackoff(never, never);
            var watches = new ArrayList<Watch>();
            var closer = options.withOnRetry((failure, wait) -> new Thread(watches.get(0)::close).start());
            watches.add(client.watch(sessions("a"), closer));
            assertFalse(watches.get(0).hasNext());
        }
    }

    @Test
    void itFailsWhenItsClientIsClosed() throws Exception {
        try (var service = new Scripted(stream -> stream.onNext(happened("a", 1, 0)))) {
            var client = service.connect();
            var watch = client.watch(sessions("a"));
            watch.next();
            client.close();
            assertThrows(StatusRuntimeException.class, watch::hasNext);
            assertEquals(1, service.asked.size());
        }
    }

    @Test
    void anInterruptedThreadIsToldSo() throws Exception {
        try (var service = new Scripted(stream -> {});
                var client = service.connect();
                var watch = client.watch(sessions("a"))) {
            Thread.currentThread().interrupt();
            var thrown = assertThrows(StatusRuntimeException.class, watch::hasNext);
            assertEquals(Status.Code.CANCELLED, thrown.getStatus().getCode());
            assertTrue(Thread.interrupted(), "whoever called learns of it too");
        }
    }

    @Test
    void waitsThatMakeNoSenseAreRefused() {
        var second = Duration.ofSeconds(1);
        assertThrows(IllegalArgumentException.class, () -> QUICK.withBackoff(Duration.ZERO, second));
        assertThrows(IllegalArgumentException.class, () -> QUICK.withBackoff(second, Duration.ofMillis(1)));
        assertThrows(IllegalArgumentException.class, () -> QUICK.withGiveUpAfter(second.negated()));
    }
}
