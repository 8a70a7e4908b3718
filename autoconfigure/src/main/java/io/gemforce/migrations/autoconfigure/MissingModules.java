package io.gemforce.migrations.autoconfigure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.Migration;

/**
 * Knows which modules a store needs, and reports a missing one where there are migrations
 * that would silently not be run.
 */
final class MissingModules {

	private static final String FLYWAY = "org.flywaydb.core.Flyway";

	private static final List<String> MONGO_DRIVERS = List.of("com.mongodb.client.MongoClient",
			"com.mongodb.reactivestreams.client.MongoClient");

	private static final Map<String, String> POSTGRES = Map.of(
			"org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
			"org.springframework.boot:spring-boot-flyway");

	private static final Map<String, String> MONGO = mongo();

	private final ResourcePatternResolver resources;

	private final ListableBeanFactory beans;

	private final Environment environment;

	MissingModules(ResourcePatternResolver resources, ListableBeanFactory beans, Environment environment) {
		this.resources = resources;
		this.beans = beans;
		this.environment = environment;
	}

	private static Map<String, String> mongo() {
		Map<String, String> modules = new LinkedHashMap<>();
		modules.put("com.mongodb.client.MongoClient", "org.mongodb:mongodb-driver-sync");
		modules.put("org.springframework.data.mongodb.MongoDatabaseFactory",
				"org.springframework.data:spring-data-mongodb");
		modules.put("org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration",
				"org.springframework.boot:spring-boot-data-mongodb");
		return modules;
	}

	String reason(StoreName store) {
		Optional<String> missing = missing(store);
		if (!isWanted(store)) {
			return (store == StoreName.POSTGRES) ? "no Flyway on the class path"
					: "no MongoDB driver on the class path";
		}
		return missing.map((module) -> "%s is missing".formatted(module))
			.orElse((store == StoreName.POSTGRES) ? "no Flyway bean" : "no MongoDatabaseFactory bean");
	}

	Optional<String> warning(StoreName store) {
		Optional<String> missing = missing(store);
		if (missing.isEmpty() || !isWanted(store)) {
			return Optional.empty();
		}
		return firstMigration(store)
			.map((migration) -> ("MISSING_DEPENDENCY: store '%s' has migrations (%s), but %s is "
					+ "not on the class path, so that they are not run. Add the dependency, or set "
					+ "gemforce.migrations.%s.enabled=false")
				.formatted(store, migration, missing.get(), store));
	}

	private boolean isWanted(StoreName store) {
		return (store == StoreName.POSTGRES) ? isPresent(FLYWAY) : MONGO_DRIVERS.stream().anyMatch(this::isPresent);
	}

	private Optional<String> missing(StoreName store) {
		Map<String, String> modules = (store == StoreName.POSTGRES) ? POSTGRES : MONGO;
		return modules.entrySet()
			.stream()
			.filter((module) -> !isPresent(module.getKey()))
			.map(Map.Entry::getValue)
			.findFirst();
	}

	private boolean isPresent(String type) {
		return ClassUtils.isPresent(type, this.resources.getClassLoader());
	}

	private Optional<String> firstMigration(StoreName store) {
		if (store == StoreName.POSTGRES) {
			boolean users = this.beans.getBeanNamesForType(flyway(), true, false).length > 0;
			return users ? Optional.empty()
					: firstFile("spring.flyway.locations", "classpath:db/migration", List.of("sql"));
		}
		return Arrays.stream(this.beans.getBeanDefinitionNames())
			.filter((name) -> this.beans.findAnnotationOnBean(name, Migration.class, false) != null)
			.map("bean '%s'"::formatted)
			.findFirst()
			.or(() -> firstFile("gemforce.migrations.mongo.locations", "classpath:db/mongo",
					List.of("yaml", "yml", "json")));
	}

	// A service that makes its own Flyway migrates by itself
	private Class<?> flyway() {
		return ClassUtils.resolveClassName(FLYWAY, this.resources.getClassLoader());
	}

	private Optional<String> firstFile(String property, String defaultLocation, List<String> suffixes) {
		List<String> locations = Binder.get(this.environment)
			.bind(property, Bindable.listOf(String.class))
			.orElseGet(() -> List.of(defaultLocation));
		List<String> found = new ArrayList<>();
		for (String location : locations) {
			String folder = location.replaceFirst("^classpath:", ResourcePatternResolver.CLASSPATH_ALL_URL_PREFIX)
				.replaceFirst("^filesystem:", "file:");
			suffixes.forEach((suffix) -> found.addAll(files(folder + "/**/*." + suffix)));
		}
		return found.stream().sorted().findFirst();
	}

	private List<String> files(String pattern) {
		try {
			return Arrays.stream(this.resources.getResources(pattern)).map(MissingModules::name).toList();
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	private static String name(Resource resource) {
		@Nullable String name = resource.getFilename();
		return (name != null) ? name : resource.getDescription();
	}

}
