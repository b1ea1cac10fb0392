package io.github.mediaplane;

import static io.github.mediaplane.ProgressTest.EVERYTHING;
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
import com.google.rpc.RetryInfo;
import io.github.mediaplane.v1.ErrorReason;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.github.mediaplane.v1.WatchEventsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class WatchTest {
    private static final WatchOptions QUICK =
            WatchOptions.DEFAULT.withBackoff(Duration.ofMillis(1), Duration.ofSeconds(1));

    private static final WatchOptions NEVER =
            WatchOptions.DEFAULT.withBackoff(Duration.ofHours(1), Duration.ofHours(1));

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

            var watches = new ArrayList<Watch>();
            var closer = NEVER.withOnRetry((failure, wait) -> new Thread(watches.get(0)::close).start());
            watches.add(client.watch(sessions("a"), closer));
            assertFalse(watches.get(0).hasNext());
        }
    }

    private static Stream<WatchEventsRequest> endless() {
        var rooms = WatchEventsRequest.RoomIds.newBuilder().addIds("a");
        return Stream.of(
                EVERYTHING,
                WatchEventsRequest.newBuilder().setRoomIds(rooms).build(),
                WatchEventsRequest.newBuilder().setSubscriber("").build());
    }

    @ParameterizedTest
    @MethodSource("endless")
    void oneWithoutAnEndGoesOnAfterTheServiceHasStopped(WatchEventsRequest request) throws Exception {
        List<String> told = new ArrayList<>();
        try (var service = new Scripted(
                        stream -> {
                            stream.onNext(happened("a", 1, 0));
                            stream.onCompleted();
                        },
                        StreamObserver::onCompleted,
                        stream -> {
                            stream.onNext(happened("b", 1, 1));
                            stream.onError(refused());
                        });
                var client = service.connect();
                var watch = client.watch(request, QUICK.withOnRetry((failure, wait) -> told.add(failure.toString())))) {
            assertEquals("a", watch.next().getEvent().getSessionId());
            assertEquals("b", watch.next().getEvent().getSessionId());
            assertEquals(
                    Status.Code.NOT_FOUND,
                    assertThrows(StatusRuntimeException.class, watch::hasNext).getStatus().getCode());
            var stopped = "UNAVAILABLE: the service has ended the stream, as it does when it stops";
            assertEquals(List.of(stopped, stopped), told);
        }
    }

    @Test
    void itFailsWhenItsClientIsClosed() throws Exception {
        try (var service = new Scripted(stream -> stream.onNext(happened("a", 1, 0)))) {
            var client = service.connect();
            var watch = client.watch(EVERYTHING, NEVER);
            watch.next();
            client.close();
            failsAsItsClientIsClosed(watch);
            failsAsItsClientIsClosed(client.watch(EVERYTHING));
            assertEquals(1, service.asked.size());
        }
    }

    @Test
    void itFailsWhenItsClientIsClosedWhileItWaits() throws Exception {
        try (var service = new Scripted(stream -> fail(stream, Status.UNAVAILABLE))) {
            var client = service.connect();
            failsAsItsClientIsClosed(
                    client.watch(EVERYTHING, NEVER.withOnRetry((failure, wait) -> new Thread(client::close).start())));
            assertEquals(1, service.asked.size());
        }
    }

    private static void failsAsItsClientIsClosed(Watch watch) {
        var thrown = assertThrows(StatusRuntimeException.class, watch::hasNext);
        assertEquals("CANCELLED: the client is closed", thrown.getMessage());
    }

    @Test
    void itMayTryForEver() throws Exception {
        var ever = ChronoUnit.FOREVER.getDuration();
        try (var service = new Scripted(
                        stream -> stream.onError(later()), stream -> stream.onNext(happened("a", 1, 0)));
                var client = service.connect();
                var watch = client.watch(EVERYTHING, QUICK.withGiveUpAfter(ever))) {
            assertTrue(watch.hasNext());
        }
        var trials = new Trials(NEVER.withBackoff(ever, ever));
        trials.begin();
        assertTrue(trials.fail(ever).orElseThrow().toDays() > 36_500);
    }

    /** Asks for a longer wait than can be counted in nanoseconds. */
    private static StatusRuntimeException later() {
        var retry = RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(315_576_000_000L));
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.UNAVAILABLE.value())
                .addDetails(Any.pack(retry.build()))
                .build());
    }

    @Test
    void anInterruptedThreadIsToldSo() throws Exception {
        List<CallFailure> told = new ArrayList<>();
        try (var service = new Scripted(stream -> {});
                var client = service.connect();
                var watch = client.watch(sessions("a"), NEVER.withOnRetry((failure, wait) -> told.add(failure)))) {
            Thread.currentThread().interrupt();
            var thrown = assertThrows(StatusRuntimeException.class, watch::hasNext);
            assertEquals("CANCELLED: the thread was interrupted", thrown.getMessage());
            assertEquals(List.of(), told, "it is not tried again");
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
