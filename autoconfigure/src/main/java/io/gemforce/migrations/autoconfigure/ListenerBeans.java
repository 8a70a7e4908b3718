package io.gemforce.migrations.autoconfigure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

import io.gemforce.migrations.MigrationListener;

/**
 * The beans that listen to migrations, in order. They are created one by one at the first
 * event, which is before most other beans are there: a bean that cannot be created yet
 * misses the event.
 */
final class ListenerBeans implements Supplier<List<MigrationListener>> {

	private static final Log logger = LogFactory.getLog(ListenerBeans.class);

	private final ListableBeanFactory beanFactory;

	private final Set<String> failed = new HashSet<>();

	private @Nullable List<MigrationListener> found;

	ListenerBeans(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public synchronized List<MigrationListener> get() {
		List<MigrationListener> found = this.found;
		if (found == null) {
			found = find();
			// What could not be created during the start may be there later
			this.found = this.failed.isEmpty() ? found : null;
		}
		return found;
	}

	private List<MigrationListener> find() {
		List<MigrationListener> listeners = new ArrayList<>();
		Set<String> before = Set.copyOf(this.failed);
		this.failed.clear();
		for (String name : this.beanFactory.getBeanNamesForType(MigrationListener.class, true, false)) {
			try {
				listeners.add(this.beanFactory.getBean(name, MigrationListener.class));
			}
			catch (BeansException ex) {
				this.failed.add(name);
				if (!before.contains(name)) {
					logger.warn("Bean '%s' listens to migrations but cannot be created while they run: %s"
						.formatted(name, ex.getMessage()));
				}
			}
		}
		AnnotationAwareOrderComparator.sort(listeners);
		return List.copyOf(listeners);
	}

}
