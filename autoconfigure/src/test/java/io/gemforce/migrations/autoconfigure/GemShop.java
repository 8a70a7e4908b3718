package io.gemforce.migrations.autoconfigure;

import jakarta.annotation.PostConstruct;
import org.bson.Document;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;

/**
 * A whole service, run as a process: a web server, JPA that validates the schema,
 * repositories that are read early, runners, schedules, listeners, and threads that would
 * go on for ever. Says so on its standard output whenever one of them begins to work.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
@Import(GemMigrations.class)
public class GemShop {

	/**
	 * What a line begins with that a part of the service says.
	 */
	static final String AT_WORK = "AT WORK: ";

	public static void main(String[] args) {
		SpringApplication.run(GemShop.class, args);
	}

	private static void atWork(String what) {
		System.out.println(AT_WORK + what);
	}

	@Bean
	Reader reader(GemRepository gems, GemRowRepository rows) {
		return new Reader(gems, rows);
	}

	@Bean
	@Lazy(false)
	Object eagerBean(GemRowRepository rows) {
		atWork("eager bean finds %d rows".formatted(rows.count()));
		return new Object();
	}

	@Bean
	Excluded neverLazyBean() {
		return new Excluded();
	}

	@Bean
	static LazyInitializationExcludeFilter neverLazy() {
		return LazyInitializationExcludeFilter.forBeanTypes(Excluded.class);
	}

	@Bean
	ApplicationRunner runner() {
		return (arguments) -> atWork("runner");
	}

	@Bean
	Schedule schedule() {
		return new Schedule();
	}

	@Bean
	Listener listener() {
		return new Listener();
	}

	@Bean
	Consumer consumer() {
		return new Consumer();
	}

	@Bean
	Ticker ticker() {
		return new Ticker();
	}

	@Bean
	@Profile("eager")
	static BeanPostProcessor eagerPostProcessor(GemRowRepository rows) {
		return new BeanPostProcessor() {

		};
	}

	static class Reader {

		private final GemRepository gems;

		private final GemRowRepository rows;

		Reader(GemRepository gems, GemRowRepository rows) {
			this.gems = gems;
			this.rows = rows;
		}

		@PostConstruct
		void read() {
			atWork("reader finds %d gems and %d rows".formatted(this.gems.count(), this.rows.count()));
		}

	}

	static class Excluded {

		Excluded() {
			atWork("bean that is excluded from lazy initialization");
		}

	}

	static class Schedule {

		@Scheduled(fixedRate = 10)
		void tick() {
			atWork("schedule");
		}

	}

	static class Listener {

		@EventListener({ ContextRefreshedEvent.class, WebServerInitializedEvent.class })
		void listen(Object event) {
			atWork("listener to " + event.getClass().getSimpleName());
		}

		@EventListener
		void close(ContextClosedEvent event) {
			System.out.println("CLOSED");
		}

	}

	/**
	 * Consumes messages, as a listener container of a broker does.
	 */
	static class Consumer implements SmartLifecycle {

		private volatile boolean running;

		@Override
		public void start() {
			atWork("consumer");
			this.running = true;
			new Ticker();
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

	/**
	 * Keeps the process alive until somebody ends it.
	 */
	static class Ticker {

		Ticker() {
			new Thread(this::tick, "ticker").start();
		}

		private synchronized void tick() {
			try {
				while (true) {
					wait();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	@Migration(version = "3", description = "needs a thread and the schema")
	static class Inventory implements MongoMigration {

		private final GemRowRepository rows;

		Inventory(GemRowRepository rows, Ticker ticker) {
			this.rows = rows;
		}

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("inventory").insertOne(new Document("rows", this.rows.count()));
		}

	}

}
