package io.github.mediaplane;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test against a service that tests/clients starts, and tells of by variables of the environment: clients/README.md has them. It is
 * left out where none is set, and fails where only some are.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Live.Condition.class)
@interface Live {
    /** What a variable tells. */
    enum Variable {
        TARGET,
        CUT,
        SCENARIO,
        TLS_TARGET,
        CA,
        TOKEN;

        private String value() {
            return System.getenv("MEDIAPLANE_TEST_" + name());
        }

        String get() {
            var value = value();
            if (value == null || value.isEmpty()) {
                throw new AssertionError("MEDIAPLANE_TEST_" + name() + " is not set: tests/clients sets all that are needed");
            }
            return value;
        }
    }

    /** Whether any variable is set. */
    final class Condition implements ExecutionCondition {
        private static final String HOW =
                "it needs a service: `cargo test --test clients java` at the root of the repository runs it";

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (Stream.of(Variable.values()).map(Variable::value).anyMatch(Objects::nonNull)) {
                return enabled("there is a service");
            }
            // Of what is left out, Maven tells the number only.
            System.out.println(context.getDisplayName() + " is left out: " + HOW);
            return disabled(HOW);
        }
    }
}
