package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Requirement;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.OnInterrupted;

/**
 * Discovers the migrations among the beans. They are resolved one by one by their names,
 * as resolving them by type would silently leave out one that is caught in a cycle.
 */
final class MigrationDiscovery {

	private final ListableBeanFactory beanFactory;

	private final String initializer;

	/**
	 * Create a discovery.
	 * @param beanFactory the beans
	 * @param initializer the name of the bean that users of MongoDB wait for
	 */
	MigrationDiscovery(ListableBeanFactory beanFactory, String initializer) {
		this.beanFactory = beanFactory;
		this.initializer = initializer;
	}

	Discovery discover() {
		List<Problem> problems = new ArrayList<>();
		Map<Version, List<BeanMigration>> migrations = new TreeMap<>();
		for (String beanName : candidates()) {
			resolve(beanName, problems).ifPresent(
					(migration) -> migrations.computeIfAbsent(migration.version(), (version) -> new ArrayList<>())
						.add(migration));
		}
		migrations.values().stream().filter((same) -> same.size() > 1).map(this::duplicate).forEach(problems::add);
		return new Discovery(migrations.values().stream().map((same) -> same.get(0)).toList(), problems);
	}

	private Set<String> candidates() {
		Set<String> names = new LinkedHashSet<>(
				Arrays.asList(this.beanFactory.getBeanNamesForType(MongoMigration.class, true, false)));
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			if (!names.contains(name) && this.beanFactory.findAnnotationOnBean(name, Migration.class, false) != null) {
				names.add(name);
			}
		}
		names.removeIf(ScopedProxyUtils::isScopedTarget);
		return names;
	}

	private Optional<BeanMigration> resolve(String beanName, List<Problem> problems) {
		Object bean;
		try {
			bean = this.beanFactory.getBean(beanName);
		}
		catch (BeansException ex) {
			problems.add(forbiddenInjection(beanName, ex));
			return Optional.empty();
		}
		Class<?> type = ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
		Migration migration = AnnotatedElementUtils.findMergedAnnotation(type, Migration.class);
		if (migration == null) {
			problems.add(wrongBean(beanName, type, "is a MongoMigration without @Migration, so it has no version",
					"Annotate its class with @Migration(version = \"…\", description = \"…\"); a lambda cannot be "
							+ "annotated, so make a class of it"));
			return Optional.empty();
		}
		if (!(bean instanceof MongoMigration mongoMigration)) {
			problems.add(wrongBean(beanName, type, "is annotated with @Migration but is no MongoMigration",
					"Implement MongoMigration or ReversibleMongoMigration, or remove the annotation"));
			return Optional.empty();
		}
		Optional<Version> version = Version.parse(migration.version());
		if (version.isEmpty()) {
			problems.add(Problem.error(ProblemCode.MALFORMED_NAME, StoreName.MONGO,
					"%s has the version '%s', which is not one".formatted(describe(beanName, type),
							migration.version()),
					"Write the version as numbers separated by '.' or '_', for example \"2\" or \"2026.11.24\""));
			return Optional.empty();
		}
		List<Requirement> requires = parse(migration.requires(), Requirement::parse,
				(text) -> problems.add(Problem.error(ProblemCode.UNKNOWN_REQUIRES, StoreName.MONGO,
						"%s requires '%s', which names no migration".formatted(describe(beanName, type), text),
						"Write a requirement as store and version, for example \"postgres:42\" or \"mongo:3\"")));
		List<ImportId> imports = parse(migration.imports(), ImportId::parse,
				(text) -> problems.add(Problem.error(ProblemCode.MALFORMED_IMPORT, StoreName.MONGO,
						"%s imports '%s', which names no entry of another tool's history"
							.formatted(describe(beanName, type), text),
						"Write an import as mongock:<changeId>[/<author>], migrate-mongo:<file name> or "
								+ "liquibase:<path>::<id>::<author>, followed by @<collection> where it is not the "
								+ "tool's default")));
		return Optional.of(new BeanMigration(mongoMigration, beanName, type.getName(), version.get(),
				migration.description(), migration.checksum().isEmpty() ? ClassChecksum.of(type) : migration.checksum(),
				migration.transaction(), policy(migration), requires, imports));
	}

	private static <T> List<T> parse(String[] texts, Function<String, Optional<T>> parser, Consumer<String> malformed) {
		List<T> parsed = new ArrayList<>();
		for (String text : texts) {
			parser.apply(text).ifPresentOrElse(parsed::add, () -> malformed.accept(text));
		}
		return List.copyOf(parsed);
	}

	private static @Nullable OnInterrupted policy(Migration migration) {
		return (migration.onInterrupted().length > 0) ? migration.onInterrupted()[0] : null;
	}

	private Problem forbiddenInjection(String beanName, BeansException ex) {
		List<String> path = new ArrayList<>();
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			String name = (cause instanceof BeanCreationException creation) ? creation.getBeanName() : null;
			if (cause instanceof BeanCurrentlyInCreationException && (this.initializer.equals(name) || cause == ex)) {
				path.remove(beanName);
				return forbiddenInjection(beanName, path);
			}
			if (name != null) {
				path.add(0, name);
			}
		}
		throw ex;
	}

	private Problem forbiddenInjection(String beanName, List<String> path) {
		Class<?> type = Objects.requireNonNullElse(this.beanFactory.getType(beanName, false), MongoMigration.class);
		Stream<String> needed = path.isEmpty() ? parameterTypes(type)
				: path.stream().map((bean) -> "bean '%s'".formatted(bean));
		return Problem.error(ProblemCode.FORBIDDEN_INJECTION, StoreName.MONGO,
				"%s injects %s, which waits for the migrations".formatted(describe(beanName, type),
						needed.collect(Collectors.joining(" or "))),
				"Inject no Mongo template or repository, and nothing that needs one or is annotated with "
						+ "@DependsOnDatabaseInitialization: use the MongoMigrationContext that up() is given");
	}

	private static Stream<String> parameterTypes(Class<?> type) {
		return Arrays.stream(type.getDeclaredConstructors())
			.flatMap((constructor) -> Arrays.stream(constructor.getParameterTypes()))
			.map(Class::getSimpleName)
			.distinct();
	}

	private Problem duplicate(List<BeanMigration> same) {
		boolean oneClass = same.stream().map(BeanMigration::script).distinct().count() == 1;
		return Problem.error(ProblemCode.DUPLICATE_VERSION, StoreName.MONGO, "%d migrations have version %s: %s"
			.formatted(same.size(), same.get(0).version(), same.stream()
				.map((migration) -> "bean '%s' (%s)".formatted(migration.beanName(), migration.script()))
				.collect(Collectors.joining(", "))), oneClass
						? "The class is a bean more than once: leave it either to component scanning or to one @Bean method"
						: "Give each migration a version of its own; one that is already applied keeps its version");
	}

	private static Problem wrongBean(String beanName, Class<?> type, String what, String action) {
		return Problem.error(ProblemCode.WRONG_BEAN_TYPE, StoreName.MONGO,
				"%s %s".formatted(describe(beanName, type), what), action);
	}

	private static String describe(String beanName, Class<?> type) {
		return "Bean '%s' (%s)".formatted(beanName, type.getName());
	}

}
