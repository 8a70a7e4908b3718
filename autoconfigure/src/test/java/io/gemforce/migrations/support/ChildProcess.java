package io.gemforce.migrations.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.awaitility.Awaitility;

/**
 * A Java process of a test's. Says what it does on its standard output, and waits for
 * lines on its standard input.
 */
public final class ChildProcess implements AutoCloseable {

	/**
	 * What a child says when it waits to be told to go on.
	 */
	public static final String READY = "READY";

	private final Process process;

	private final List<String> output = new CopyOnWriteArrayList<>();

	private final Thread reader;

	private ChildProcess(Process process) {
		this.process = process;
		this.reader = new Thread(() -> read(process.getInputStream()), "child-output");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Start a process.
	 * @param main the class to run
	 * @param arguments its arguments
	 * @return the process
	 */
	public static ChildProcess start(Class<?> main, String... arguments) {
		return startOn(System.getProperty("java.class.path"), main, arguments);
	}

	/**
	 * Start a process on a class path of its own.
	 * @param classPath the class path
	 * @param main the class to run
	 * @param arguments its arguments
	 * @return the process
	 */
	public static ChildProcess startOn(String classPath, Class<?> main, String... arguments) {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp", classPath, main.getName()));
		command.addAll(List.of(arguments));
		try {
			return new ChildProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read(InputStream stream) {
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
			lines.lines().forEach(this.output::add);
		}
		catch (IOException | UncheckedIOException ex) {
			this.output.add("output ends: " + ex.getMessage());
		}
	}

	/**
	 * Wait until the process says something.
	 * @param line what it says
	 */
	public void await(String line) {
		Awaitility.await("%s of %s".formatted(line, this.process))
			.atMost(90, TimeUnit.SECONDS)
			.pollInterval(20, TimeUnit.MILLISECONDS)
			.until(() -> said(line::equals) || (!this.process.isAlive() && !this.reader.isAlive()));
		if (!said(line::equals)) {
			throw new IllegalStateException("It ended without saying '%s': %s".formatted(line, output()));
		}
	}

	/**
	 * Whether the process has said something.
	 * @param line tells whether a line is it
	 * @return whether it has said it
	 */
	public boolean said(Predicate<String> line) {
		return this.output.stream().anyMatch(line);
	}

	/**
	 * Tell the process to go on.
	 */
	public void go() {
		try {
			this.process.getOutputStream().write('\n');
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Wait until the process ends.
	 * @return its exit code
	 */
	public int exitCode() {
		try {
			if (!this.process.waitFor(2, TimeUnit.MINUTES)) {
				throw new IllegalStateException("It does not end: " + output());
			}
			this.reader.join();
			return this.process.exitValue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return all that the process has said.
	 * @return its output
	 */
	public String output() {
		return String.join("\n", this.output);
	}

	/**
	 * Kill the process as {@code kill -9} does.
	 */
	public void kill() {
		this.process.destroyForcibly();
		exitCode();
	}

	/**
	 * Return the id of the process.
	 * @return the id
	 */
	public long pid() {
		return this.process.pid();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/**
	 * Called in the child: say that it is ready, and wait to be told to go on.
	 * @param what says what it is ready for
	 */
	public static void waitToBeToldToGo(String what) {
		System.out.println(what);
		try {
			if (System.in.read() < 0) {
				throw new IllegalStateException("The test has ended");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
