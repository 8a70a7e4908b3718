package io.gemforce.migrations.autoconfigure;

import java.util.List;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

import io.gemforce.migrations.ProblemCode;

/**
 * {@link FailureAnalyzer} for a Flyway that could not be created because there are
 * several data sources and none is the primary one.
 */
class AmbiguousDataSourceFailureAnalyzer extends AbstractFailureAnalyzer<BeanCreationException> {

	private final BeanFactory beanFactory;

	AmbiguousDataSourceFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanCreationException cause) {
		if (!(this.beanFactory instanceof ListableBeanFactory beans)) {
			return null;
		}
		String missing = String.valueOf(cause.getMostSpecificCause().getMessage());
		List<String> dataSources = List.of(beans.getBeanNamesForType(DataSource.class, true, false));
		if (!missing.startsWith("Flyway migration DataSource missing") || dataSources.size() < 2) {
			return null;
		}
		return new FailureAnalysis(
				"%s: There are %d beans of type DataSource (%s) and none is the primary one\nDatabase state: unchanged"
					.formatted(ProblemCode.AMBIGUOUS_BEAN, dataSources.size(), String.join(", ", dataSources)),
				"Mark the one to migrate with @Primary, or with @FlywayDataSource", cause);
	}

}
