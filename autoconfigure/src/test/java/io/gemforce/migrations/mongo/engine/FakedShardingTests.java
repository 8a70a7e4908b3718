package io.gemforce.migrations.mongo.engine;

import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.mongo.MongoChanges;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Collections that are sharded by another field than the {@code _id}, which no server
 * here has. A faked reply stands for a server that has found, and deleted, a further
 * document of the same {@code _id} on another shard.
 */
@ExtendWith(TestDatabases.class)
@RequiresReplicaSet("transactions")
class FakedShardingTests {

	private final MongoTestDatabase mongo;

	private final MongoProxy proxy;

	FakedShardingTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.proxy = MongoProxy.to(mongo);
	}

	@BeforeEach
	void createGems() {
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 1, k: 1}"));
		this.proxy.alterReplies(
				(sent) -> sent.getFirstKey().equals("delete") && sent.get("delete").equals(new BsonString("gems")),
				(reply) -> reply.append("n", new BsonInt32(2)));
	}

	@AfterEach
	void close() {
		this.proxy.close();
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsDeletedThatWasNotSelected(Deletion deletion) {
		try (TestRunner runner = TestRunner.on(this.mongo).uri(this.proxy.uri()).declaring(deletion::declare)) {
			assertThatExceptionOfType(MigrationException.class).isThrownBy(runner::migrate)
				.withMessageContaining("'gems' was found to have several documents of the same _id")
				.withMessageContaining("nothing of this batch is changed");
		}
		assertThat(this.mongo.collection("gems").find()).containsExactly(Document.parse("{_id: 1, k: 1}"));
		assertThat(this.mongo.collection("others").find()).isEmpty();
	}

	/**
	 * A change that deletes what a filter selects.
	 */
	enum Deletion {

		DELETE {
			@Override
			void declare(MongoChanges changes) {
				changes.delete("gems", BsonDocument.parse("{k: 1}"));
			}
		},

		MOVE {
			@Override
			void declare(MongoChanges changes) {
				changes.moveDocuments("gems", "others", BsonDocument.parse("{k: 1}"));
			}
		};

		abstract void declare(MongoChanges changes);

	}

}
