package io.gemforce.migrations.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import com.mongodb.client.MongoClient;

/**
 * The instances of a service, each with a client and a thread of its own.
 */
final class Instances implements AutoCloseable {

	private final CountedCommands commands = new CountedCommands();

	private final List<MongoClient> clients;

	private final ExecutorService threads;

	Instances(BenchmarkServer server, int count) {
		this.clients = IntStream.range(0, count).mapToObj((instance) -> server.connect(this.commands)).toList();
		this.threads = Executors.newFixedThreadPool(count);
	}

	/**
	 * Start some of the instances together and measure it.
	 * @return what it has cost until the last one was done
	 */
	Sample start(Tool tool, String database, MigrationClasses migrations, int count) throws Exception {
		long preparedAt = System.nanoTime();
		List<Start> starts = this.clients.stream()
			.limit(count)
			.map((client) -> tool.prepare(new Service(client, database, migrations)))
			.toList();
		long springNanos = (System.nanoTime() - preparedAt) / count;
		try {
			HeapUse heap = HeapUse.begin();
			this.commands.reset();
			long begunAt = System.nanoTime();
			run(starts);
			long nanos = System.nanoTime() - begunAt;
			long commands = this.commands.total();
			return new Sample(commands, commands - this.commands.on(tool.lockCollection()), nanos, springNanos,
					heap.peak());
		}
		finally {
			starts.forEach(Start::close);
		}
	}

	private void run(List<Start> starts) throws InterruptedException, ExecutionException {
		List<Callable<Object>> tasks = starts.stream().map((start) -> Executors.callable(start::run)).toList();
		for (Future<Object> started : this.threads.invokeAll(tasks)) {
			started.get();
		}
	}

	@Override
	public void close() {
		this.threads.shutdown();
		this.clients.forEach(MongoClient::close);
	}

}
