package io.gemforce.migrations.mongo.discovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.io.support.ResourcePatternResolver;

import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.change.ChangeFile;
import io.gemforce.migrations.mongo.change.ChangeFiles;

/**
 * Where migrations come from: beans, with code or with declared changes, and files.
 */
public final class MigrationSources {

	private MigrationSources() {
	}

	// Beans that are, or should be, migrations; none is created
	static Set<String> beans(ListableBeanFactory beanFactory) {
		Set<String> names = new LinkedHashSet<>();
		for (Class<?> type : List.of(MongoMigration.class, DeclaredMongoMigration.class)) {
			names.addAll(Arrays.asList(beanFactory.getBeanNamesForType(type, true, false)));
		}
		for (String name : beanFactory.getBeanDefinitionNames()) {
			if (!names.contains(name) && beanFactory.findAnnotationOnBean(name, Migration.class, false) != null) {
				names.add(name);
			}
		}
		names.removeIf(ScopedProxyUtils::isScopedTarget);
		return names;
	}

	/**
	 * Find all migrations, whatever is wrong with them. No bean is created.
	 */
	public static List<String> find(ListableBeanFactory beanFactory, ResourcePatternResolver resources,
			List<String> locations) {
		List<String> names = new ArrayList<>();
		beans(beanFactory).forEach((name) -> names.add("bean '%s'".formatted(name)));
		ChangeFiles files = ChangeFiles.find(resources, locations, false);
		files.files().stream().map(ChangeFile::location).forEach(names::add);
		files.problems().forEach((problem) -> names.add("a file that cannot be read: " + problem.message()));
		return names;
	}

}
