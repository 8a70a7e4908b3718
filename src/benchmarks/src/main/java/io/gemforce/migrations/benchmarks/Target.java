package io.gemforce.migrations.benchmarks;

import java.util.Locale;

/**
 * Something that this library must reach.
 *
 * @param what what is measured
 * @param peer the figure of what this library is compared with, as text
 * @param measured this library's figure
 * @param limit the highest figure that is good enough
 * @param decimals how many decimals of the figures to show
 */
record Target(String what, String peer, double measured, double limit, int decimals) {

	private static final String NO_PEER = "–";

	static Target alone(String what, double measured, double limit, int decimals) {
		return new Target(what, NO_PEER, measured, limit, decimals);
	}

	/**
	 * Compare with a peer whose figure is 1.
	 */
	static Target ratio(String what, double ratio, double limit) {
		return new Target(what, "1", ratio, limit, 3);
	}

	boolean isReached() {
		return this.measured <= this.limit;
	}

	String number(double figure) {
		return String.format(Locale.ROOT, "%,." + this.decimals + "f", figure);
	}

}
