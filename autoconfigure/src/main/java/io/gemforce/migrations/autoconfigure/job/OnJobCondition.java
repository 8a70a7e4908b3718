package io.gemforce.migrations.autoconfigure.job;

import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if the process is to run a job.
 */
public class OnJobCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean job = context.getEnvironment().containsProperty(JobName.PROPERTY);
		return new ConditionOutcome(job, "%s is %s".formatted(JobName.PROPERTY, job ? "set" : "not set"));
	}

}
