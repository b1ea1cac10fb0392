package io.github.mediaplane;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.github.mediaplane.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a call failed with, in the words of the service where it gave them.
 *
 * <pre>{@code
 * try {
 *     client.sessions().getSession(request);
 * } catch (StatusRuntimeException e) {
 *     if (CallFailure.of(e).is(ErrorReason.ERROR_REASON_SESSION_NOT_FOUND)) …
 * }
 * }</pre>
 *
 * @param code the gRPC code
 * @param message what was wrong and what to do, for people
 * @param reason why, if the service itself said so: a name of {@link ErrorReason} without its prefix, as
 *     {@code SESSION_NOT_FOUND}. Empty where the call did not reach it, or a proxy before it answered. A newer service may know
 *     more reasons.
 * @param metadata what the service adds to the reason: {@code backend}, {@code type} and {@code action} of
 *     {@code NOT_SUPPORTED}, for example
 * @param violations the fields that were wrong; empty if it was none
 * @param retryAfter after how long another try may help; empty if the service does not say that one may
 */
public record CallFailure(
        Status.Code code,
        String message,
        String reason,
        Map<String, String> metadata,
        List<FieldViolation> violations,
        Optional<Duration> retryAfter) {
    private static final String DOMAIN = "mediaplane";
    private static final int MOST_CAUSES = 8;
    /** Of a duration of Protocol Buffers: 10,000 years. */
    private static final long MOST_SECONDS = 315_576_000_000L;

    /** What broken connections and proxies fail calls with. */
    private static final Set<Status.Code> TRANSIENT = EnumSet.of(
            Status.Code.CANCELLED,
            Status.Code.UNKNOWN,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.ABORTED,
            Status.Code.INTERNAL,
            Status.Code.UNAVAILABLE,
            Status.Code.DATA_LOSS);

    /**
     * A field of a request that the service did not accept.
     *
     * @param field its path, as {@code type.publish.room_id}
     * @param description what is wrong with it
     */
    public record FieldViolation(String field, String description) {}

    /**
     * Reads what a call failed with.
     *
     * @param thrown what the call threw
     * @return what that tells; of what is not from gRPC, the code {@code UNKNOWN}
     */
    public static CallFailure of(Throwable thrown) {
        var status = Status.fromThrowable(thrown);
        var details = details(thrown);
        var info = all(ErrorInfo.class, details)
                .filter(one -> one.getDomain().equals(DOMAIN))
                .findFirst();
        var violations = all(BadRequest.class, details)
                .flatMap(bad -> bad.getFieldViolationsList().stream())
                .map(one -> new FieldViolation(one.getField(), one.getDescription()))
                .toList();
        var retryAfter = all(RetryInfo.class, details)
                .map(RetryInfo::getRetryDelay)
                .filter(delay -> delay.getSeconds() >= 0 && delay.getSeconds() <= MOST_SECONDS)
                .map(delay -> Duration.ofSeconds(delay.getSeconds(), delay.getNanos()))
                .findFirst();
        return new CallFailure(
                status.getCode(),
                message(status),
                info.map(ErrorInfo::getReason).orElse(""),
                info.map(one -> Map.copyOf(one.getMetadataMap())).orElse(Map.of()),
                violations,
                retryAfter);
    }

    /**
     * Whether the service failed the call for this reason.
     *
     * @param reason the reason
     * @return whether it did
     */
    public boolean is(ErrorReason reason) {
        return !this.reason.isEmpty() && reason.name().equals("ERROR_REASON_" + this.reason);
    }

    /**
     * Whether the same call may succeed later: the service says so, or it was not the service that failed it. A call that is not
     * idempotent may have been done all the same.
     *
     * @return whether it may
     */
    public boolean isTransient() {
        if (!reason.isEmpty()) {
            return retryAfter.isPresent() || code == Status.Code.UNAVAILABLE;
        }
        return TRANSIENT.contains(code);
    }

    /** The code, the message and the reason. */
    @Override
    public String toString() {
        return reason.isEmpty() ? code + ": " + message : code + ": " + message + " (" + reason + ")";
    }

    /** With the causes: what gRPC itself says of a connection that failed is nothing, and of TLS the last cause tells. */
    private static String message(Status status) {
        var said = new StringBuilder(Objects.requireNonNullElse(status.getDescription(), ""));
        Stream.iterate(status.getCause(), Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .map(Throwable::getMessage)
                .filter(Objects::nonNull)
                .forEach(words -> {
                    if (said.indexOf(words) < 0) {
                        said.append(said.isEmpty() ? "" : ": ").append(words);
                    }
                });
        return said.toString();
    }

    private static List<Any> details(Throwable thrown) {
        try {
            var status = StatusProto.fromThrowable(thrown);
            return status == null ? List.of() : status.getDetailsList();
        } catch (IllegalArgumentException e) {
            // A proxy garbled them. The code and the message stand.
            return List.of();
        }
    }

    /** The details of a kind, but for those that cannot be read. */
    private static <T extends Message> Stream<T> all(Class<T> kind, List<Any> details) {
        return details.stream().filter(detail -> detail.is(kind)).flatMap(detail -> {
            try {
                return Stream.of(detail.unpack(kind));
            } catch (InvalidProtocolBufferException e) {
                return Stream.empty();
            }
        });
    }
}
