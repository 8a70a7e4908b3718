package io.gemforce.migrations.mongo.engine;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;

import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.rehearsal.SampleCopy;
import io.gemforce.migrations.mongo.rehearsal.ScratchDatabase;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.store.Validation;

/**
 * Rehearses pending migrations where they can do no harm:
 * <ol>
 * <li>Drop the scratch databases that killed rehearsals have left behind, and make one on
 * the same server.</li>
 * <li>Replay what is applied, then copy collections with their options, indexes and a
 * sample of their documents over it.</li>
 * <li>Rehearse each pending migration on that {@link RehearsalStage stage}.</li>
 * <li>Drop the scratch database.</li>
 * </ol>
 */
final class MongoRehearsal {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final MongoDatabaseFactory factory;

	private final MongoClient client;

	private final DiscoveredMigrations discovery;

	private final Set<String> ours;

	private final RehearsalStage.Stores stores;

	private final Clock clock;

	MongoRehearsal(MongoDatabaseFactory factory, MongoClient client, DiscoveredMigrations discovery, Set<String> ours,
			RehearsalStage.Stores stores, Clock clock) {
		this.factory = factory;
		this.client = client;
		this.discovery = discovery;
		this.ours = ours;
		this.stores = stores;
		this.clock = clock;
	}

	List<RehearsalResult> run(RehearsalScope scope, Validation validation) {
		List<ResolvedMigration> applied = resolve(
				validation.entries().stream().filter((entry) -> entry.state().isApplied()).toList());
		List<ResolvedMigration> pending = resolve(validation.pending());
		if (scope.inPlace()) {
			return stage(this.factory, applied, true).rehearse(pending, scope.seed());
		}
		ScratchDatabase.dropLeftBehind(this.client, PATIENCE);
		MongoDatabase original = this.factory.getMongoDatabase();
		try (ScratchDatabase scratch = ScratchDatabase.create(this.client, original.getName(), this.clock)) {
			MongoDatabaseFactory factory = new SimpleMongoClientDatabaseFactory(this.client,
					scratch.database().getName());
			RehearsalStage stage = stage(factory, applied, false);
			stage.replay();
			new SampleCopy(original, scratch.database(), this.ours).copy(scope.sample());
			return stage.rehearse(pending, scope.seed());
		}
	}

	private RehearsalStage stage(MongoDatabaseFactory factory, List<ResolvedMigration> applied, boolean everything) {
		return new RehearsalStage(factory, applied, everything, this.ours, this.stores);
	}

	private List<ResolvedMigration> resolve(List<MigrationEntry> entries) {
		return entries.stream()
			.flatMap((entry) -> Optional.ofNullable(entry.version()).map(this.discovery::find).stream())
			.toList();
	}

}
