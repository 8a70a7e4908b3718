package io.gemforce.migrations.mongo.discovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.change.ChangeFile;
import io.gemforce.migrations.mongo.change.ChangeFiles;
import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.InvalidChangesException;
import io.gemforce.migrations.store.Requirement;

/**
 * Discovers the migrations: beans, and files of declared changes. Beans are resolved one
 * by one by name, as resolving them by type silently leaves out one that is caught in a
 * cycle. While it is too early to create a bean, its class tells what the migration is.
 */
public final class MigrationDiscovery implements MigrationSource {

	private static final Log logger = LogFactory.getLog(MigrationDiscovery.class);

	private final ListableBeanFactory beanFactory;

	private final String initializer;

	private final BeanSurvey counter;

	private final Supplier<ChangeFiles> files;

	private final Supplier<Set<String>> candidates;

	private final Supplier<DiscoveredMigrations> all = SingletonSupplier.of(() -> discover(this::resolve));

	// Reading classes takes its time
	private final Map<Class<?>, Optional<String>> checksums = new ConcurrentHashMap<>();

	private volatile boolean discovered;

	/**
	 * Create a discovery.
	 * @param initializer the name of the bean that users of MongoDB wait for
	 */
	public MigrationDiscovery(ListableBeanFactory beanFactory, String initializer, Supplier<ChangeFiles> files) {
		this.beanFactory = beanFactory;
		this.initializer = initializer;
		this.counter = new BeanSurvey(beanFactory);
		this.files = SingletonSupplier.of(files);
		this.candidates = SingletonSupplier.of(() -> MigrationSources.beans(beanFactory));
	}

	@Override
	public DiscoveredMigrations discover() {
		DiscoveredMigrations all = this.all.get();
		this.discovered = true;
		return all;
	}

	@Override
	public DiscoveredMigrations discoverEarly() {
		if (this.discovered) {
			return discover();
		}
		List<String> unknown = new ArrayList<>();
		DiscoveredMigrations known = discover((beanName, problems) -> resolveEarly(beanName, problems, unknown));
		return unknown.isEmpty() ? known : known.butIncomplete();
	}

	private DiscoveredMigrations discover(BeanResolver beans) {
		List<Problem> problems = new ArrayList<>();
		Map<Version, List<ResolvedMigration>> migrations = new TreeMap<>();
		Consumer<ResolvedMigration> found = (migration) -> migrations
			.computeIfAbsent(migration.version(), (version) -> new ArrayList<>())
			.add(migration);
		this.candidates.get().forEach((beanName) -> beans.resolve(beanName, problems).ifPresent(found));
		ChangeFiles files = this.files.get();
		problems.addAll(files.problems());
		files.files().forEach((file) -> found.accept(resolve(file, problems)));
		migrations.values().stream().filter((same) -> same.size() > 1).map(this::duplicate).forEach(problems::add);
		List<LeftOutMigration> leftOut = files.leftOut()
			.entrySet()
			.stream()
			.map((file) -> new LeftOutMigration(resolve(file.getKey(), problems), file.getValue()))
			.toList();
		return new DiscoveredMigrations(migrations.values().stream().map((same) -> same.get(0)).toList(), leftOut,
				problems);
	}

	private static ResolvedMigration resolve(ChangeFile file, List<Problem> problems) {
		String where = "File %s".formatted(file.location());
		return new ResolvedMigration(file.descriptor(), file.location(), TransactionMode.AUTO, file.onInterrupted(),
				requirements(where, file.requires(), problems), imports(where, file.imports(), problems),
				new DeclaredAction(file.changes(), file.text()));
	}

	private Optional<ResolvedMigration> resolve(String beanName, List<Problem> problems) {
		Object bean;
		try {
			bean = this.beanFactory.getBean(beanName);
		}
		catch (BeansException ex) {
			problems.add(forbiddenInjection(beanName, ex));
			return Optional.empty();
		}
		Optional<String> waiting = waitingDependency(beanName, new HashSet<>());
		if (waiting.isPresent()) {
			problems.add(forbiddenInjection(beanName,
					waiting.filter((name) -> !name.equals(this.initializer)).stream().toList()));
			return Optional.empty();
		}
		Class<?> type = ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
		return describe(beanName, type, problems,
				(where) -> work(bean, isSelfContained(beanName, type), where, problems));
	}

	private Optional<ResolvedMigration> resolveEarly(String beanName, List<Problem> problems, List<String> unknown) {
		Class<?> type = this.counter.type(beanName);
		boolean annotated = type != null && AnnotatedElementUtils.hasAnnotation(type, Migration.class);
		if (type == null || !annotated && !this.counter.isOfExactType(beanName)) {
			unknown.add(beanName);
			return Optional.empty();
		}
		if (DeclaredMongoMigration.class.isAssignableFrom(type) && canBeCreated(beanName)) {
			return resolve(beanName, problems);
		}
		return describe(beanName, type, problems, (where) -> Optional.of(new EarlyBeanAction(type)));
	}

	private boolean canBeCreated(String beanName) {
		if (!this.counter.needsNothing(beanName)) {
			return false;
		}
		try {
			this.beanFactory.getBean(beanName);
			return true;
		}
		catch (BeansException ex) {
			logger.debug("Bean '%s' cannot be created yet".formatted(beanName), ex);
			return false;
		}
	}

	private Optional<ResolvedMigration> describe(String beanName, Class<?> type, List<Problem> problems,
			Function<String, Optional<MigrationAction>> work) {
		boolean code = MongoMigration.class.isAssignableFrom(type);
		Migration migration = AnnotatedElementUtils.findMergedAnnotation(type, Migration.class);
		if (migration == null) {
			problems.add(wrongBean(beanName, type,
					"is a %s without @Migration, so it has no version"
						.formatted(code ? "MongoMigration" : "DeclaredMongoMigration"),
					"Annotate its class with @Migration(version = \"…\", description = \"…\"); a lambda cannot be "
							+ "annotated, so make a class of it"));
			return Optional.empty();
		}
		if (code == DeclaredMongoMigration.class.isAssignableFrom(type)) {
			problems.add(wrongBean(beanName, type,
					code ? "is both a MongoMigration and a DeclaredMongoMigration"
							: "is annotated with @Migration but is no MongoMigration",
					"Implement one of MongoMigration, ReversibleMongoMigration and DeclaredMongoMigration, or remove the "
							+ "annotation"));
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
		String where = describe(beanName, type);
		return work.apply(where)
			.map((found) -> new ResolvedMigration(
					new MigrationDescriptor(version.get(), migration.description(), MigrationType.BEAN, type.getName(),
							checksum(migration, type, found)),
					"bean '%s'".formatted(beanName), migration.transaction(), policy(migration),
					requirements(where, List.of(migration.requires()), problems),
					imports(where, List.of(migration.imports()), problems), found));
	}

	private boolean isSelfContained(String beanName, Class<?> type) {
		boolean injects = Arrays.stream(type.getDeclaredConstructors())
			.anyMatch((constructor) -> constructor.getParameterCount() > 0);
		return !injects && this.beanFactory instanceof ConfigurableBeanFactory factory
				&& Arrays.stream(factory.getDependenciesForBean(beanName)).allMatch(this::isConfiguration);
	}

	// A @Bean method makes the bean depend on the configuration that has the method
	private boolean isConfiguration(String beanName) {
		return this.beanFactory.findAnnotationOnBean(beanName, Configuration.class, false) != null;
	}

	private static Optional<MigrationAction> work(Object bean, boolean selfContained, String where,
			List<Problem> problems) {
		if (bean instanceof MongoMigration code) {
			return Optional.of(new BeanAction(code, selfContained));
		}
		try {
			ChangeSet changes = ChangeSet.declaredBy((DeclaredMongoMigration) bean, where);
			return Optional.of(new DeclaredAction(changes, changes.toJson()));
		}
		catch (InvalidChangesException ex) {
			problems.addAll(ex.getProblems());
			return Optional.empty();
		}
	}

	private @Nullable String checksum(Migration migration, Class<?> type, MigrationAction work) {
		if (!migration.checksum().isEmpty()) {
			return migration.checksum();
		}
		if (DeclaredMongoMigration.class.isAssignableFrom(type)) {
			return (work instanceof DeclaredAction declared) ? declared.changes().checksum() : null;
		}
		return this.checksums.computeIfAbsent(type, (key) -> Optional.ofNullable(ClassChecksum.of(key))).orElse(null);
	}

	private static List<Requirement> requirements(String where, List<String> texts, List<Problem> problems) {
		return parse(texts, Requirement::parse,
				(text) -> problems.add(Problem.error(ProblemCode.UNKNOWN_REQUIRES, StoreName.MONGO,
						"%s requires '%s', which names no migration".formatted(where, text),
						"Write a requirement as store and version, for example \"postgres:42\" or \"mongo:3\"")));
	}

	private static List<ImportId> imports(String where, List<String> texts, List<Problem> problems) {
		return parse(texts, ImportId::parse,
				(text) -> problems.add(Problem.error(ProblemCode.MALFORMED_IMPORT, StoreName.MONGO,
						"%s imports '%s', which names no entry of another tool's history".formatted(where, text),
						"Write an import as mongock:<changeId>[/<author>], migrate-mongo:<file name> or "
								+ "liquibase:<path>::<id>::<author>, followed by @<collection> where it is not the "
								+ "tool's default")));
	}

	private static <T> List<T> parse(List<String> texts, Function<String, Optional<T>> parser,
			Consumer<String> malformed) {
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
		for (Throwable cause : Causes.of(ex)) {
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

	// Where users of MongoDB are waiting for the initializer, needing one of them is a
	// cycle. In a job no bean is waiting, and only what depends on what tells
	private Optional<String> waitingDependency(String beanName, Set<String> visited) {
		if (this.beanFactory instanceof ConfigurableBeanFactory dependencies && visited.add(beanName)) {
			return Arrays.stream(dependencies.getDependenciesForBean(beanName))
				.filter((dependency) -> dependency.equals(this.initializer)
						|| waitingDependency(dependency, visited).isPresent())
				.findFirst();
		}
		return Optional.empty();
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

	private Problem duplicate(List<ResolvedMigration> same) {
		boolean oneClass = same.stream().allMatch((migration) -> migration.descriptor().type() == MigrationType.BEAN)
				&& same.stream().map(ResolvedMigration::script).distinct().count() == 1;
		return Problem.error(ProblemCode.DUPLICATE_VERSION, StoreName.MONGO, "%d migrations have version %s: %s"
			.formatted(same.size(), same.get(0).version(), same.stream()
				.map((migration) -> "%s (%s)".formatted(migration.location(), migration.script()))
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

	@FunctionalInterface
	private interface BeanResolver {

		Optional<ResolvedMigration> resolve(String beanName, List<Problem> problems);

	}

}
