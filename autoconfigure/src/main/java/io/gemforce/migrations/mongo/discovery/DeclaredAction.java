package io.gemforce.migrations.mongo.discovery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.change.ChangeExecution;
import io.gemforce.migrations.mongo.change.ChangePlan;
import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.Change;
import io.gemforce.migrations.mongo.change.preimage.ApplyKey;
import io.gemforce.migrations.store.AffectedCount;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.UndoKind;

/**
 * A migration whose work is declared by a text.
 *
 * @param twice whether each change is made twice in a row
 */
public record DeclaredAction(ChangeSet changes, String script, boolean twice) implements MigrationAction {

	public DeclaredAction(ChangeSet changes, String script) {
		this(changes, script, false);
	}

	@Override
	public void up(ActionContext attempt) throws Exception {
		ChangeExecution execution = new ChangeExecution(this.changes, attempt.changeContext());
		if (this.twice) {
			execution.upTwice();
		}
		else {
			execution.up();
		}
	}

	@Override
	public Optional<String> reachesBeyond() {
		return this.changes.reachBeyond()
			.map((reason) -> reason + ", so a rehearsal could write to what is real; try it by hand");
	}

	@Override
	public MigrationAction repeatedly() {
		return new DeclaredAction(this.changes, this.script, true);
	}

	@Override
	public List<Problem> down(ActionContext attempt) throws Exception {
		UndoResult result = new ChangeExecution(this.changes, attempt.changeContext()).down();
		return (result.conflicts() == 0) ? List.of() : List.of(Problem.warning(ProblemCode.UNDO_CONFLICT,
				StoreName.MONGO,
				"The undo of migration %s left %d document(s) or definition(s) as they are, because they have been changed since: %s"
					.formatted(attempt.changeContext().key().version(), result.conflicts(),
							String.join("; ", result.conflictExamples())),
				"Look at each of them and decide what it should be"));
	}

	@Override
	public boolean isOneTransaction() {
		return false;
	}

	@Override
	public boolean isRepeatable(boolean transactions) {
		return this.changes.isRepeatable(transactions);
	}

	@Override
	public Undo undo() {
		return this.changes.irreversible().map(Undo::none).orElseGet(() -> Undo.by(UndoKind.DERIVED));
	}

	@Override
	public Undo undo(MongoCollection<Document> preimages, Version version, long firstAttemptRank) {
		return this.changes.whyNoUndo(preimages, new ApplyKey(version, firstAttemptRank))
			.map(Undo::none)
			.orElseGet(() -> Undo.by(UndoKind.DERIVED));
	}

	@Override
	public String undoSummary() {
		List<Change> reversed = new ArrayList<>(this.changes.changes());
		Collections.reverse(reversed);
		return reversed.stream().map((change) -> change.reverse().text()).collect(Collectors.joining("\n"));
	}

	@Override
	public PlannedWork plan(MongoDatabase database, boolean exact, boolean transactional) {
		List<ChangePlan> plans = this.changes.plan(database, exact);
		return new PlannedWork(plans.stream().map(DeclaredAction::describe).collect(Collectors.joining("\n")),
				this.script, touches(plans),
				plans.stream().flatMap((plan) -> plan.locks().stream()).distinct().toList(), transactional);
	}

	private static String describe(ChangePlan plan) {
		StringBuilder line = new StringBuilder(plan.summary());
		describe(line, plan.touches(), "touches");
		describe(line, plan.preimages(), "pre-images");
		plan.losses().forEach((loss) -> line.append("; ").append(loss));
		return line.append("; needs ").append(String.join(", ", plan.needs())).toString();
	}

	private static void describe(StringBuilder line, @Nullable AffectedCount touches, String what) {
		if (touches != null) {
			line.append(
					"; %s: %,d %s".formatted(what, touches.count(), touches.estimated() ? "(estimated)" : "(counted)"));
		}
	}

	private static @Nullable AffectedCount touches(List<ChangePlan> plans) {
		List<AffectedCount> known = new ArrayList<>();
		plans.stream().map(ChangePlan::touches).filter((touches) -> touches != null).forEach(known::add);
		return known.isEmpty() ? null : new AffectedCount(known.stream().mapToLong(AffectedCount::count).sum(),
				known.stream().anyMatch(AffectedCount::estimated));
	}

}
