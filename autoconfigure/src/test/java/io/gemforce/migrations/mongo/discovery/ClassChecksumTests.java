package io.gemforce.migrations.mongo.discovery;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClassChecksum}.
 */
class ClassChecksumTests {

	private static final String SOURCE = """
			class Sample {
				int value(int input) {
					return new Helper().twice(input);
				}
				static class Helper {
					int twice(int input) { return 2 * input; }
				}
			}""";

	@Test
	void ignoresDebugInformationParametersAndComments() {
		String checksum = checksum(SOURCE, "-g");
		assertThat(checksum).startsWith(ClassChecksum.PREFIX)
			.isEqualTo(checksum(SOURCE, "-g:none"))
			.isEqualTo(checksum(SOURCE, "-g", "-parameters"))
			.isEqualTo(checksum("// a comment\n\n\n" + SOURCE, "-g"));
	}

	@Test
	void ignoresTheVersionOfTheClassFile() {
		assertThat(checksum(SOURCE, "--release", "17")).isEqualTo(checksum(SOURCE, "--release", "16"));
	}

	@Test
	void changesWithTheCode() {
		assertThat(checksum(SOURCE)).isNotEqualTo(checksum(SOURCE.replace("input);", "input + 1);")));
	}

	@Test
	void changesWithANestedClass() {
		assertThat(checksum(SOURCE)).isNotEqualTo(checksum(SOURCE.replace("2 * input", "3 * input")));
	}

	@Test
	void hasNoneForALambda() {
		Runnable lambda = () -> {
		};
		assertThat(ClassChecksum.of(lambda.getClass())).isNull();
	}

	private static String checksum(String source, String... options) {
		Map<String, byte[]> classes = compile(source, options);
		ClassLoader classLoader = new ClassLoader(null) {

			@Override
			protected Class<?> findClass(String name) throws ClassNotFoundException {
				byte[] bytecode = classes.get(name);
				if (bytecode == null) {
					throw new ClassNotFoundException(name);
				}
				return defineClass(name, bytecode, 0, bytecode.length);
			}

			@Override
			public InputStream getResourceAsStream(String name) {
				return new ByteArrayInputStream(classes.get(name.replace(".class", "").replace('/', '.')));
			}

		};
		try {
			return String.valueOf(ClassChecksum.of(classLoader.loadClass("Sample")));
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Map<String, byte[]> compile(String source, String... options) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<Compiled> compiled = new ArrayList<>();
		StringWriter messages = new StringWriter();
		try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
				JavaFileManager manager = new ForwardingJavaFileManager<>(standard) {

					@Override
					public JavaFileObject getJavaFileForOutput(Location location, String className,
							JavaFileObject.Kind kind, FileObject sibling) {
						compiled.add(new Compiled(className));
						return compiled.get(compiled.size() - 1);
					}

				}) {
			boolean successful = compiler
				.getTask(messages, manager, null, List.of(options), null, List.of(new Source(source)))
				.call();
			assertThat(successful).as(messages.toString()).isTrue();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Map<String, byte[]> classes = new HashMap<>();
		compiled.forEach((file) -> classes.put(file.className, file.bytecode.toByteArray()));
		return classes;
	}

	/**
	 * A source file in memory.
	 */
	private static final class Source extends SimpleJavaFileObject {

		private final String content;

		private Source(String content) {
			super(URI.create("string:///Sample.java"), Kind.SOURCE);
			this.content = content;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.content;
		}

	}

	/**
	 * A class file in memory.
	 */
	private static final class Compiled extends SimpleJavaFileObject {

		private final String className;

		private final ByteArrayOutputStream bytecode = new ByteArrayOutputStream();

		private Compiled(String className) {
			super(URI.create("bytes:///" + className), Kind.CLASS);
			this.className = className;
		}

		@Override
		public ByteArrayOutputStream openOutputStream() {
			return this.bytecode;
		}

	}

}
