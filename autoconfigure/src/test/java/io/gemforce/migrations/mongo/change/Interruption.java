package io.gemforce.migrations.mongo.change;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.mongo.change.document.Conditions;

/**
 * Interrupts an attempt at one of its writes. One that concerns several documents has
 * reached a random half of them then, any other one has or has not happened. A server
 * that dies in the middle of a command leaves this behind, which no server here does by
 * itself.
 */
public final class Interruption {

	private static final Set<String> MANY_BY_FILTER = Set.of("updateMany", "deleteMany");

	private static final Set<String> MANY_BY_LIST = Set.of("bulkWrite", "insertMany");

	private static final Set<String> ONE = Set.of("updateOne", "findOneAndUpdate", "replaceOne", "insertOne",
			"deleteOne", "drop", "renameCollection", "dropIndex", "runCommand", "createCollection");

	private static final Set<String> READS = Set.of("find", "aggregate", "countDocuments");

	private final int at;

	private final Random random;

	private final Meanwhile meanwhile;

	private boolean inTransaction;

	private boolean free = true;

	private int writes;

	private int writesOfChanges;

	private Interruption(int at, Random random, Meanwhile meanwhile) {
		this.at = at;
		this.random = random;
		this.meanwhile = meanwhile;
	}

	/**
	 * Interrupt nothing, and count the writes.
	 */
	public static Interruption none() {
		return meanwhile((collection, method) -> {
		});
	}

	/**
	 * Interrupt an attempt.
	 * @param random decides how far the write has come
	 */
	public static Interruption at(int at, Random random) {
		return new Interruption(at, random, (collection, method) -> {
		});
	}

	/**
	 * Interrupt nothing, and let an application do something before each operation on its
	 * collections. It does nothing while a transaction holds documents of them, for which
	 * it would have to wait.
	 */
	public static Interruption meanwhile(Meanwhile meanwhile) {
		return new Interruption(-1, new Random(0), meanwhile);
	}

	void transaction(boolean begins) {
		this.inTransaction = begins;
		this.free = true;
	}

	/**
	 * Return how many writes there were.
	 */
	public int writes() {
		return this.writes;
	}

	/**
	 * Return how many writes there were but to the memory.
	 */
	int writesOfChanges() {
		return this.writesOfChanges;
	}

	MongoDatabase watch(MongoDatabase database) {
		return (MongoDatabase) proxy(database);
	}

	void commit(ClientSession session) {
		this.writes++;
		if (this.writes == this.at) {
			if (this.random.nextBoolean()) {
				session.commitTransaction();
			}
			throw new Interrupted("in a commit");
		}
		session.commitTransaction();
	}

	private Object proxy(Object target) {
		Class<?>[] interfaces = Arrays.stream(ClassUtils.getAllInterfaces(target))
			.filter((type) -> type.getPackageName().equals(MongoDatabase.class.getPackageName()))
			.toArray(Class<?>[]::new);
		return Proxy.newProxyInstance(MongoDatabase.class.getClassLoader(), interfaces, new Handler(target));
	}

	/**
	 * Thrown by the interruption.
	 */
	public static final class Interrupted extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Interrupted(String where) {
			super("Interrupted " + where);
		}

	}

	/**
	 * What an application does meanwhile.
	 */
	@FunctionalInterface
	public interface Meanwhile {

		/**
		 * Do something before an operation.
		 */
		void before(String collection, String method);

	}

	/**
	 * Passes calls on, but for the one that is interrupted.
	 */
	private final class Handler implements InvocationHandler {

		private final Object target;

		private Handler(Object target) {
			this.target = target;
		}

		@Override
		public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
			letOthersWork(method);
			if (isWrite(method)) {
				Interruption.this.writes++;
				if (!(this.target instanceof MongoCollection<?> collection
						&& collection.getNamespace().getCollectionName().equals("migration_preimage"))) {
					Interruption.this.writesOfChanges++;
				}
				if (Interruption.this.writes == Interruption.this.at) {
					Interrupted interrupted = new Interrupted(
							"in %s(%s)".formatted(method.getName(), Arrays.toString(args)));
					try {
						interrupt(method, args);
					}
					catch (RuntimeException ex) {
						// Nobody learns of it
						interrupted.addSuppressed(ex);
					}
					throw interrupted;
				}
			}
			Object result = call(method, args);
			return (result instanceof MongoDatabase || result instanceof MongoCollection) ? proxy(result) : result;
		}

		private void letOthersWork(Method method) {
			boolean write = isWrite(method);
			if (this.target instanceof MongoCollection<?> collection && (write || READS.contains(method.getName()))
					&& !collection.getNamespace().getCollectionName().equals("migration_preimage")) {
				if (Interruption.this.free) {
					Interruption.this.meanwhile.before(collection.getNamespace().getCollectionName(), method.getName());
				}
				Interruption.this.free &= !(write && Interruption.this.inTransaction);
			}
		}

		private boolean isWrite(Method method) {
			return method.getDeclaringClass() != Object.class && (MANY_BY_FILTER.contains(method.getName())
					|| MANY_BY_LIST.contains(method.getName()) || ONE.contains(method.getName()));
		}

		private Object call(Method method, Object[] args) throws Throwable {
			try {
				return method.invoke(this.target, args);
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
			}
		}

		private void interrupt(Method method, Object[] args) throws Throwable {
			Object[] half = (args != null) ? args.clone() : null;
			if (MANY_BY_FILTER.contains(method.getName())) {
				half[0] = half((Bson) args[0]);
			}
			else if (MANY_BY_LIST.contains(method.getName())) {
				List<?> writes = half((List<?>) args[0]);
				if (writes.isEmpty()) {
					return;
				}
				half[0] = writes;
			}
			else if (Interruption.this.random.nextBoolean()) {
				return;
			}
			call(method, half);
		}

		private Bson half(Bson filter) {
			MongoCollection<?> collection = (MongoCollection<?>) this.target;
			List<BsonValue> ids = new ArrayList<>();
			collection.withDocumentClass(BsonDocument.class)
				.withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry())
				.find(filter)
				.projection(new BsonDocument("_id", new BsonInt32(1)))
				.forEach((document) -> ids.add(document.get("_id")));
			return Conditions.all(Conditions.ids(half(ids)), filter.toBsonDocument());
		}

		private <T> List<T> half(List<T> all) {
			List<T> shuffled = new ArrayList<>(all);
			Collections.shuffle(shuffled, Interruption.this.random);
			return shuffled.subList(0, all.size() / 2);
		}

	}

}
