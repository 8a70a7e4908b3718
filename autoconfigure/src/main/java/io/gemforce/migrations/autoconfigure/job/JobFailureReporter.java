package io.gemforce.migrations.autoconfigure.job;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.report.JobReport;

/**
 * Ends a process whose job could not be done because the application did not start: with
 * a report and an exit code as any other job, and even if the application has started
 * threads.
 */
class JobFailureReporter implements ApplicationListener<ApplicationFailedEvent> {

	private static final Log logger = LogFactory.getLog(JobFailureReporter.class);

	private final IntConsumer exit;

	JobFailureReporter() {
		this(System::exit);
	}

	JobFailureReporter(IntConsumer exit) {
		this.exit = exit;
	}

	@Override
	public void onApplicationEvent(ApplicationFailedEvent event) {
		ConfigurableApplicationContext context = event.getApplicationContext();
		String job = (context != null) ? context.getEnvironment().getProperty(JobName.PROPERTY) : null;
		if (context != null && job != null) {
			MigrationException failure = explain(event.getException(), context);
			JobReport report = JobReport.of(job, failure.getCode().exitCode(), null, List.of(), failure.getProblems(),
					failure.getDatabaseState());
			this.exit.accept(JobOutput.of(context.getEnvironment()).write(new JobResult(report.exitCode(), report)));
		}
	}

	private static MigrationException explain(Throwable failure, ConfigurableApplicationContext context) {
		MigrationException explained = Causes.find(failure, MigrationException.class).orElse(null);
		if (explained != null) {
			return explained;
		}
		FailureAnalysis analysis = analyze(failure, context);
		if (analysis != null) {
			return explain(ProblemCode.INVALID_ARGUMENT, analysis.getDescription(), analysis.getAction(), failure);
		}
		logger.error("The job failed", failure);
		return explain(ProblemCode.UNEXPECTED, describe(failure),
				"Fix the cause. A bean that needs what migrations make must not be created before them: a job creates "
						+ "none but post-processors, the migrations, and what either of them needs",
				failure);
	}

	private static @Nullable FailureAnalysis analyze(Throwable failure, ConfigurableApplicationContext context) {
		ArgumentResolver arguments = ArgumentResolver.of(BeanFactory.class, context.getBeanFactory())
			.and(Environment.class, context.getEnvironment());
		for (FailureAnalyzer analyzer : SpringFactoriesLoader.forDefaultResourceLocation(context.getClassLoader())
			.load(FailureAnalyzer.class, arguments, FailureHandler.logging(logger))) {
			FailureAnalysis analysis = analyzer.analyze(failure);
			if (analysis != null) {
				return analysis;
			}
		}
		return null;
	}

	private static MigrationException explain(ProblemCode code, String message, @Nullable String action,
			Throwable failure) {
		return new MigrationException(
				new Problem(Severity.ERROR, code, null, message,
						(action != null) ? action : "Correct the configuration and start again"),
				"unchanged, unless the log says otherwise", failure);
	}

	static String describe(Throwable failure) {
		List<Throwable> causes = Causes.of(failure);
		List<String> beans = new ArrayList<>();
		for (Throwable cause : causes) {
			if (cause instanceof BeanCreationException creation && creation.getBeanName() != null) {
				beans.add("'%s'".formatted(creation.getBeanName()));
			}
		}
		Throwable root = causes.get(causes.size() - 1);
		String what = "%s: %s".formatted(root.getClass().getSimpleName(), Causes.message(root));
		return beans.isEmpty() ? what
				: "Bean %s could not be created: %s".formatted(String.join(", which needs ", beans), what);
	}

}
