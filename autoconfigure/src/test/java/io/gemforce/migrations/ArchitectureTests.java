package io.gemforce.migrations;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rooms of the house, and which way its arrows point.
 */
@AnalyzeClasses(packages = "io.gemforce.migrations", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String ROOT = "io.gemforce.migrations";

	private static final String[] MONGO_DRIVER = { "com.mongodb..", "org.bson..",
			"org.springframework.data.mongodb.." };

	private static final String[] POSTGRES_DRIVER = { "org.flywaydb..", "org.postgresql..", "java.sql..", "javax.sql..",
			"org.springframework.jdbc.." };

	// To be broken up
	@ArchTest
	final ArchRule roomsHaveNoCycles = SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

	@ArchTest
	final ArchRule rootKnowsNoOtherRoom = classes().that()
		.resideInAPackage(ROOT)
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage(ROOT, "java..", "com.fasterxml.jackson.annotation", "org.apache.commons.logging",
				"org.jspecify..", "org.springframework.core..", "org.springframework.util..");

	@ArchTest
	final ArchRule seamKnowsOnlyTheRoot = noClasses().that()
		.resideInAPackage(ROOT + ".store")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".run..", ROOT + ".mongo..", ROOT + ".postgres..", ROOT + ".report..",
				ROOT + ".actuate..", ROOT + ".autoconfigure..");

	@ArchTest
	final ArchRule runKnowsStoresByTheSeam = noClasses().that()
		.resideInAPackage(ROOT + ".run")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".mongo..", ROOT + ".postgres..", ROOT + ".report..", ROOT + ".actuate..",
				ROOT + ".autoconfigure..");

	@ArchTest
	final ArchRule storesKnowNoRun = noClasses().that()
		.resideInAnyPackage(ROOT + ".mongo..", ROOT + ".postgres..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".run..", ROOT + ".report..", ROOT + ".actuate..", ROOT + ".autoconfigure..");

	@ArchTest
	final ArchRule driversAreKnownToStoresAlone = noClasses().that()
		.resideInAnyPackage(ROOT, ROOT + ".store", ROOT + ".run", ROOT + ".report..", ROOT + ".actuate..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(concat(MONGO_DRIVER, POSTGRES_DRIVER));

	@ArchTest
	final ArchRule usersRoomKnowsOnlyTheRoot = classes().that()
		.resideInAPackage(ROOT + ".mongo")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage(concat(MONGO_DRIVER, ROOT, ROOT + ".mongo", "java..", "org.springframework.stereotype",
				"org.jspecify.."));

	@ArchTest
	final ArchRule lockAndHistoryAreNeighboursWithoutADoor = noClasses().that()
		.resideInAPackage(ROOT + ".mongo.lock")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".mongo.history", ROOT + ".mongo.engine", ROOT + ".postgres..");

	@ArchTest
	final ArchRule historyKnowsNeitherLockNorEngine = noClasses().that()
		.resideInAPackage(ROOT + ".mongo.history")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".mongo.lock", ROOT + ".mongo.engine", ROOT + ".postgres..");

	@ArchTest
	final ArchRule changeKnowsNeitherLockNorHistoryNorEngine = noClasses().that()
		.resideInAPackage(ROOT + ".mongo.change..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".mongo.lock", ROOT + ".mongo.history", ROOT + ".mongo.engine",
				ROOT + ".mongo.discovery", ROOT + ".postgres..");

	@ArchTest
	final ArchRule discoveryKnowsNeitherLockNorEngine = noClasses().that()
		.resideInAPackage(ROOT + ".mongo.discovery")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".mongo.lock", ROOT + ".mongo.engine");

	@ArchTest
	final ArchRule sourceOfChangesKnowsOnlyTheRoot = classes().that()
		.resideInAPackage(ROOT + ".mongo.change.source")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage(ROOT, ROOT + ".mongo.change.source", "java..", "org.bson..", "org.jspecify..",
				"org.yaml.snakeyaml..", "tools.jackson.core..");

	@ArchTest
	final ArchRule contractOfChangesKnowsNoSingleChange = noClasses().that()
		.resideInAnyPackage(ROOT + ".mongo.change.contract", ROOT + ".mongo.change.preimage",
				ROOT + ".mongo.change.catalog", ROOT + ".mongo.change.document")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".mongo.change", ROOT + ".mongo.change.operation");

	@ArchTest
	final ArchRule mongoKnowsNoPostgres = noClasses().that()
		.resideInAPackage(ROOT + ".mongo..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(concat(POSTGRES_DRIVER, ROOT + ".postgres.."));

	@ArchTest
	final ArchRule postgresKnowsNoMongo = noClasses().that()
		.resideInAPackage(ROOT + ".postgres..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(concat(MONGO_DRIVER, ROOT + ".mongo.."));

	@ArchTest
	final ArchRule reportKnowsNoStore = noClasses().that()
		.resideInAPackage(ROOT + ".report")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".actuate..", ROOT + ".autoconfigure..", ROOT + ".mongo..", ROOT + ".postgres..");

	@ArchTest
	final ArchRule actuateKnowsNoStore = noClasses().that()
		.resideInAPackage(ROOT + ".actuate..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + ".autoconfigure..", ROOT + ".mongo..", ROOT + ".postgres..");

	@ArchTest
	final ArchRule nothingPointsToTheRoomForTests = noClasses().that()
		.resideOutsideOfPackage(ROOT + ".test")
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".test");

	@ArchTest
	final ArchRule onlyThreeRoomsKnowSpringBoot = noClasses().that()
		.resideOutsideOfPackages(ROOT + ".autoconfigure..", ROOT + ".actuate..", ROOT + ".test")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	final ArchRule autoConfigurationsAreFinalAndHaveNoPublicMembers = methods().that()
		.areDeclaredInClassesThat()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.notBePublic();

	@ArchTest
	final ArchRule autoConfigurationsArePublicFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	final ArchRule conditionsOnClassesAreOnClasses = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.notBeAnnotatedWith(ConditionalOnClass.class);

	@ArchTest
	final ArchRule postProcessorsAreStatic = methods().that()
		.areAnnotatedWith(Bean.class)
		.and()
		.haveRawReturnType(Predicates.assignableTo(BeanPostProcessor.class)
			.or(Predicates.assignableTo(BeanFactoryPostProcessor.class)))
		.should()
		.beStatic();

	@ArchTest
	void roomsHaveAtMostThirtyFiles(JavaClasses classes) {
		Map<String, Long> files = classes.stream()
			.filter(JavaClass::isTopLevelClass)
			.collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
		assertThat(files).isNotEmpty().allSatisfy((room, count) -> assertThat(count).as(room).isLessThanOrEqualTo(30));
	}

	@ArchTest
	void constructorsHaveAtMostSevenParameters(JavaClasses classes) {
		assertThat(classes.stream()
			.filter((type) -> !type.isAssignableTo(Enum.class))
			.flatMap((type) -> type.getConstructors().stream())
			.filter((constructor) -> constructor.getRawParameterTypes().size() > 7)
			.map((constructor) -> constructor.getOwner().getSimpleName())).isEmpty();
	}

	private static String[] concat(String[] some, String... others) {
		String[] all = Arrays.copyOf(some, some.length + others.length);
		System.arraycopy(others, 0, all, some.length, others.length);
		return all;
	}

}
