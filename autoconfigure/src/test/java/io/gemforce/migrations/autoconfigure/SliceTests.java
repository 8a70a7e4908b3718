package io.gemforce.migrations.autoconfigure;

import com.mongodb.client.MongoClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.ContextConfiguration;

import io.gemforce.migrations.run.Migrations;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for slices of an application without data: nothing is migrated, and nothing is
 * connected to.
 */
@JsonTest(properties = "spring.mongodb.uri=mongodb://localhost:1/gems")
@ContextConfiguration(classes = GemMigrations.class)
class SliceTests {

	@Test
	void sliceWithoutDataHasNoMigrations(@Autowired ApplicationContext context) {
		assertThat(context.getBeanNamesForType(Migrations.class)).isEmpty();
		assertThat(context.getBeanNamesForType(MongoClient.class)).isEmpty();
	}

}
