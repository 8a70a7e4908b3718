package io.gemforce.migrations.mongo.engine;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.mongodb.MongoException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ServerAddress;
import com.mongodb.bulk.WriteConcernError;
import com.mongodb.client.AggregateIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.mongo.history.WriteOutcome;
import io.gemforce.migrations.mongo.lock.Lease;

/**
 * Stands before the databases, collections and cursors that a migration gets: lets no
 * operation begin when the lock is lost or the migration is over, refuses in a
 * transaction what cannot be part of one, and remembers whether the outcome of an
 * operation is unknown.
 */
final class OperationGuard {

	private static final Set<String> DATABASE_DDL = Set.of("drop", "createCollection", "createView");

	private static final Set<String> COLLECTION_DDL = Set.of("drop", "renameCollection", "createIndex", "createIndexes",
			"dropIndex", "dropIndexes", "createSearchIndex", "createSearchIndexes", "updateSearchIndex",
			"dropSearchIndex");

	private static final Set<String> COMMAND_DDL = Set.of("create", "createindexes", "drop", "dropdatabase",
			"dropindexes", "deleteindexes", "renamecollection", "collmod", "converttocapped", "clonecollectionascapped",
			"reindex", "compact", "createsearchindexes", "updatesearchindex", "dropsearchindex", "shardcollection",
			"refinecollectionshardkey", "reshardcollection");

	private static final BsonString NO_TEXT = new BsonString("");

	private final Lease lease;

	private volatile boolean transactional;

	private volatile boolean closed;

	private volatile boolean outcomeUnknown;

	OperationGuard(Lease lease, boolean transactional) {
		this.lease = lease;
		this.transactional = transactional;
	}

	MongoDatabase guard(MongoDatabase database) {
		return proxy(MongoDatabase.class, database);
	}

	/**
	 * Say whether a transaction is open.
	 * @param transactional whether operations are part of one from now on
	 */
	void transactional(boolean transactional) {
		this.transactional = transactional;
	}

	/**
	 * Let no further operation begin.
	 */
	void close() {
		this.closed = true;
	}

	/**
	 * Whether a write outside of a transaction may have been executed, or may yet be,
	 * although it was not answered.
	 * @return whether the outcome of an operation is unknown
	 */
	boolean isOutcomeUnknown() {
		return this.outcomeUnknown;
	}

	private <T> T proxy(Class<T> type, Object target) {
		Class<?>[] interfaces = Arrays.stream(ClassUtils.getAllInterfaces(target))
			.filter((candidate) -> candidate.getPackageName().equals(MongoDatabase.class.getPackageName()))
			.toArray(Class<?>[]::new);
		return type.cast(Proxy.newProxyInstance(MongoDatabase.class.getClassLoader(), interfaces, new Handler(target)));
	}

	private void check(Method method, @Nullable Object @Nullable [] args) {
		if (this.closed) {
			throw new IllegalStateException("The migration that this object was given to is over");
		}
		this.lease.check();
		if (this.transactional) {
			refuseDdl(method, args);
		}
	}

	private static void refuseDdl(Method method, @Nullable Object @Nullable [] args) {
		Class<?> type = method.getDeclaringClass();
		boolean ddl = (type == MongoDatabase.class && DATABASE_DDL.contains(method.getName()))
				|| (type == MongoCollection.class && COLLECTION_DDL.contains(method.getName()));
		String operation = method.getName();
		if (type == MongoDatabase.class && operation.equals("runCommand")) {
			operation = commandName(args);
			ddl = COMMAND_DDL.contains(operation.toLowerCase(Locale.ROOT));
		}
		if (ddl) {
			throw new IllegalStateException(("'%s' cannot be part of a transaction: declare "
					+ "@Migration(transaction = TransactionMode.NEVER), and make the migration repeatable")
				.formatted(operation));
		}
	}

	private static String commandName(@Nullable Object @Nullable [] args) {
		for (Object arg : (args != null) ? args : new Object[0]) {
			if (arg instanceof Bson command) {
				BsonDocument document = command.toBsonDocument();
				return document.isEmpty() ? "" : document.getFirstKey();
			}
		}
		return "";
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
	 * Passes calls on to a driver's object, and guards what it returns.
	 */
	private final class Handler implements InvocationHandler {

		private final Object target;

		private Handler(Object target) {
			this.target = target;
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
			check(method, args);
			try {
				return guarded(proxy, call(method, args));
			}
			catch (MongoException ex) {
				if (WriteOutcome.isUnknown(ex) && mayWrite(method)) {
					OperationGuard.this.outcomeUnknown |= !OperationGuard.this.transactional;
				}
				throw ex;
			}
		}

		private @Nullable Object call(Method method, @Nullable Object @Nullable [] args) throws Throwable {
			try {
				Object result = method.invoke(this.target, args);
				if (method.getName().equals("runCommand")) {
					requireMajority(result);
				}
				return result;
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
			}
		}

		// Most iterables only read, but an aggregation can end in $out or $merge
		private boolean mayWrite(Method method) {
			return switch (method.getName()) {
				case "countDocuments", "estimatedDocumentCount" -> false;
				case "toCollection" -> true;
				default -> !(this.target instanceof MongoIterable) || this.target instanceof AggregateIterable;
			};
		}

		private @Nullable Object guarded(Object proxy, @Nullable Object result) {
			if (result == this.target) {
				return proxy;
			}
			if (result instanceof MongoDatabase || result instanceof MongoCollection
					|| result instanceof MongoIterable) {
				return proxy(Object.class, result);
			}
			return result;
		}

	}

}
