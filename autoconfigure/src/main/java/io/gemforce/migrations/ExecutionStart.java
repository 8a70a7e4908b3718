package io.gemforce.migrations;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * An execution of a migration that begins.
 *
 * @param run the run that it belongs to
 * @param store the store
 * @param namespace the database that the store is in, in the words of OpenTelemetry's
 * {@code db.namespace}
 * @param descriptor the migration
 * @param phase the phase that it runs in
 * @param direction whether it is applied or undone
 * @param transactional whether it runs in a transaction
 */
public record ExecutionStart(MigrationRun run, StoreName store, String namespace, MigrationDescriptor descriptor,
		Phase phase, Direction direction, boolean transactional) {

	/**
	 * Return the migration's version, or {@code R:} and its description.
	 * @return the id
	 */
	public String id() {
		return this.descriptor.id();
	}

	/**
	 * Return the version as the store writes it.
	 * @return the version, {@code null} if it has none
	 */
	public @Nullable String version() {
		return this.descriptor.writtenVersion();
	}

	/**
	 * Return the description.
	 * @return the description
	 */
	public String description() {
		return this.descriptor.description();
	}

	/**
	 * Return what the migration is made of.
	 * @return the type
	 */
	public MigrationType type() {
		return Objects.requireNonNull(this.descriptor.type());
	}

	/**
	 * Return the file or class.
	 * @return the name of the file or class
	 */
	public String script() {
		return Objects.requireNonNull(this.descriptor.script());
	}

	/**
	 * Return the checksum.
	 * @return the checksum, {@code null} if there is none
	 */
	public @Nullable String checksum() {
		return this.descriptor.checksum();
	}

	/**
	 * Say which migration this is about.
	 * @return the id and the description
	 */
	public String migration() {
		return this.descriptor.isRepeatable() ? id() : this.descriptor.toString();
	}

}
