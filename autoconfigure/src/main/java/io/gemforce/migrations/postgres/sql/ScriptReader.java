package io.gemforce.migrations.postgres.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.resolver.MigrationResolver;
import org.flywaydb.core.api.resource.LoadableResource;
import org.flywaydb.core.internal.sqlscript.SqlScript;
import org.flywaydb.core.internal.sqlscript.SqlScriptFactory;
import org.flywaydb.core.internal.sqlscript.SqlStatement;
import org.flywaydb.core.internal.sqlscript.SqlStatementIterator;

/**
 * Reads scripts as Flyway would execute them, without executing anything: Flyway hands
 * the parser that it has prepared for the database to migration resolvers, and {@code
 * info} calls those and only reads.
 */
public final class ScriptReader {

	private final Configuration configuration;

	public ScriptReader(Configuration configuration) {
		this.configuration = configuration;
	}

	/**
	 * Reads scripts of the locations that Flyway searches.
	 */
	public Map<String, ReadScript> read(Collection<String> names) {
		return names.isEmpty() ? Map.of() : withParser((context) -> {
			Map<String, ReadScript> scripts = new HashMap<>();
			for (String name : names) {
				LoadableResource resource = context.resourceProvider.getResource(name);
				if (resource != null) {
					scripts.put(name, read(resource, context.resourceProvider, context.sqlScriptFactory));
				}
			}
			return scripts;
		});
	}

	/**
	 * Reads scripts that Flyway does not search for.
	 */
	public Map<String, ReadScript> read(Map<? extends LoadableResource, ResourceProvider> resources) {
		return resources.isEmpty() ? Map.of() : withParser((context) -> {
			Map<String, ReadScript> scripts = new HashMap<>();
			resources.forEach((resource, settings) -> scripts.put(resource.getFilename(),
					read(resource, settings, context.sqlScriptFactory)));
			return scripts;
		});
	}

	private Map<String, ReadScript> withParser(Function<MigrationResolver.Context, Map<String, ReadScript>> read) {
		Map<String, ReadScript> scripts = new HashMap<>();
		Flyway.configure(this.configuration.getClassLoader())
			.configuration(this.configuration)
			.skipDefaultResolvers(true)
			.javaMigrations()
			.resolvers((context) -> {
				scripts.putAll(read.apply(context));
				return List.of();
			})
			.skipDefaultCallbacks(true)
			.callbacks(new Callback[0])
			.target(MigrationVersion.LATEST)
			.load()
			.info();
		return scripts;
	}

	private ReadScript read(LoadableResource resource, ResourceProvider settings, SqlScriptFactory parser) {
		SqlScript script = parser.createSqlScript(resource, this.configuration.isMixed(), settings);
		boolean transactional = script.executeInTransaction();
		List<String> statements = new ArrayList<>();
		try (SqlStatementIterator iterator = script.getSqlStatements()) {
			for (SqlStatement statement = iterator.next(); statement != null; statement = iterator.next()) {
				statements.add(statement.getSql());
			}
		}
		return new ReadScript(text(resource, settings, parser), transactional, statements);
	}

	private static String text(LoadableResource resource, ResourceProvider settings, SqlScriptFactory parser) {
		QuotedResource quoted = new QuotedResource(resource);
		try (SqlStatementIterator statement = parser.createSqlScript(quoted, true, settings).getSqlStatements()) {
			return quoted.unquote(Objects.requireNonNull(statement.next()).getSql());
		}
	}

	/**
	 * A script as Flyway would execute it, with placeholders replaced.
	 */
	public record ReadScript(String text, boolean transactional, List<String> statements) {

		public ReadScript {
			statements = List.copyOf(statements);
		}

	}

}
