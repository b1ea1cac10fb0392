package io.github.mediaplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.github.mediaplane.v1.WatchEventsRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** One play of a scenario. */
final class Run implements AutoCloseable {
    private static final Map<String, Set<String>> KINDS = Map.of(
            "call", Set.of("request", "expect", "save", "error"),
            "watch", Set.of("request"),
            "events", Set.of("expect", "within"),
            "cut", Set.of(),
            "close", Set.of());
    private static final Set<String> OF_ERRORS = Set.of("code", "reason", "field", "retry");
    private static final int CALL_SECONDS = 20;
    private static final HttpClient SWITCH = HttpClient.newHttpClient();

    private final MediaplaneClient client = MediaplaneClient.builder(Live.Variable.TARGET.get())
            .plaintext()
            .build();
    private final Map<String, String> names =
            new HashMap<>(Map.of("run", UUID.randomUUID().toString().substring(0, 8)));
    private final Map<String, Recorded> watches = new HashMap<>();

    void step(JsonObject asWritten) throws Exception {
        var kinds = asWritten.keySet().stream().filter(KINDS::containsKey).toList();
        assertEquals(1, kinds.size(), "kinds of the step");
        var kind = kinds.get(0);
        known(asWritten, KINDS.get(kind), kind);
        var step = Values.filled(asWritten, names);
        switch (kind) {
            case "call" -> call(step);
            case "watch" -> watch(step);
            case "events" -> events(step);
            case "cut" -> cut();
            case "close" -> watches.remove(step.get("close").getAsString()).close();
            default -> throw new AssertionError("there is no step " + kind);
        }
    }

    private static void known(JsonObject object, Set<String> keys, String kind) {
        for (var key : object.keySet()) {
            assertTrue(keys.contains(key) || key.equals(kind), () -> "an unknown key: " + key);
        }
    }

    private void call(JsonObject step) throws Exception {
        var called = step.get("call").getAsString().split("\\.");
        AbstractStub<?> stub =
                switch (called[0]) {
                    case "SessionService" -> client.sessions();
                    case "RoomService" -> client.rooms();
                    case "BackendService" -> client.backends();
                    default -> throw new AssertionError("there is no service " + called[0]);
                };
        var method = method(stub, called[1]);
        var builder = (Message.Builder) method.getParameterTypes()[0].getMethod("newBuilder").invoke(null);
        var request = Values.message(step.get("request"), builder).build();
        Message reply;
        try {
            reply = (Message) method.invoke(stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS), request);
        } catch (InvocationTargetException e) {
            if (step.has("error") && e.getCause() instanceof StatusRuntimeException thrown) {
                failed(CallFailure.of(thrown), step.getAsJsonObject("error"));
                return;
            }
            throw e;
        }
        assertFalse(step.has("error"), () -> "it must fail, but: " + reply);
        answered(Values.json(reply), step);
    }

    private static Method method(AbstractStub<?> stub, String name) {
        return Arrays.stream(stub.getClass().getMethods())
                .filter(method -> method.getName().equalsIgnoreCase(name))
                .filter(method -> Message.class.isAssignableFrom(method.getReturnType()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no call " + name));
    }

    private void answered(JsonElement reply, JsonObject step) {
        if (step.has("expect")) {
            Values.differs(reply, step.get("expect"), "reply").ifPresent(wrong -> {
                throw new AssertionError(wrong);
            });
        }
        if (step.has("save")) {
            for (var saved : step.getAsJsonObject("save").entrySet()) {
                names.put(saved.getKey(), Values.picked(reply, saved.getValue().getAsString()));
            }
        }
    }

    private static void failed(CallFailure failure, JsonObject expected) {
        known(expected, OF_ERRORS, "");
        assertEquals(expected.get("code").getAsString(), failure.code().name(), failure::toString);
        assertEquals(expected.get("reason").getAsString(), failure.reason(), failure::toString);
        assertFalse(failure.message().isEmpty(), "an error has words for people");
        if (expected.has("field")) {
            var field = expected.get("field").getAsString();
            assertTrue(
                    failure.violations().stream()
                            .anyMatch(one -> one.field().equals(field) && !one.description().isEmpty()),
                    () -> "the fields that were wrong: " + failure.violations());
        }
        if (expected.has("retry")) {
            var delay = failure.retryAfter().orElseThrow(() -> new AssertionError("it does not tell when to try again"));
            assertTrue(delay.compareTo(Duration.ZERO) > 0 && failure.isTransient(), "another try may help");
        }
    }

    private void watch(JsonObject step) throws Exception {
        var request = Values.message(step.get("request"), WatchEventsRequest.newBuilder()).build();
        assertNull(watches.put(step.get("watch").getAsString(), new Recorded(client, request)), "a new name");
    }

    private void events(JsonObject step) throws Exception {
        var watch = watches.get(step.get("events").getAsString());
        assertNotNull(watch, "the watch is open");
        var within = step.has("within") ? step.get("within").getAsString() : "10s";
        var until = System.nanoTime() + Duration.parse("PT" + within).toNanos();
        for (var expected : step.getAsJsonArray("expect")) {
            watch.next(expected, until);
        }
    }

    private static void cut() throws Exception {
        var request = HttpRequest.newBuilder(URI.create(Live.Variable.CUT.get()))
                .timeout(Duration.ofSeconds(CALL_SECONDS))
                .build();
        var reply = SWITCH.send(request, HttpResponse.BodyHandlers.discarding());
        assertEquals(200, reply.statusCode(), "the line is cut");
    }

    @Override
    public void close() throws Exception {
        try (client) {
            for (var watch : watches.values()) {
                watch.close();
            }
        }
    }
}
