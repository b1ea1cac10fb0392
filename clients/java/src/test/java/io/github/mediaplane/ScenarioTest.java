package io.github.mediaplane;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Plays the scenarios that all clients of Mediaplane share, against a service that tests/clients starts. */
@Live
class ScenarioTest {
    @TestFactory
    Stream<DynamicTest> scenarios() throws Exception {
        var path = Path.of(Live.Variable.SCENARIO.get());
        var file = JsonParser.parseString(Files.readString(path)).getAsJsonObject();
        var scenarios = file.getAsJsonArray("scenarios").asList();
        assertFalse(scenarios.isEmpty(), "there are scenarios");
        return scenarios.stream()
                .map(JsonElement::getAsJsonObject)
                .map(scenario -> DynamicTest.dynamicTest(scenario.get("name").getAsString(), () -> play(scenario)));
    }

    private static void play(JsonObject scenario) throws Exception {
        try (var run = new Run()) {
            for (var step : scenario.getAsJsonArray("steps")) {
                try {
                    run.step(step.getAsJsonObject());
                } catch (Exception | AssertionError e) {
                    throw new AssertionError(scenario.get("name") + ", step " + step + ": " + e.getMessage(), e);
                }
            }
        }
    }
}
