package io.gemforce.migrations.mongo.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.Opcodes;

import io.gemforce.migrations.store.Sha256;

/**
 * Derives a checksum from the bytecode of a class and of its nested classes, without
 * debug information: comments, line numbers and compiler flags make no difference.
 */
public final class ClassChecksum {

	static final String PREFIX = "bytecode:";

	private static final int BYTES = 16;

	private ClassChecksum() {
	}

	public static boolean isDerived(String checksum) {
		return checksum.startsWith(PREFIX);
	}

	// Null if the class has no class file
	static @Nullable String of(Class<?> type) {
		Map<String, byte[]> classes = new TreeMap<>();
		Set<String> names = new TreeSet<>(Set.of(type.getName().replace('.', '/')));
		try {
			while (!classes.keySet().containsAll(names)) {
				for (String name : Set.copyOf(names)) {
					byte[] bytecode = classes.containsKey(name) ? null : read(type, name, names);
					if (bytecode != null) {
						classes.put(name, bytecode);
					}
					else if (!classes.containsKey(name)) {
						names.remove(name);
					}
				}
			}
			return classes.isEmpty() ? null : PREFIX + digest(classes.values());
		}
		catch (IOException ex) {
			return null;
		}
	}

	private static byte @Nullable [] read(Class<?> type, String name, Set<String> names) throws IOException {
		ClassLoader classLoader = type.getClassLoader();
		try (InputStream stream = classLoader.getResourceAsStream(name + ".class")) {
			if (stream == null) {
				return null;
			}
			ClassWriter writer = new ClassWriter(0);
			new ClassReader(stream).accept(new Normalizer(writer, name, names),
					ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
			return writer.toByteArray();
		}
	}

	private static String digest(Iterable<byte[]> classes) {
		MessageDigest digest = Sha256.digest();
		classes.forEach(digest::update);
		return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
	}

	// Takes out the version of the class file format, and notes the nested classes
	private static final class Normalizer extends ClassVisitor {

		private final String className;

		private final Set<String> names;

		private Normalizer(ClassVisitor visitor, String className, Set<String> names) {
			super(Opcodes.ASM9, visitor);
			this.className = className;
			this.names = names;
		}

		@Override
		public void visit(int version, int access, String name, @Nullable String signature, @Nullable String superName,
				String @Nullable [] interfaces) {
			super.visit(Opcodes.V17, access, name, signature, superName, interfaces);
		}

		@Override
		public void visitInnerClass(String name, @Nullable String outerName, @Nullable String innerName, int access) {
			super.visitInnerClass(name, outerName, innerName, access);
			if (name.startsWith(this.className + "$")) {
				this.names.add(name);
			}
		}

	}

}
