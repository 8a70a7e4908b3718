package io.gemforce.migrations.store;

import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import io.gemforce.migrations.Problem;

/**
 * What a run would execute, in order, over both stores, and what is held back and why. A
 * problem that is an error stops the run before its first step.
 */
public record Plan(List<PlanStep> steps, List<Problem> problems) {

	private static final String PREFIX = "sha256:";

	public Plan {
		steps = List.copyOf(steps);
		problems = List.copyOf(problems);
	}

	public static Plan of(List<StorePlan> plans) {
		return new Plan(plans.stream().flatMap((plan) -> plan.steps().stream()).toList(),
				plans.stream().flatMap((plan) -> plan.validation().problems().stream()).toList());
	}

	public List<PlanStep> runnable() {
		return this.steps.stream().filter(PlanStep::isRunnable).toList();
	}

	/**
	 * Return a hash of the steps that would be executed: of their stores, versions,
	 * checksums, directions and order, but of nothing that was counted.
	 */
	public String hash() {
		String text = runnable().stream().map(Plan::line).collect(Collectors.joining("\n"));
		return PREFIX + HexFormat.of().formatHex(Sha256.of(text));
	}

	private static String line(PlanStep step) {
		return "%s|%s|%s|%s".formatted(step.store(), step.id(),
				Objects.requireNonNullElse(step.descriptor().checksum(), ""), step.direction());
	}

}
