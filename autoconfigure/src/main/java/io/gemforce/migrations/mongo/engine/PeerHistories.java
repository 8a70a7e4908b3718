package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;

import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Sorts;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.gemforce.migrations.mongo.discovery.ImportId;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;

/**
 * The histories that other tools have left in the application's database.
 */
final class PeerHistories {

	private static final Log logger = LogFactory.getLog(PeerHistories.class);

	private final MongoDatabase database;

	PeerHistories(MongoDatabase database) {
		this.database = database.withReadConcern(ReadConcern.MAJORITY).withReadPreference(ReadPreference.primary());
	}

	Optional<ImportId> findExecuted(ResolvedMigration migration) {
		return migration.imports().stream().filter(this::isExecuted).findFirst();
	}

	// Costs nothing where there are no imports
	void warnOfLocks(List<ResolvedMigration> migrations) {
		migrations.stream()
			.flatMap((migration) -> migration.imports().stream())
			.map(ImportId::peer)
			.distinct()
			.filter((peer) -> this.database.getCollection(peer.lockCollection())
				.find(peer.heldLock(new Date()))
				.first() != null)
			.forEach((peer) -> logger.warn(("The lock of another tool is held, in collection '%s' of database '%s': it "
					+ "may be changing the database, too. Let only one tool migrate a database; if none is at work, the "
					+ "tool has left its lock behind")
				.formatted(peer.lockCollection(), this.database.getName())));
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
