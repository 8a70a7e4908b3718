package io.gemforce.migrations.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips a test that needs sessions, transactions or {@code hello} where the MongoDB that
 * tests run on is the in-memory server.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresReplicaSet.Condition.class)
public @interface RequiresReplicaSet {

	/**
	 * What the in-memory server lacks.
	 */
	String value();

	/**
	 * Decides.
	 */
	class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			return MongoServers.isReplicaSet() ? ConditionEvaluationResult.enabled("There is a replica set")
					: ConditionEvaluationResult
						.disabled("The in-memory server has no such thing as: " + context.getElement()
							.map((element) -> element.getAnnotation(RequiresReplicaSet.class))
							.map(RequiresReplicaSet::value)
							.orElse("a replica set"));
		}

	}

}
