package io.gemforce.migrations.mongo.context;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.mongodb.MongoException;
import com.mongodb.MongoServerException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ServerAddress;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.WriteConcernError;
import com.mongodb.client.AggregateIterable;
import com.mongodb.client.ChangeStreamIterable;
import com.mongodb.client.ClientSession;
import com.mongodb.client.DistinctIterable;
import com.mongodb.client.FindIterable;
import com.mongodb.client.ListCollectionNamesIterable;
import com.mongodb.client.ListCollectionsIterable;
import com.mongodb.client.ListDatabasesIterable;
import com.mongodb.client.ListIndexesIterable;
import com.mongodb.client.ListSearchIndexesIterable;
import com.mongodb.client.MapReduceIterable;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

import io.gemforce.migrations.mongo.history.WriteOutcome;
import io.gemforce.migrations.mongo.lock.Lease;

/**
 * Guards the databases, collections and cursors that a migration gets: lets no operation
 * begin when the lock is lost or the migration is over, refuses in a transaction what
 * cannot be part of one, gives each thread its session, and remembers whether the outcome
 * of an operation is unknown.
 */
@SuppressWarnings("deprecation")
public final class OperationGuard {

	// The particular before the general: an object is guarded as the first that it is
	static final List<Class<?>> GUARDED = List.of(MongoDatabase.class, MongoCollection.class, FindIterable.class,
			AggregateIterable.class, DistinctIterable.class, ListCollectionNamesIterable.class,
			ListCollectionsIterable.class, ListIndexesIterable.class, ListSearchIndexesIterable.class,
			ListDatabasesIterable.class, MapReduceIterable.class, ChangeStreamIterable.class, MongoIterable.class,
			MongoChangeStreamCursor.class, MongoCursor.class);

	private static final Set<String> DATABASE_METHODS = Set.of("drop", "createCollection", "createView",
			"listCollections", "listCollectionNames", "watch");

	private static final Set<String> COLLECTION_METHODS = Set.of("drop", "renameCollection", "createIndex",
			"createIndexes", "dropIndex", "dropIndexes", "listIndexes", "createSearchIndex", "createSearchIndexes",
			"updateSearchIndex", "dropSearchIndex", "listSearchIndexes", "mapReduce", "watch");

	// What the manual lists; a server answers everything else with an error
	private static final Set<String> TRANSACTION_COMMANDS = Set.of("aggregate", "delete", "distinct", "find",
			"findandmodify", "getmore", "insert", "killcursors", "update", "bulkwrite", "hello", "ismaster",
			"buildinfo", "connectionstatus");

	private static final Set<String> FORBIDDEN_STAGES = Set.of("$out", "$merge", "$collStats", "$currentOp",
			"$indexStats", "$listLocalSessions", "$listSessions", "$planCacheStats", "$changeStream");

	private static final Set<String> WRITE_COMMANDS = Set.of("bulkwrite", "collmod", "create", "createindexes",
			"delete", "drop", "dropdatabase", "dropindexes", "findandmodify", "insert", "renamecollection", "update");

	private static final Map<Method, Optional<Method>> IN_SESSION = new ConcurrentHashMap<>();

	private static final BsonString NO_TEXT = new BsonString("");

	private final Lease lease;

	private volatile AttemptSessions sessions = new AttemptSessions(null, () -> null);

	private volatile boolean transactional;

	private volatile boolean closed;

	private volatile boolean outcomeUnknown;

	private volatile @Nullable MongoException refused;

	public OperationGuard(Lease lease, boolean transactional) {
		this.lease = lease;
		this.transactional = transactional;
	}

	public void use(AttemptSessions sessions) {
		this.sessions = sessions;
	}

	public void enter() {
		this.sessions.enter();
	}

	// Its operations are executed in the session of the thread
	MongoDatabase guard(MongoDatabase database) {
		return (MongoDatabase) proxy(database, false);
	}

	MongoDatabase guardWithSession(MongoDatabase database) {
		return (MongoDatabase) proxy(database, true);
	}

	public void transactional(boolean transactional) {
		this.transactional = transactional;
	}

	boolean isTransactional() {
		return this.transactional;
	}

	public void close() {
		this.closed = true;
		this.sessions.close();
	}

	/**
	 * Whether a write outside of a transaction may have been executed, or may yet be,
	 * although it was not answered.
	 */
	public boolean isOutcomeUnknown() {
		return this.outcomeUnknown;
	}

	/**
	 * Return the first error in the transaction that is not temporary: the server has
	 * ended the transaction with it.
	 */
	public @Nullable MongoException refused() {
		return this.refused;
	}

	private void note(MongoException failure) {
		if (this.transactional && this.refused == null && failure instanceof MongoServerException
				&& !failure.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
			this.refused = failure;
		}
	}

	private Object proxy(Object target, boolean hasSession) {
		Class<?> type = GUARDED.stream().filter((candidate) -> candidate.isInstance(target)).findFirst().orElseThrow();
		return Proxy.newProxyInstance(MongoDatabase.class.getClassLoader(), new Class<?>[] { type },
				new Handler(target, hasSession));
	}

	private void check(Method method, @Nullable Object @Nullable [] args) {
		if (this.closed) {
			throw new IllegalStateException("The migration that this object was given to is over");
		}
		this.lease.check();
		if (this.transactional) {
			requireTransactional(method, (args != null) ? args : new Object[0]);
		}
	}

	private static void requireTransactional(Method method, @Nullable Object[] args) {
		Class<?> type = method.getDeclaringClass();
		String name = method.getName();
		if (type == MongoDatabase.class && name.equals("runCommand")) {
			requireTransactional(command(args));
		}
		else if ((type == MongoDatabase.class && DATABASE_METHODS.contains(name))
				|| (type == MongoCollection.class && COLLECTION_METHODS.contains(name))
				|| (type == AggregateIterable.class && name.equals("toCollection"))) {
			throw refusal(name);
		}
		else if (name.equals("aggregate")) {
			Stream.of(args)
				.filter(List.class::isInstance)
				.forEach((pipeline) -> requireTransactional((List<?>) pipeline));
		}
	}

	private static void requireTransactional(BsonDocument command) {
		String name = command.isEmpty() ? "" : command.getFirstKey();
		if (!TRANSACTION_COMMANDS.contains(name.toLowerCase(Locale.ROOT))) {
			throw refusal(name);
		}
		for (String concern : List.of("writeConcern", "readConcern")) {
			if (command.containsKey(concern)) {
				throw new IllegalStateException(
						"'%s' cannot carry a %s in a transaction, which has its own: leave it out of the command"
							.formatted(name, concern));
			}
		}
		if (command.get("pipeline") instanceof List<?> pipeline) {
			requireTransactional(pipeline);
		}
	}

	private static void requireTransactional(List<?> pipeline) {
		for (Object stage : pipeline) {
			BsonDocument document = (stage instanceof Bson bson) ? bson.toBsonDocument() : new BsonDocument();
			document.keySet().stream().filter(FORBIDDEN_STAGES::contains).findFirst().ifPresent((name) -> {
				throw refusal(name);
			});
		}
	}

	// The driver leaves commands as they are
	private static @Nullable Object[] withMajority(@Nullable Object[] args) {
		return Stream.of(args)
			.map((arg) -> (arg instanceof Bson command) ? withMajority(command.toBsonDocument()) : arg)
			.toArray();
	}

	private static BsonDocument withMajority(BsonDocument command) {
		String name = command.isEmpty() ? "" : command.getFirstKey().toLowerCase(Locale.ROOT);
		boolean writes = WRITE_COMMANDS.contains(name)
				|| (name.equals("aggregate") && command.get("pipeline") instanceof BsonArray pipeline
						&& pipeline.stream()
							.anyMatch((stage) -> stage instanceof BsonDocument document
									&& (document.containsKey("$out") || document.containsKey("$merge"))));
		if (!writes || command.containsKey("writeConcern")) {
			return command;
		}
		return command.clone().append("writeConcern", WriteConcern.MAJORITY.asDocument());
	}

	private static IllegalStateException refusal(String operation) {
		return new IllegalStateException(("'%s' cannot be part of a transaction: declare "
				+ "@Migration(transaction = TransactionMode.NEVER), and make the migration repeatable")
			.formatted(operation));
	}

	private static BsonDocument command(@Nullable Object[] args) {
		return Stream.of(args)
			.filter(Bson.class::isInstance)
			.map((command) -> ((Bson) command).toBsonDocument())
			.findFirst()
			.orElseGet(BsonDocument::new);
	}

	private static Optional<Method> inSession(Method method) {
		Class<?> type = method.getDeclaringClass();
		Class<?>[] parameters = method.getParameterTypes();
		if (type != MongoDatabase.class && type != MongoCollection.class) {
			return Optional.empty();
		}
		Class<?>[] withSession = Stream.concat(Stream.of(ClientSession.class), Arrays.stream(parameters))
			.toArray(Class<?>[]::new);
		return Optional.ofNullable(ReflectionUtils.findMethod(type, method.getName(), withSession));
	}

	// The driver looks for this in the replies to its own operations only
	private static void requireMajority(@Nullable Object reply) {
		if (reply instanceof Map<?, ?> fields && fields.get("writeConcernError") instanceof Map<?, ?> error) {
			BsonDocument details = new Document("error", error).toBsonDocument().getDocument("error");
			throw new MongoWriteConcernException(new WriteConcernError(
					details.getNumber("code", new BsonInt32(0)).intValue(),
					details.getString("codeName", NO_TEXT).getValue(), details.getString("errmsg", NO_TEXT).getValue(),
					details.getDocument("errInfo", new BsonDocument())), null, new ServerAddress());
		}
	}

	/**
	 * Passes calls on to a driver's object, and guards what it returns. A result belongs
	 * to the thread that has asked for it, as its session does.
	 */
	private final class Handler implements InvocationHandler {

		private final Object target;

		private final boolean hasSession;

		private final Thread thread = Thread.currentThread();

		private Handler(Object target, boolean hasSession) {
			this.target = target;
			this.hasSession = hasSession;
		}

		@Override
		public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
				throws Throwable {
			if (method.getDeclaringClass() == Object.class) {
				return switch (method.getName()) {
					case "equals" -> args != null && proxy == args[0];
					case "hashCode" -> System.identityHashCode(proxy);
					default -> this.target.toString();
				};
			}
			boolean closing = this.target instanceof MongoCursor && method.getName().equals("close");
			if (!closing) {
				requireThread();
				check(method, args);
			}
			try {
				return guarded(proxy, call(method, args));
			}
			catch (MongoException ex) {
				note(ex);
				if (WriteOutcome.isUnknown(ex) && mayWrite(method)) {
					OperationGuard.this.outcomeUnknown |= !OperationGuard.this.transactional;
				}
				throw ex;
			}
		}

		private void requireThread() {
			boolean result = this.target instanceof MongoIterable || this.target instanceof MongoCursor;
			if (result && Thread.currentThread() != this.thread) {
				throw new IllegalStateException(
						("Thread '%s' cannot read a result that thread '%s' has asked for: ask for "
								+ "it in the thread that reads it")
							.formatted(Thread.currentThread().getName(), this.thread.getName()));
			}
		}

		private @Nullable Object call(Method method, @Nullable Object @Nullable [] args) throws Throwable {
			try {
				Object result = callInSession(method, args);
				if (method.getName().equals("runCommand")) {
					requireMajority(result);
				}
				return result;
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
			}
		}

		private @Nullable Object callInSession(Method method, @Nullable Object @Nullable [] arguments)
				throws IllegalAccessException, InvocationTargetException {
			boolean command = method.getName().equals("runCommand") && !OperationGuard.this.transactional
					&& !this.hasSession;
			@Nullable Object[] args = (arguments != null) ? arguments : new Object[0];
			args = command ? withMajority(args) : args;
			Method inSession = this.hasSession ? null
					: IN_SESSION.computeIfAbsent(method, OperationGuard::inSession).orElse(null);
			ClientSession session = (inSession != null)
					? OperationGuard.this.sessions.current(OperationGuard.this.transactional) : null;
			if (inSession == null || session == null) {
				return method.invoke(this.target, args);
			}
			return inSession.invoke(this.target, Stream.concat(Stream.of(session), Arrays.stream(args)).toArray());
		}

		// Most iterables only read, but an aggregation can end in $out or $merge
		private boolean mayWrite(Method method) {
			return switch (method.getName()) {
				case "countDocuments", "estimatedDocumentCount" -> false;
				case "toCollection" -> true;
				default -> !(this.target instanceof MongoIterable || this.target instanceof MongoCursor)
						|| this.target instanceof AggregateIterable;
			};
		}

		private @Nullable Object guarded(Object proxy, @Nullable Object result) {
			if (result == this.target) {
				return proxy;
			}
			if (result instanceof MongoDatabase || result instanceof MongoCollection || result instanceof MongoIterable
					|| result instanceof MongoCursor) {
				return proxy(result, this.hasSession);
			}
			return result;
		}

	}

}
