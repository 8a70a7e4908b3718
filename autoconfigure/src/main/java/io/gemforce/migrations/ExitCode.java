package io.gemforce.migrations;

/**
 * What jobs end with. The codes are stable; from 10 on, so that they are not taken for
 * those of the shell or the JVM. 17 had a meaning once and gets no other one.
 */
public final class ExitCode {

	/**
	 * Done, or nothing to do.
	 */
	public static final int OK = 0;

	/**
	 * Something unexpected.
	 */
	public static final int UNEXPECTED = 1;

	/**
	 * Migrations are pending or held back.
	 */
	public static final int PENDING = 10;

	/**
	 * Build and history contradict each other.
	 */
	public static final int INVALID = 11;

	/**
	 * A migration failed.
	 */
	public static final int FAILED = 12;

	/**
	 * The lock was not free; another try may help.
	 */
	public static final int LOCK = 13;

	/**
	 * A store did not answer; another try may help.
	 */
	public static final int UNREACHABLE = 14;

	/**
	 * The configuration is wrong.
	 */
	public static final int CONFIGURATION = 15;

	/**
	 * The stores are newer than this build, which is not allowed.
	 */
	public static final int AHEAD = 16;

	/**
	 * The process was told to end by {@code SIGTERM}. The Java virtual machine decides on
	 * this code; for an interrupt from the terminal it is 130.
	 */
	public static final int TERMINATED = 143;

	private ExitCode() {
	}

}
