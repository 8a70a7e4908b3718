package io.gemforce.migrations.store;

import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import io.gemforce.migrations.Problem;

/**
 * What a run would execute, in order, over both stores, and what is held back and why.
 *
 * @param steps the steps
 * @param problems what is wrong, or should be looked at; an error stops the run before
 * its first step
 */
public record Plan(List<PlanStep> steps, List<Problem> problems) {

	private static final String PREFIX = "sha256:";

	public Plan {
		steps = List.copyOf(steps);
		problems = List.copyOf(problems);
	}

	/**
	 * Return what would be executed now.
	 */
	public List<PlanStep> runnable() {
		return this.steps.stream().filter(PlanStep::isRunnable).toList();
	}

	/**
	 * Return a hash that is another one whenever the steps that would be executed are:
	 * over their stores, versions, checksums, directions and order, and over nothing that
	 * was counted.
	 */
	public String hash() {
		String text = runnable().stream().map(Plan::line).collect(Collectors.joining("\n"));
		return PREFIX + HexFormat.of().formatHex(Sha256.of(text));
	}

	private static String line(PlanStep step) {
		return "%s|%s|%s|%s".formatted(step.store(), step.id(), Objects.requireNonNullElse(step.checksum(), ""),
				step.direction());
	}

}
