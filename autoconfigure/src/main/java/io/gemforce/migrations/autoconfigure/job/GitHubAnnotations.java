package io.gemforce.migrations.autoconfigure.job;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Severity;
import io.gemforce.migrations.report.ProblemReport;

/**
 * Writes problems as workflow commands of GitHub Actions, which shows them at the file
 * that a problem names, if it is in the working directory.
 */
final class GitHubAnnotations {

	private static final Pattern SCRIPT = Pattern.compile("[\\w.-]+\\.(?:sql|yaml|yml|json)\\b");

	private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z_]\\w*\\.)+[A-Z]\\w*");

	private static final Set<String> BUILT = Set.of("target", "build", "out", "bin", "node_modules");

	private final Path workingDirectory;

	GitHubAnnotations(Path workingDirectory) {
		this.workingDirectory = workingDirectory;
	}

	String write(ProblemReport problem) {
		String file = file(problem.message()).map((path) -> "file=%s,".formatted(property(path))).orElse("");
		return "::%s %stitle=%s::%s".formatted((problem.severity() == Severity.ERROR) ? "error" : "warning", file,
				property(problem.code().name()), data(problem.message() + "\n" + problem.action()));
	}

	private static String data(String text) {
		return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
	}

	private static String property(String text) {
		return data(text).replace(":", "%3A").replace(",", "%2C");
	}

	private Optional<String> file(String message) {
		Matcher script = SCRIPT.matcher(message);
		if (script.find()) {
			return find(Path.of(script.group()));
		}
		Matcher type = CLASS.matcher(message);
		return type.find() ? find(Path.of(type.group().replace('.', '/') + ".java")) : Optional.empty();
	}

	private Optional<String> find(Path end) {
		Search search = new Search(end);
		try {
			Files.walkFileTree(this.workingDirectory, search);
		}
		catch (IOException ex) {
			return Optional.empty();
		}
		return Optional.ofNullable(search.found)
			.map((file) -> this.workingDirectory.relativize(file).toString().replace('\\', '/'));
	}

	// Finds a file by the end of its path; skips build output and hidden folders
	private static final class Search extends SimpleFileVisitor<Path> {

		private final Path end;

		private @Nullable Path found;

		private Search(Path end) {
			this.end = end;
		}

		@Override
		public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
			String name = String.valueOf(directory.getFileName());
			boolean skip = BUILT.contains(name) || (name.startsWith(".") && name.length() > 1);
			return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
		}

		@Override
		public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
			if (file.endsWith(this.end)) {
				this.found = file;
				return FileVisitResult.TERMINATE;
			}
			return FileVisitResult.CONTINUE;
		}

		@Override
		public FileVisitResult visitFileFailed(Path file, IOException failure) {
			return FileVisitResult.CONTINUE;
		}

	}

}
