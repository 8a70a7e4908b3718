package io.gemforce.migrations.autoconfigure.job;

import java.util.function.IntConsumer;

import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ConfigurableApplicationContext;

import io.gemforce.migrations.store.ShutdownSignal;

/**
 * Runs a {@link MigrationJob} before any singleton is created, so that no bean needs a
 * schema before it is there and nothing else begins to work, writes its report, and ends
 * the process. Only the beans that the job needs are created.
 */
public final class JobRunner implements BeanFactoryInitializer<ListableBeanFactory> {

	private final ObjectProvider<MigrationJob> job;

	private final ShutdownSignal stop;

	private final ConfigurableApplicationContext context;

	private final IntConsumer exit;

	public JobRunner(ObjectProvider<MigrationJob> job, ShutdownSignal stop, ConfigurableApplicationContext context,
			IntConsumer exit) {
		this.job = job;
		this.stop = stop;
		this.context = context;
		this.exit = exit;
	}

	@Override
	public void initialize(ListableBeanFactory beanFactory) {
		int exitCode = run();
		this.exit.accept(exitCode);
	}

	// A process that is told to end waits for the end of this method
	private int run() {
		try (ShutdownSignal.WorkInProgress step = this.stop.begin()) {
			JobOutput output = JobOutput.of(this.context.getEnvironment());
			output.check();
			JobResult result = this.job.getObject().run();
			// So that the report is the last that is printed
			this.context.close();
			return output.write(result);
		}
	}

}
