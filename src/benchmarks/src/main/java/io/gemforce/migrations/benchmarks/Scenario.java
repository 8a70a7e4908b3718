package io.gemforce.migrations.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is started, and what it finds.
 *
 * @param found what the start finds
 * @param migrations how many migrations the service has
 * @param transactional whether they run in transactions
 * @param instances how many instances start together
 */
record Scenario(Found found, int migrations, boolean transactional, int instances) {

	/**
	 * How many rows a long history has.
	 */
	static final int LONG_HISTORY = 10_000;

	/**
	 * Return the scenarios to measure.
	 * @param instances how many instances to start together
	 */
	static List<Scenario> all(boolean transactions, int instances) {
		List<Scenario> scenarios = new ArrayList<>();
		for (int migrations : new int[] { 2, 100, 1000 }) {
			scenarios.add(noOp(migrations));
		}
		scenarios.add(longHistory());
		for (boolean transactional : transactions ? new boolean[] { false, true } : new boolean[] { false }) {
			for (int migrations : new int[] { 2, 100, 1000 }) {
				scenarios.add(first(migrations, transactional));
			}
		}
		scenarios.add(new Scenario(Found.NOTHING_APPLIED, 2, false, instances));
		return scenarios;
	}

	static Scenario noOp(int migrations) {
		return new Scenario(Found.ALL_APPLIED, migrations, false, 1);
	}

	static Scenario longHistory() {
		return new Scenario(Found.LONG_HISTORY, 100, false, 1);
	}

	static Scenario first(int migrations, boolean transactional) {
		return new Scenario(Found.NOTHING_APPLIED, migrations, transactional, 1);
	}

	/**
	 * Return how many rounds to measure. They are odd, so that there is a median.
	 */
	int rounds() {
		return switch (length()) {
			case SHORT -> 31;
			case LONG -> 15;
			case LONGER -> 7;
		};
	}

	/**
	 * Return how many rounds to let pass before, so that the code is compiled.
	 */
	int warmUpRounds() {
		return switch (length()) {
			case SHORT -> 30;
			case LONG -> 10;
			case LONGER -> 3;
		};
	}

	private Length length() {
		if (this.found != Found.NOTHING_APPLIED) {
			return Length.SHORT;
		}
		if (this.migrations > 500 || this.instances > 1) {
			return Length.LONGER;
		}
		return (this.migrations > 50) ? Length.LONG : Length.SHORT;
	}

	@Override
	public String toString() {
		String start = switch (this.found) {
			case NOTHING_APPLIED -> "first start";
			case ALL_APPLIED -> "no-op start";
			case LONG_HISTORY -> String.format(Locale.ROOT, "no-op start after %,d applied", LONG_HISTORY);
		};
		return String.format(Locale.ROOT, "%s%s, %,d migrations%s",
				(this.instances > 1) ? this.instances + " instances together, " : "", start, this.migrations,
				this.transactional ? " in transactions" : "");
	}

	/**
	 * What a start finds.
	 */
	enum Found {

		/**
		 * An empty database.
		 */
		NOTHING_APPLIED,

		/**
		 * All migrations are applied.
		 */
		ALL_APPLIED,

		/**
		 * All migrations are applied, and so are many that were removed since.
		 */
		LONG_HISTORY

	}

	/**
	 * How long a round takes.
	 */
	private enum Length {

		SHORT, LONG, LONGER

	}

}
