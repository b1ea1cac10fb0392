import com.google.protobuf.util.JsonFormat;
import io.github.mediaplane.MediaplaneClient;
import io.github.mediaplane.WatchOptions;
import io.github.mediaplane.v1.WatchEventsRequest;

/** Prints what happens to all sessions and rooms, until it is interrupted. Argument: where the service is. */
public final class WatchExample {
    private WatchExample() {}

    public static void main(String[] args) throws Exception {
        var target = args.length > 0 ? args[0] : "localhost:50051";
        var everything = WatchEventsRequest.newBuilder()
                .setAll(WatchEventsRequest.All.getDefaultInstance())
                .setSnapshot(true)
                .build();
        var options = WatchOptions.DEFAULT.withOnRetry((failure, wait) ->
                System.err.println(failure + "; the next try is in " + wait.toMillis() + " ms"));
        var json = JsonFormat.printer().omittingInsignificantWhitespace();
        try (var client = MediaplaneClient.builder(target).plaintext().build();
                var watch = client.watch(everything, options)) {
            for (var item : watch) {
                System.out.println(json.print(item));
            }
        }
    }
}
