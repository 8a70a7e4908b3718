package io.gemforce.migrations.autoconfigure;

import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ObjectProvider;

/**
 * A bean that is wanted during the start, before it may be possible to create it:
 * {@code null} until then.
 */
final class DeferredBean<T> implements Supplier<@Nullable T> {

	private static final Log logger = LogFactory.getLog(DeferredBean.class);

	private final ObjectProvider<T> provider;

	private final Class<T> type;

	private volatile @Nullable T bean;

	private volatile boolean failed;

	DeferredBean(ObjectProvider<T> provider, Class<T> type) {
		this.provider = provider;
		this.type = type;
	}

	@Override
	public @Nullable T get() {
		T found = this.bean;
		if (found == null) {
			try {
				found = this.provider.getIfAvailable();
				this.bean = found;
			}
			catch (BeansException ex) {
				if (!this.failed) {
					this.failed = true;
					logger.warn("No %s can be created while migrations run, so they are not recorded with it: %s"
						.formatted(this.type.getSimpleName(), ex.getMessage()));
				}
			}
		}
		return found;
	}

	T orElse(T other) {
		T found = get();
		return (found != null) ? found : other;
	}

}
