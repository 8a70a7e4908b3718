package io.gemforce.migrations;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a migration is: in a build, in a history, in a plan. What is not known is
 * {@code null}.
 *
 * @param id the version as the store writes it, or {@code R:} and the description if it
 * has none
 * @param version the version, {@code null} if it has none
 * @param description the description
 * @param type what the migration is made of
 * @param script the file or class
 * @param checksum the checksum
 */
@JsonPropertyOrder("version")
public record MigrationDescriptor(@JsonIgnore String id, @JsonIgnore @Nullable Version version, String description,
		@Nullable MigrationType type, @Nullable String script, @Nullable String checksum) {

	private static final String REPEATABLE = "R:";

	/**
	 * Describe a migration of a store that writes versions in their canonical form.
	 * @param version the version, {@code null} if it has none
	 * @param description the description
	 * @param type what the migration is made of
	 * @param script the file or class
	 * @param checksum the checksum
	 */
	public MigrationDescriptor(@Nullable Version version, String description, @Nullable MigrationType type,
			@Nullable String script, @Nullable String checksum) {
		this(id((version != null) ? version.toString() : null, description), version, description, type, script,
				checksum);
	}

	/**
	 * Describe a migration whose version is written in a form of its own.
	 * @param version the version as it is written, {@code null} if it has none
	 * @param description the description
	 * @param type what the migration is made of
	 * @param script the file or class
	 * @param checksum the checksum
	 * @return the descriptor
	 */
	public static MigrationDescriptor of(@Nullable String version, String description, @Nullable MigrationType type,
			@Nullable String script, @Nullable String checksum) {
		return new MigrationDescriptor(id(version, description),
				(version != null) ? Version.parse(version).orElse(null) : null, description, type, script, checksum);
	}

	/**
	 * Name a migration.
	 * @param version the version as the store writes it, {@code null} if it has none
	 * @param description the description
	 * @return the id
	 */
	public static String id(@Nullable String version, String description) {
		return (version != null) ? version : REPEATABLE + description;
	}

	/**
	 * Whether an id is one of a migration without a version.
	 * @param id the id
	 * @return whether it is
	 */
	public static boolean isRepeatable(String id) {
		return id.startsWith(REPEATABLE);
	}

	/**
	 * Whether the migration has no version.
	 * @return whether it has none
	 */
	@JsonIgnore
	public boolean isRepeatable() {
		return isRepeatable(this.id);
	}

	/**
	 * Return the version as the store writes it.
	 * @return the version, {@code null} if it has none
	 */
	@JsonProperty("version")
	public @Nullable String writtenVersion() {
		return isRepeatable() ? null : this.id;
	}

	/**
	 * Return the same migration, recorded as something else.
	 * @param type what to record it as
	 * @return the descriptor
	 */
	public MigrationDescriptor as(MigrationType type) {
		return new MigrationDescriptor(this.id, this.version, this.description, type, this.script, this.checksum);
	}

	/**
	 * Return the same migration with another checksum.
	 * @param checksum the checksum, {@code null} if it is not known
	 * @return the descriptor
	 */
	public MigrationDescriptor withChecksum(@Nullable String checksum) {
		return new MigrationDescriptor(this.id, this.version, this.description, this.type, this.script, checksum);
	}

	/**
	 * Return id and description.
	 */
	@Override
	public String toString() {
		return "%s (%s)".formatted(this.id, this.description);
	}

}
