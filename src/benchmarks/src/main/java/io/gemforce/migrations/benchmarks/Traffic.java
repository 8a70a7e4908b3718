package io.gemforce.migrations.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Requests at a steady rate, until they are ended.
 */
final class Traffic implements AutoCloseable {

	private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);

	private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

	private Traffic() {
	}

	static Traffic none() {
		return new Traffic();
	}

	/**
	 * Begin to ask for the status.
	 * @param answers where to put how long the answers took
	 */
	static Traffic begin(HttpRequests requests, int perSecond, Times answers) {
		Traffic traffic = new Traffic();
		Callable<byte[]> request = () -> requests.get("", "application/json");
		traffic.threads.scheduleAtFixedRate(() -> traffic.send(request, answers), 0, 1000 / perSecond,
				TimeUnit.MILLISECONDS);
		return traffic;
	}

	private void send(Callable<byte[]> request, Times answers) {
		try {
			answers.measure(request);
		}
		catch (Exception ex) {
			this.failure.compareAndSet(null, ex);
		}
	}

	/**
	 * End it.
	 */
	@Override
	public void close() throws Exception {
		this.threads.shutdown();
		if (!this.threads.awaitTermination(10, TimeUnit.SECONDS)) {
			throw new IllegalStateException("A request is not answered");
		}
		Exception failed = this.failure.get();
		if (failed != null) {
			throw failed;
		}
	}

}
