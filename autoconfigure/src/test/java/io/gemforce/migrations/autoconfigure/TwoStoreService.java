package io.gemforce.migrations.autoconfigure;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * A service with both stores, run as a process: starts and ends.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(GemMigrations.class)
public class TwoStoreService {

	public static void main(String[] args) {
		// Threads of the reactive driver outlive the context
		System.exit(SpringApplication.exit(SpringApplication.run(TwoStoreService.class, args)));
	}

}
