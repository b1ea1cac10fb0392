package io.github.mediaplane;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON of the scenarios. */
final class Values {
    private static final Pattern NAME = Pattern.compile("\\$\\{(\\w+)}");
    private static final JsonElement ANYTHING = new JsonPrimitive("*");

    private Values() {}

    /** The step with {@code ${name}} in its strings replaced. */
    static JsonObject filled(JsonObject step, Map<String, String> names) {
        var filled = NAME.matcher(step.toString()).replaceAll(found -> {
            var value = names.get(found.group(1));
            if (value == null) {
                throw new AssertionError("nothing was saved as " + found.group(1));
            }
            var quoted = new JsonPrimitive(value).toString();
            return Matcher.quoteReplacement(quoted.substring(1, quoted.length() - 1));
        });
        return JsonParser.parseString(filled).getAsJsonObject();
    }

    /** The message as JSON, with the defaults of fields without presence written out. */
    static JsonElement json(MessageOrBuilder message) throws InvalidProtocolBufferException {
        return JsonParser.parseString(
                JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(message));
    }

    static <B extends Message.Builder> B message(JsonElement json, B builder) throws InvalidProtocolBufferException {
        JsonFormat.parser().merge(json.toString(), builder);
        return builder;
    }

    /** The text at a dotted path. */
    static String picked(JsonElement value, String path) {
        var found = value;
        for (var key : path.split("\\.")) {
            found = found != null && found.isJsonObject() ? found.getAsJsonObject().get(key) : null;
        }
        if (found == null || !found.isJsonPrimitive() || found.getAsString().isEmpty()) {
            throw new AssertionError("there is no " + path + " in " + value);
        }
        return found.getAsString();
    }

    /** What of the expected is not there. */
    static Optional<String> differs(JsonElement actual, JsonElement expected, String path) {
        if (actual != null && expected.isJsonObject() && actual.isJsonObject()) {
            return expected.getAsJsonObject().entrySet().stream()
                    .flatMap(entry -> differs(
                                    actual.getAsJsonObject().get(entry.getKey()),
                                    entry.getValue(),
                                    path + "." + entry.getKey())
                            .stream())
                    .findFirst();
        }
        if (actual != null && expected.isJsonArray() && actual.isJsonArray()) {
            var wanted = expected.getAsJsonArray();
            var found = actual.getAsJsonArray();
            for (var index = 0; index < wanted.size() && wanted.size() == found.size(); index++) {
                var wrong = differs(found.get(index), wanted.get(index), path + "[" + index + "]");
                if (wrong.isPresent()) {
                    return wrong;
                }
            }
            return wanted.size() == found.size() ? Optional.empty() : Optional.of(unlike(actual, expected, path));
        }
        var matches = expected.equals(ANYTHING) ? !isEmpty(actual) : expected.equals(actual);
        return matches ? Optional.empty() : Optional.of(unlike(actual, expected, path));
    }

    private static String unlike(JsonElement actual, JsonElement expected, String path) {
        return path + " is " + actual + ", not " + expected;
    }

    private static boolean isEmpty(JsonElement value) {
        return value == null
                || value.isJsonNull()
                || value.isJsonObject() && value.getAsJsonObject().isEmpty()
                || value.isJsonArray() && value.getAsJsonArray().isEmpty()
                || value.isJsonPrimitive() && value.getAsString().isEmpty();
    }
}
