package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Optional;

import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Sorts;

/**
 * The histories that other tools have left in the application's database.
 */
final class PeerHistories {

	private final MongoDatabase database;

	PeerHistories(MongoDatabase database) {
		this.database = database.withReadConcern(ReadConcern.MAJORITY).withReadPreference(ReadPreference.primary());
	}

	/**
	 * Look for a change that counts as a migration.
	 * @param migration the migration
	 * @return the first of its imports that was executed
	 */
	Optional<ImportId> findExecuted(ResolvedMigration migration) {
		return migration.imports().stream().filter(this::isExecuted).findFirst();
	}

	private boolean isExecuted(ImportId id) {
		return id.places()
			.stream()
			.anyMatch((place) -> id.isExecuted(this.database.getCollection(place.collection())
				.find(id.filter(place))
				.sort(Sorts.ascending("_id"))
				.into(new ArrayList<>())));
	}

}
