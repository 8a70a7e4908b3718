package io.gemforce.migrations.mongo.lock;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The lock as it was read at one moment.
 *
 * @param leftSessions the sessions of dead holders that the holder has taken over from
 */
public record LockDocument(Beat beat, Duration lease, @Nullable Object session, List<Object> leftSessions,
		@Nullable Instant acquiredAt, @Nullable String doing) {

	private static final int MAX_LEFT_SESSIONS = 10;

	static final String ID = "_id";

	static final String THE_LOCK = "mongo";

	static final String OWNER = "owner";

	static final String FENCE = "fence";

	static final String BEAT = "beat";

	static final String LEASE_MS = "leaseMs";

	static final String SESSION = "lsid";

	static final String LEFT_SESSIONS = "leftLsids";

	static final String ACQUIRED_AT = "acquiredAt";

	static final String APPLICATION = "application";

	static final String HOST = "host";

	static final String DOING = "doing";

	static LockDocument from(Document document) {
		return new LockDocument(new Beat(text(document, OWNER), number(document, FENCE), number(document, BEAT)),
				Duration.ofMillis(number(document, LEASE_MS)), document.get(SESSION), list(document, LEFT_SESSIONS),
				(document.get(ACQUIRED_AT) instanceof Date date) ? date.toInstant() : null, text(document, DOING));
	}

	private static @Nullable String text(Document document, String field) {
		return (document.get(field) instanceof String text) ? text : null;
	}

	private static long number(Document document, String field) {
		return (document.get(field) instanceof Number number) ? number.longValue() : 0;
	}

	private static List<Object> list(Document document, String field) {
		return (document.get(field) instanceof List<?> list) ? List.copyOf(list) : List.of();
	}

	// The holder's session and those that it has found left, only the newest ones
	List<Object> sessionsLeftByDeath() {
		return Stream.concat(Stream.ofNullable(this.session), this.leftSessions.stream())
			.limit(MAX_LEFT_SESSIONS)
			.toList();
	}

	public @Nullable String owner() {
		return this.beat.owner();
	}

	boolean isFree() {
		return owner() == null;
	}

	/**
	 * What changes with each sign of life of a holder, and with each holder.
	 */
	record Beat(@Nullable String owner, long fence, long number) {

		Document filter() {
			return new Document(ID, THE_LOCK).append(OWNER, this.owner)
				.append(FENCE, this.fence)
				.append(BEAT, this.number);
		}

	}

}
