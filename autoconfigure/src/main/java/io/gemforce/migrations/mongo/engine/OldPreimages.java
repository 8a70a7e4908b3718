package io.gemforce.migrations.mongo.engine;

import java.time.Clock;
import java.time.Duration;

import com.mongodb.MongoException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.gemforce.migrations.mongo.change.preimage.PreimageRetention;
import io.gemforce.migrations.mongo.lock.LockLostException;

/**
 * Deletes pre-images that were kept long enough. After a failure the next run that
 * applies something tries again.
 */
final class OldPreimages {

	private static final Log logger = LogFactory.getLog(OldPreimages.class);

	private final MongoAccess access;

	private final Duration retention;

	private final Clock clock;

	OldPreimages(MongoAccess access, Duration retention, Clock clock) {
		this.access = access;
		this.retention = retention;
		this.clock = clock;
	}

	void apply(LockedHistory locked) {
		try {
			locked.lease().check();
			long deleted = new PreimageRetention(this.access.preimages(locked.session().factory()))
				.deleteBefore(this.clock.instant().minus(this.retention));
			if (deleted > 0) {
				logger.info("Deleted %d pre-images of store 'mongo' that were older than %s".formatted(deleted,
						this.retention));
			}
		}
		catch (LockLostException | MongoException ex) {
			logger.warn("Could not delete old pre-images of store 'mongo': " + ex.getMessage());
		}
	}

}
