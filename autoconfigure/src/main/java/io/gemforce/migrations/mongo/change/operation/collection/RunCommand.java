package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import com.mongodb.client.MongoDatabase;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Secrets;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Runs a command of the author's on the application's database, or on the server's own.
 *
 * @param admin whether it is run on the server's own database
 */
public record RunCommand(BsonDocument up, @Nullable BsonDocument down, boolean declaredIdempotent,
		boolean admin) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "command";

	/**
	 * The name of the kind that is run on the server's own database.
	 */
	public static final String ADMIN_KIND = "adminCommand";

	private static final String ADMIN = "admin";

	private static final String WRITE_CONCERN = "writeConcern";

	public static RunCommand of(Parameters parameters) {
		return of(parameters, false);
	}

	public static RunCommand ofAdmin(Parameters parameters) {
		return of(parameters, true);
	}

	private static RunCommand of(Parameters parameters, boolean admin) {
		return new RunCommand(parameters.value("up").asDocument(), parameters.optionalDocument("down"),
				parameters.flag("idempotent"), admin);
	}

	@Override
	public String kind() {
		return this.admin ? ADMIN_KIND : KIND;
	}

	@Override
	public String summary() {
		return describe("run", this.up);
	}

	private String describe(String verb, BsonDocument command) {
		return "%s %scommand %s".formatted(verb, this.admin ? "admin " : "",
				BsonFormatter.show(Secrets.redact(command)));
	}

	// Without the secrets
	@Override
	public String toString() {
		return summary();
	}

	@Override
	public boolean canHoldSecrets() {
		return true;
	}

	@Override
	public List<String> collections() {
		return List.of();
	}

	@Override
	public Reverse reverse() {
		return (this.down != null) ? Reverse.declared(describe("runs", this.down))
				: Reverse.none("a command without 'down' has no reverse");
	}

	@Override
	public boolean isIdempotent() {
		return this.declaredIdempotent;
	}

	@Override
	public boolean canBeInTransaction() {
		return !this.admin && new CommandReach(this.up).canBeInTransaction()
				&& (this.down == null || new CommandReach(this.down).canBeInTransaction());
	}

	@Override
	public boolean isWriting(String own, String database, String name) {
		return commands().anyMatch((command) -> command.isWriting(this.admin ? ADMIN : own, database, name));
	}

	@Override
	public Optional<String> reachesBeyond() {
		return this.admin
				? Optional.of("its command '%s' is run on the database 'admin'".formatted(this.up.getFirstKey()))
				: commands().flatMap((command) -> command.beyond().stream()).findFirst();
	}

	private Stream<CommandReach> commands() {
		return Stream.of(this.up, this.down).filter(Objects::nonNull).map(CommandReach::new);
	}

	@Override
	public List<String> needs() {
		List<String> needs = new ArrayList<>();
		needs.add("what the command '%s' needs".formatted(this.up.getFirstKey()));
		if (!isIdempotent() && canBeInTransaction()) {
			needs.add(PlanPhrases.TRANSACTIONS);
		}
		return List.copyOf(needs);
	}

	@Override
	public List<String> locks() {
		return List.of("what the command '%s' takes".formatted(this.up.getFirstKey()));
	}

	@Override
	public @Nullable AffectedCount touches(DocumentCounter counter) {
		return null;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		if (!isIdempotent() && canBeInTransaction() && step.hasTransactions()) {
			step.onceInTransaction(new BsonDocument(), () -> run(step, inTransaction(this.up)));
			return;
		}
		if (!step.isBegun()) {
			step.begin(new BsonDocument());
		}
		run(step, withWriteConcern(this.up));
	}

	@Override
	public void down(OperationContext step) throws Exception {
		BsonDocument down = this.down;
		if (down == null) {
			throw step.refused(reverse().text(), "Add 'down' to the command");
		}
		if (!isIdempotent() && canBeInTransaction() && step.hasTransactions()) {
			step.downOnceInTransaction(() -> run(step, inTransaction(down)));
		}
		else {
			run(step, withWriteConcern(down));
		}
	}

	private static BsonDocument withWriteConcern(BsonDocument command) {
		boolean needed = new CommandReach(command).isWrite() && !command.containsKey(WRITE_CONCERN);
		return needed ? command.clone().append(WRITE_CONCERN, new BsonDocument("w", new BsonString("majority")))
				: command;
	}

	// The commit has a write concern, and nothing else in a transaction may have one
	private static BsonDocument inTransaction(BsonDocument command) {
		BsonDocument plain = command.clone();
		plain.remove(WRITE_CONCERN);
		return plain;
	}

	private void run(OperationContext step, BsonDocument command) {
		MongoDatabase database = this.admin ? step.adminDatabase() : step.database();
		BsonDocument reply = database.runCommand(command, BsonDocument.class);
		BsonValue errors = reply.get("writeErrors");
		if (errors instanceof BsonArray list && !list.isEmpty()) {
			throw new IllegalStateException("Command '%s' could not write all: %s".formatted(command.getFirstKey(),
					BsonFormatter.show(list.get(0))));
		}
	}

}
