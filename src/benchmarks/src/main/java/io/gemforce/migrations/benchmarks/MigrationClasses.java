package io.gemforce.migrations.benchmarks;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Migrations of a service, as classes that were compiled for the purpose: what a tool
 * does with a class it does with a real one.
 *
 * @param packageName the package that they are in
 * @param root where their class files are
 * @param count how many they are
 * @param transactional whether they run in transactions
 */
record MigrationClasses(String packageName, URL root, int count, boolean transactional) {

	static MigrationClasses compile(Tool tool, int count, boolean transactional, Path directory) {
		String packageName = "generated.%s.%s%d".formatted(tool.id(), transactional ? "transactional" : "plain", count);
		Path root = directory.resolve(packageName);
		try {
			Path folder = Files.createDirectories(root.resolve(packageName.replace('.', '/')));
			List<Path> sources = new ArrayList<>();
			for (int number = 1; number <= count; number++) {
				String className = String.format(Locale.ROOT, "Migration%05d", number);
				sources.add(Files.writeString(folder.resolve(className + ".java"),
						tool.source(packageName, className, number, transactional)));
			}
			compile(sources, root);
			return new MigrationClasses(packageName, root.toUri().toURL(), count, transactional);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Create what loads the classes for one start, and for no other one.
	 */
	ServiceClassLoader newClassLoader() {
		return new ServiceClassLoader(this.root);
	}

	private static void compile(List<Path> sources, Path root) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		if (compiler == null) {
			throw new IllegalStateException("The benchmarks compile migrations, so they need a JDK");
		}
		StringWriter messages = new StringWriter();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
			boolean compiled = compiler.getTask(
					messages, files, null, List.of("-d", root.toString(), "-classpath",
							System.getProperty("java.class.path"), "-g", "-parameters", "-proc:none"),
					null, files.getJavaFileObjectsFromPaths(sources))
				.call();
			if (!compiled) {
				throw new IllegalStateException("Generated migrations do not compile: " + messages);
			}
		}
	}

}
