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
import org.awaitility.core.ConditionTimeoutException;

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

	private final List<String> errors = new CopyOnWriteArrayList<>();

	private final List<Thread> readers;

	private ChildProcess(Process process) {
		this.process = process;
		this.readers = List.of(reader(process.getInputStream(), this.output),
				reader(process.getErrorStream(), this.errors));
		this.readers.forEach(Thread::start);
	}

	private static Thread reader(InputStream stream, List<String> lines) {
		Thread reader = new Thread(() -> read(stream, lines), "child-output");
		reader.setDaemon(true);
		return reader;
	}

	public static ChildProcess start(Class<?> main, String... arguments) {
		return start(command(System.getProperty("java.class.path"), main, arguments).redirectErrorStream(true));
	}

	public static ChildProcess startOn(String classPath, Class<?> main, String... arguments) {
		return start(command(classPath, main, arguments).redirectErrorStream(true));
	}

	/**
	 * Start a process whose errors are not part of its output.
	 */
	public static ChildProcess startWithErrorsApart(Class<?> main, String... arguments) {
		return start(command(System.getProperty("java.class.path"), main, arguments));
	}

	private static ProcessBuilder command(String classPath, Class<?> main, String... arguments) {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp", classPath, main.getName()));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command);
	}

	private static ChildProcess start(ProcessBuilder command) {
		try {
			return new ChildProcess(command.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void read(InputStream stream, List<String> lines) {
		try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
			reader.lines().forEach(lines::add);
		}
		catch (IOException | UncheckedIOException ex) {
			lines.add("output ends: " + ex.getMessage());
		}
	}

	/**
	 * Wait until the process says something.
	 */
	public void await(String line) {
		await(line, line::equals);
	}

	/**
	 * Wait until the process says a line with something in it.
	 */
	public void awaitLineWith(String text) {
		await(text, (line) -> line.contains(text));
	}

	private void await(String text, Predicate<String> said) {
		try {
			Awaitility.await()
				.atMost(4, TimeUnit.MINUTES)
				.pollInterval(20, TimeUnit.MILLISECONDS)
				.until(() -> said(said)
						|| (!this.process.isAlive() && this.readers.stream().noneMatch(Thread::isAlive)));
		}
		catch (ConditionTimeoutException ex) {
			throw new IllegalStateException("%s does not say '%s': %s".formatted(this.process, text, output()), ex);
		}
		if (!said(said)) {
			throw new IllegalStateException("It ended without saying '%s': %s".formatted(text, output()));
		}
	}

	public boolean said(Predicate<String> line) {
		return this.output.stream().anyMatch(line);
	}

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
	 */
	public int exitCode() {
		try {
			if (!this.process.waitFor(4, TimeUnit.MINUTES)) {
				throw new IllegalStateException("It does not end: " + output());
			}
			for (Thread reader : this.readers) {
				reader.join();
			}
			return this.process.exitValue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	public String output() {
		return String.join("\n", this.output);
	}

	/**
	 * Return what the process has said on its standard error, where that is apart.
	 */
	public String errors() {
		return String.join("\n", this.errors);
	}

	/**
	 * Tell the process to end, as {@code kill} does. Its output can still be read.
	 */
	public void terminate() {
		this.process.toHandle().destroy();
	}

	public void kill() {
		this.process.destroyForcibly();
		exitCode();
	}

	/**
	 * Stop the process where it is, as a machine does that is suspended.
	 */
	public void freeze() {
		signal("STOP");
	}

	/**
	 * Let the process go on after it was frozen.
	 */
	public void wake() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start();
			if (kill.waitFor() != 0) {
				throw new IllegalStateException("Could not signal %s to %s".formatted(name, this.process));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	public boolean isAlive() {
		return this.process.isAlive();
	}

	public long pid() {
		return this.process.pid();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/**
	 * Called in the child: say that it is ready, and wait to be told to go on.
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
