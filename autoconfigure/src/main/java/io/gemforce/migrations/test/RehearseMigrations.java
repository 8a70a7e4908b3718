package io.gemforce.migrations.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Annotation for a test that boots a service, to rehearse its migrations: the service
 * gets scratch databases on the servers that it is configured with, migrates nothing when
 * it starts, and hands the test a {@link MigrationRehearsal}. The scratch databases are
 * dropped when the service ends. <pre class="code">
 * &#064;SpringBootTest
 * &#064;RehearseMigrations
 * class MigrationsTests {
 *
 *     &#064;Test
 *     void everyMigrationCanBeUndone(MigrationRehearsal rehearsal) {
 *         rehearsal.verify();
 *     }
 *
 * }
 * </pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(MigrationRehearsalExtension.class)
public @interface RehearseMigrations {

}
