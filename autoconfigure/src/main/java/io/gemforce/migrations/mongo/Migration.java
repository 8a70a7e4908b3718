package io.gemforce.migrations.mongo;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.stereotype.Component;

/**
 * Marks a {@link MongoMigration} and gives it its place in the order. The class becomes a
 * bean by component scanning, or by a {@code @Bean} method that returns it.
 * <p>
 * A migration may inject anything that does not itself need MongoDB: templates and
 * repositories wait for the migrations, so {@link MongoMigrationContext} takes their
 * place.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
public @interface Migration {

	/**
	 * Version: numbers separated by {@code .} or {@code _}. Migrations run in the order
	 * of their versions, compared number by number.
	 * @return the version
	 */
	String version();

	/**
	 * What the migration does, in a few words.
	 * @return the description
	 */
	String description();

	/**
	 * Whether the migration runs in a transaction.
	 * @return the mode
	 */
	TransactionMode transaction() default TransactionMode.AUTO;

	/**
	 * What the next run does with an attempt that never finished, or that failed without
	 * a rollback that was observed. At most one value; without one it is
	 * {@link OnInterrupted#RETRY} for an attempt in a transaction and
	 * {@link OnInterrupted#STOP} for any other.
	 * @return the policy
	 */
	OnInterrupted[] onInterrupted() default {};

	/**
	 * Migrations that must be applied before this one runs, such as {@code "postgres:42"}
	 * or {@code "mongo:3"}.
	 * @return the requirements
	 */
	String[] requires() default {};

	/**
	 * Entries of another tool's history that count as this migration, so that it is not
	 * run where one of them was executed: {@code mongock:<changeId>[/<author>]},
	 * {@code migrate-mongo:<file name>} or {@code liquibase:<path>::<id>::<author>}.
	 * Where the history is not in the tool's default collection, followed by
	 * {@code @<collection>}.
	 * @return the entries
	 */
	String[] imports() default {};

	/**
	 * Revision of the migration. If it differs from that of the applied migration, the
	 * service does not start. Without one a checksum is derived from the class, and a
	 * difference is only warned about.
	 * @return the revision, or an empty string
	 */
	String checksum() default "";

}
