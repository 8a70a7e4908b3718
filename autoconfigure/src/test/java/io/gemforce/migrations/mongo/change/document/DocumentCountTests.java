package io.gemforce.migrations.mongo.change.document;

import com.mongodb.client.model.Indexes;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for counting what a filter of the author's selects.
 */
@ExtendWith(TestDatabases.class)
class DocumentCountTests {

	private static final String NEAR = "update: {collection: gems, up: {$set: {x: 1}}, "
			+ "filter: {at: {$near: {$geometry: {type: Point, coordinates: [0, 0]}, $maxDistance: 1000}}}}";

	private final MongoTestDatabase mongo;

	DocumentCountTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	@RequiresReplicaSet("geospatial queries")
	void countsWhatIsNear() {
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 1, at: {type: 'Point', coordinates: [0, 0]}}"));
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 2, at: {type: 'Point', coordinates: [9, 9]}}"));
		this.mongo.collection("gems").createIndex(Indexes.geo2dsphere("at"));
		assertThat(TestChanges.of(NEAR).plan(this.mongo.database(), true).get(0).touches().count()).isEqualTo(1);
	}

}
