package io.gemforce.migrations.test;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.data.mongodb.MongoDatabaseFactory;

/**
 * Drops the scratch database of MongoDB when the service ends.
 */
final class ScratchMongoDatabase implements DisposableBean {

	private static final String PREFIX = "gemforce_rehearsal_test_";

	private final ObjectProvider<MongoDatabaseFactory> factory;

	ScratchMongoDatabase(ObjectProvider<MongoDatabaseFactory> factory) {
		this.factory = factory;
		MongoDatabaseFactory used = factory.getIfAvailable();
		if (used != null && !used.getMongoDatabase().getName().startsWith(PREFIX)) {
			throw new IllegalStateException(
					"The service of this test does not use the database that spring.mongodb.database names, so it cannot "
							+ "be given a scratch database: it uses '%s'".formatted(used.getMongoDatabase().getName()));
		}
	}

	@Override
	public void destroy() {
		MongoDatabaseFactory used = this.factory.getIfAvailable();
		if (used != null) {
			used.getMongoDatabase().drop();
		}
	}

}
