package io.gemforce.migrations.sample;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * A service needs nothing of the starter but its API.
 */
@AnalyzeClasses(packages = "io.gemforce.migrations.sample", importOptions = ImportOption.DoNotIncludeTests.class)
class UsersApiTests {

	@ArchTest
	final ArchRule sampleUsesTheApiAlone = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.gemforce.migrations.store..", "io.gemforce.migrations.run..",
				"io.gemforce.migrations.mongo.*..", "io.gemforce.migrations.postgres..",
				"io.gemforce.migrations.report..", "io.gemforce.migrations.actuate..",
				"io.gemforce.migrations.autoconfigure..");

}
