package io.gemforce.migrations.mongo.history;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.Execution;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.mongo.command.CommandRetries;

/**
 * The collection that records every execution, one document each:
 *
 * <pre>
 * {_id: 7,                       // rank: counts up, is never given twice
 *  version: "2", description: "rename a to b", type: "BEAN", script: "com.example.RenameAToB",
 *  checksum: "bytecode:…", direction: "UP", state: "APPLIED", phase: "EXPAND", transactional: true,
 *  startedAt: …, finishedAt: …, durationMs: 12, runId: "…", trigger: "STARTUP", application: "gems",
 *  applicationVersion: "1.4.0", host: "gems-0", user: "app", fence: 3,
 *  error: {type: "…", message: "…", code: "…"}}
 * </pre>
 *
 * The history is the fence of the runner's protocol:
 * <ol>
 * <li>A row is opened by <em>inserting</em> the next rank as RUNNING, before the work.
 * Inserting a rank is a compare-and-set on the log: a rank that another instance has
 * taken means that the history must be read again.</li>
 * <li>A row is closed once, by an <em>update</em> on {@code {_id, state: RUNNING}}, as
 * the last statement of the migration's transaction where there is one. Closing is a
 * compare-and-set on the work: an update that matches nothing means that the row must be
 * read to learn what has become of it.</li>
 * <li>Outside of transactions one command does both: it closes row k and opens row k + 1,
 * which counts only if the first statement has matched and the second one has inserted.
 * After anything else row k is closed, or read, as if that command had never been sent,
 * and row k + 1 opened as any other: one's own RUNNING row that is found there is the
 * row. A runner that takes the lock over takes rank k + 1 before row k is closed, so a
 * runner that has lost the lock opens nothing.</li>
 * <li>A runner that takes the lock over inserts a MARK row without a version, which
 * raises the highest fence in the history, and then closes what lower fences left open. A
 * runner that reads a fence higher than its own has lost the lock.</li>
 * </ol>
 * Writes have write concern majority, reads go to the primary with read concern majority.
 */
public final class MigrationHistory {

	private static final int MAX_BATCH = 1_000_000;

	private static final int MAX_SENDS = 3;

	private static final Bson ROW = Projections.include(HistoryFields.VERSION, HistoryFields.DESCRIPTION,
			HistoryFields.TYPE, HistoryFields.SCRIPT, HistoryFields.CHECKSUM, HistoryFields.DIRECTION,
			HistoryFields.STATE, HistoryFields.TRANSACTIONAL, HistoryFields.APPLICATION, HistoryFields.RUN_ID,
			HistoryFields.FENCE);

	private final MongoCollection<Document> collection;

	private final Clock clock;

	public MigrationHistory(MongoCollection<Document> collection, Clock clock) {
		this.clock = clock;
		this.collection = collection.withWriteConcern(WriteConcern.MAJORITY)
			.withReadConcern(ReadConcern.MAJORITY)
			.withReadPreference(ReadPreference.primary());
	}

	/**
	 * Read the history, in one command if it fits a reply of the server.
	 */
	public History read() {
		return CommandRetries.unlessOverloaded(this::readOnce);
	}

	private History readOnce() {
		List<HistoryRow> rows = new ArrayList<>();
		List<UnreadableRow> unreadable = new ArrayList<>();
		long highestRank = 0;
		for (Document document : this.collection.find()
			.projection(ROW)
			.sort(Sorts.ascending(HistoryFields.RANK))
			.batchSize(MAX_BATCH)) {
			HistoryRow.from(document).ifPresent(rows::add);
			HistoryRow.unreadable(document).ifPresent((field) -> unreadable.add(UnreadableRow.of(document, field)));
			Long rank = new HistoryFields(document).number(HistoryFields.RANK);
			highestRank = (rank != null) ? Math.max(rank, highestRank) : highestRank;
		}
		return new History(rows, unreadable, highestRank + 1);
	}

	public Optional<HistoryRow> find(long rank) {
		return Optional
			.ofNullable(CommandRetries.unlessOverloaded(
					() -> this.collection.find(new Document(HistoryFields.RANK, rank)).projection(ROW).first()))
			.flatMap(HistoryRow::from);
	}

	public List<Execution> executions(Collection<Long> ranks) {
		List<Execution> executions = new ArrayList<>();
		for (Document document : this.collection.find(new Document(HistoryFields.RANK, new Document("$in", ranks)))
			.sort(Sorts.ascending(HistoryFields.RANK))) {
			executions.add(execution(document));
		}
		return executions;
	}

	/**
	 * Open a row. Throws if it could not be opened, or if that is not known although the
	 * row was read and the insert sent again: see {@link WriteOutcome}.
	 */
	public boolean open(long rank, Attempt attempt, MigrationRun run, long fence) {
		Document document = new Document(HistoryFields.RANK, rank);
		document.putAll(opening(attempt, run, fence));
		return insert(rank, document, run);
	}

	private Document opening(Attempt attempt, MigrationRun run, long fence) {
		Document document = describe(attempt.descriptor()).append(HistoryFields.DIRECTION, attempt.direction().name())
			.append(HistoryFields.STATE, MigrationState.RUNNING.name())
			.append(HistoryFields.PHASE, attempt.phase().name())
			.append(HistoryFields.TRANSACTIONAL, attempt.transactional())
			.append(HistoryFields.STARTED_AT, now());
		appendRun(document, run, fence);
		return document;
	}

	private static Document describe(MigrationDescriptor descriptor) {
		Document document = new Document();
		appendIfPresent(document, HistoryFields.VERSION, descriptor.writtenVersion());
		document.append(HistoryFields.DESCRIPTION, descriptor.description());
		appendIfPresent(document, HistoryFields.TYPE, (descriptor.type() != null) ? descriptor.type().name() : null);
		appendIfPresent(document, HistoryFields.SCRIPT, descriptor.script());
		appendIfPresent(document, HistoryFields.CHECKSUM, descriptor.checksum());
		return document;
	}

	/**
	 * Record something that was not executed. False if another instance has the rank.
	 * Throws as {@link #open} does.
	 */
	public boolean record(long rank, Mark mark, MigrationRun run, long fence) {
		Document document = new Document(HistoryFields.RANK, rank);
		document.putAll(describe(mark.descriptor()));
		Date now = now();
		document.append(HistoryFields.DIRECTION, Direction.UP.name())
			.append(HistoryFields.STATE, mark.state().name())
			.append(HistoryFields.PHASE, Phase.EXPAND.name())
			.append(HistoryFields.TRANSACTIONAL, false)
			.append(HistoryFields.STARTED_AT, now)
			.append(HistoryFields.FINISHED_AT, now)
			.append(HistoryFields.DURATION_MS, 0L);
		appendRun(document, run, fence);
		appendIfPresent(document, HistoryFields.REASON, mark.reason());
		return insert(rank, document, run);
	}

	private static void appendIfPresent(Document document, String field, @Nullable String value) {
		if (value != null) {
			document.append(field, value);
		}
	}

	private Date now() {
		return Date.from(this.clock.instant());
	}

	private static void appendRun(Document document, MigrationRun run, long fence) {
		document.append(HistoryFields.RUN_ID, run.id())
			.append(HistoryFields.TRIGGER, run.trigger().name())
			.append(HistoryFields.APPLICATION, run.application().name());
		appendIfPresent(document, HistoryFields.APPLICATION_VERSION, run.application().version());
		document.append(HistoryFields.HOST, run.application().host());
		appendIfPresent(document, HistoryFields.USER, run.application().user());
		document.append(HistoryFields.FENCE, fence);
	}

	private boolean insert(long rank, Document document, MigrationRun run) {
		MongoException unknown = null;
		for (int sent = 1;; sent++) {
			try {
				CommandRetries.unlessOverloaded(() -> this.collection.insertOne(document));
				return true;
			}
			catch (MongoException ex) {
				boolean duplicate = isDuplicateKey(ex);
				if (!duplicate && !WriteOutcome.isUnknown(ex)) {
					throw (unknown != null) ? unknown : ex;
				}
				if (unknown == null && !duplicate) {
					unknown = ex;
				}
				Optional<HistoryRow> row = find(rank, unknown);
				if (row.isPresent() || duplicate) {
					return row.filter((present) -> run.id().equals(present.writer().runId())).isPresent();
				}
				if (sent == MAX_SENDS) {
					throw ex;
				}
			}
		}
	}

	private Optional<HistoryRow> find(long rank, @Nullable MongoException unknown) {
		try {
			return find(rank);
		}
		catch (MongoException ex) {
			if (unknown == null) {
				throw ex;
			}
			unknown.addSuppressed(ex);
			throw unknown;
		}
	}

	private static boolean isDuplicateKey(MongoException ex) {
		return ErrorCategory.fromErrorCode(ex.getCode()) == ErrorCategory.DUPLICATE_KEY;
	}

	public boolean close(long rank, MigrationState state, Duration duration) {
		return close(rank, closing(state).append(HistoryFields.DURATION_MS, duration.toMillis()));
	}

	/**
	 * Close a row as done and open the next one, in one command. If it returns false, it
	 * is not known which of both has happened.
	 */
	public boolean closeAndOpen(long rank, MigrationState state, Duration duration, Attempt next, MigrationRun run,
			long fence) {
		BulkWriteResult result = this.collection
			.bulkWrite(List.of(
					new UpdateOneModel<>(open(rank),
							new Document("$set",
									closing(state).append(HistoryFields.DURATION_MS, duration.toMillis()))),
					new UpdateOneModel<>(new Document(HistoryFields.RANK, rank + 1),
							new Document("$setOnInsert", opening(next, run, fence)),
							new UpdateOptions().upsert(true))));
		return result.getMatchedCount() == 1 && result.getUpserts()
			.stream()
			.anyMatch((upsert) -> upsert.getId().isNumber() && upsert.getId().asNumber().longValue() == rank + 1);
	}

	/**
	 * Whether the row was open; otherwise it must be read.
	 */
	public boolean closeFailed(long rank, Duration duration, ExecutionError error) {
		Document reason = new Document(HistoryFields.ERROR_TYPE, error.type());
		if (error.message() != null) {
			reason.append(HistoryFields.ERROR_MESSAGE, error.message());
		}
		if (error.code() != null) {
			reason.append(HistoryFields.ERROR_CODE, error.code());
		}
		return close(rank, closing(MigrationState.FAILED).append(HistoryFields.DURATION_MS, duration.toMillis())
			.append(HistoryFields.ERROR, reason));
	}

	private boolean close(long rank, Document closing) {
		return CommandRetries
			.unlessOverloaded(() -> this.collection.updateOne(open(rank), new Document("$set", closing)))
			.getMatchedCount() == 1;
	}

	private static Document open(long rank) {
		return new Document(HistoryFields.RANK, rank).append(HistoryFields.STATE, MigrationState.RUNNING.name());
	}

	/**
	 * Close as interrupted what holders of lower fences left open.
	 */
	public void closeLeftOpenBefore(long fence) {
		// Not just lower ones: a row that has no fence was not written by a holder,
		// either
		Document open = new Document(HistoryFields.STATE, MigrationState.RUNNING.name()).append(HistoryFields.FENCE,
				new Document("$not", new Document("$gte", fence)));
		Document closing = new Document("$set", closing(MigrationState.INTERRUPTED));
		for (int sent = 1;; sent++) {
			try {
				CommandRetries.unlessOverloaded(() -> this.collection.updateMany(open, closing));
				return;
			}
			catch (MongoException ex) {
				if (sent == MAX_SENDS) {
					throw ex;
				}
			}
		}
	}

	private Document closing(MigrationState state) {
		return new Document(HistoryFields.STATE, state.name()).append(HistoryFields.FINISHED_AT, now());
	}

	private static Execution execution(Document document) {
		HistoryFields fields = new HistoryFields(document);
		return new Execution(Objects.requireNonNullElse(fields.number(HistoryFields.RANK), 0L),
				MigrationDescriptor.of(fields.text(HistoryFields.VERSION), fields.description(), fields.type(),
						fields.text(HistoryFields.SCRIPT), fields.text(HistoryFields.CHECKSUM)),
				status(fields),
				new Execution.Timing(fields.instant(HistoryFields.STARTED_AT),
						fields.instant(HistoryFields.FINISHED_AT), fields.number(HistoryFields.DURATION_MS)),
				origin(fields), error(fields.child(HistoryFields.ERROR)));
	}

	private static Execution.Status status(HistoryFields fields) {
		return new Execution.Status(fields.direction(),
				Objects.requireNonNullElse(fields.constant(HistoryFields.STATE, MigrationState.class),
						MigrationState.RUNNING),
				fields.constant(HistoryFields.PHASE, Phase.class), fields.flag(HistoryFields.TRANSACTIONAL));
	}

	private static Execution.Origin origin(HistoryFields fields) {
		return new Execution.Origin(fields.text(HistoryFields.RUN_ID),
				fields.constant(HistoryFields.TRIGGER, Trigger.class), fields.text(HistoryFields.APPLICATION),
				fields.text(HistoryFields.APPLICATION_VERSION), fields.text(HistoryFields.HOST),
				fields.text(HistoryFields.USER), fields.text(HistoryFields.REASON));
	}

	private static @Nullable ExecutionError error(@Nullable Document document) {
		if (document == null) {
			return null;
		}
		HistoryFields fields = new HistoryFields(document);
		String type = fields.text(HistoryFields.ERROR_TYPE);
		return new ExecutionError((type != null) ? type : "", fields.text(HistoryFields.ERROR_MESSAGE),
				fields.text(HistoryFields.ERROR_CODE));
	}

}
