package io.gemforce.migrations.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.mongodb.ConnectionString;
import com.mongodb.ServerAddress;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one client and the server that tests run on. Notes what the client
 * sends, and holds or loses the commands or replies that a test names, so that a test can
 * bring about any order of events without waiting for it by chance.
 */
public final class MongoProxy implements AutoCloseable {

	private final MongoTestDatabase mongo;

	private final ServerAddress server;

	private final ServerSocket listener;

	private final List<BsonDocument> commands = new CopyOnWriteArrayList<>();

	private final List<Hold> holds = new CopyOnWriteArrayList<>();

	private final List<Predicate<BsonDocument>> swallowed = new CopyOnWriteArrayList<>();

	private final List<Predicate<BsonDocument>> refused = new CopyOnWriteArrayList<>();

	private final List<Alteration> alterations = new CopyOnWriteArrayList<>();

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private MongoProxy(MongoTestDatabase mongo) throws IOException {
		this.mongo = mongo;
		this.server = new ServerAddress(new ConnectionString(mongo.uri()).getHosts().get(0));
		this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
		start("proxy", this::accept);
	}

	/**
	 * Stand before a database's server.
	 */
	public static MongoProxy to(MongoTestDatabase mongo) {
		try {
			return new MongoProxy(mongo);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the address of the database, as it is reached through this proxy.
	 */
	public String uri() {
		return "mongodb://%s:%d/%s?directConnection=true".formatted(this.listener.getInetAddress().getHostAddress(),
				this.listener.getLocalPort(), this.mongo.name());
	}

	/**
	 * Return what the client has sent so far, whatever became of it.
	 */
	public List<BsonDocument> commands() {
		return List.copyOf(this.commands);
	}

	/**
	 * Hold the next command of a kind before the server gets it.
	 */
	public Hold holdCommand(Predicate<BsonDocument> wanted) {
		return hold(wanted, false);
	}

	/**
	 * Hold the reply to the next command of a kind: the server has executed the command,
	 * and the client does not know.
	 */
	public Hold holdReply(Predicate<BsonDocument> wanted) {
		return hold(wanted, true);
	}

	/**
	 * Hold the replies to the next commands of a kind, one by one.
	 */
	public List<Hold> holdReplies(Predicate<BsonDocument> wanted, int times) {
		return Stream.generate(() -> holdReply(wanted)).limit(times).toList();
	}

	private Hold hold(Predicate<BsonDocument> wanted, boolean reply) {
		Hold hold = new Hold(wanted, reply);
		this.holds.add(hold);
		return hold;
	}

	/**
	 * Never let the server get commands of a kind from now on. The client waits for their
	 * replies until its patience ends.
	 */
	public void swallow(Predicate<BsonDocument> wanted) {
		this.swallowed.add(wanted);
	}

	/**
	 * Close the connection instead of letting the server get commands of a kind from now
	 * on.
	 */
	public void refuse(Predicate<BsonDocument> wanted) {
		this.refused.add(wanted);
	}

	/**
	 * Change the replies to commands of a kind from now on, as the server's would be in a
	 * state that the one here does not come into.
	 */
	public void alterReplies(Predicate<BsonDocument> wanted, UnaryOperator<BsonDocument> alteration) {
		this.alterations.add(new Alteration(wanted, alteration));
	}

	private static void start(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		try {
			while (!this.listener.isClosed()) {
				connect(this.listener.accept());
			}
		}
		catch (IOException ex) {
			// The proxy is closed
		}
	}

	private void connect(Socket client) {
		try {
			Connection connection = new Connection(client, new Socket(this.server.getHost(), this.server.getPort()));
			this.connections.add(connection);
			start("proxy-commands", connection::passCommands);
			start("proxy-replies", connection::passReplies);
		}
		catch (IOException ex) {
			// The server is gone, and so the client is told
			closeQuietly(client);
		}
	}

	@Override
	public void close() {
		closeQuietly(this.listener);
		this.holds.forEach(Hold::lose);
		this.connections.forEach(Connection::close);
	}

	private static void closeQuietly(AutoCloseable resource) {
		try {
			resource.close();
		}
		catch (Exception ex) {
			// Nobody is there any more to be told
		}
	}

	/**
	 * What is made of replies.
	 *
	 * @param wanted tells whether a command is of the kind
	 * @param reply makes the reply that the client gets of the server's
	 */
	private record Alteration(Predicate<BsonDocument> wanted, UnaryOperator<BsonDocument> reply) {

	}

	/**
	 * One command, or the reply to it, that is held on its way.
	 */
	public static final class Hold {

		private final Predicate<BsonDocument> wanted;

		private final boolean reply;

		private final AtomicBoolean taken = new AtomicBoolean();

		private final CountDownLatch caught = new CountDownLatch(1);

		private final CountDownLatch decided = new CountDownLatch(1);

		private final CountDownLatch answered = new CountDownLatch(1);

		private volatile @Nullable Socket client;

		private volatile boolean lost;

		private Hold(Predicate<BsonDocument> wanted, boolean reply) {
			this.wanted = wanted;
			this.reply = reply;
		}

		private boolean take(BsonDocument command) {
			return this.wanted.test(command) && this.taken.compareAndSet(false, true);
		}

		private void holdOn(Socket client) throws IOException, InterruptedException {
			this.client = client;
			this.caught.countDown();
			this.decided.await();
			if (this.lost) {
				throw new IOException("Lost on its way");
			}
		}

		/**
		 * Wait until there is something to hold.
		 */
		public void await() {
			await(() -> "");
		}

		/**
		 * Wait until there is something to hold.
		 */
		public void await(Supplier<String> client) {
			await(this.caught, () -> "What was to be held did not come. " + client.get());
		}

		/**
		 * Let the message go on its way.
		 */
		public void letGo() {
			this.decided.countDown();
		}

		/**
		 * Let the command go on its way, and wait until the server has executed it.
		 */
		public void execute() {
			letGo();
			await(this.answered, () -> "The server did not answer what was held");
		}

		private static void await(CountDownLatch latch, Supplier<String> otherwise) {
			try {
				if (!latch.await(1, TimeUnit.MINUTES)) {
					throw new IllegalStateException(otherwise.get());
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}

		/**
		 * Close the client's connection, so that the client no longer waits for an
		 * answer, and go on holding the message.
		 */
		public void cutClientOff() {
			await();
			closeQuietly(Objects.requireNonNull(this.client));
		}

		/**
		 * Lose the message: the connection is closed instead.
		 */
		public void lose() {
			this.lost = true;
			this.decided.countDown();
		}

	}

	/**
	 * One connection of the client.
	 */
	private final class Connection {

		private final Socket client;

		private final Socket server;

		private final Map<Integer, Optional<Hold>> unanswered = new ConcurrentHashMap<>();

		private final Map<Integer, Alteration> altered = new ConcurrentHashMap<>();

		private volatile boolean clientGone;

		private Connection(Socket client, Socket server) throws IOException {
			this.client = client;
			this.server = server;
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
		}

		// A client that is gone does not keep the server from executing what it has sent
		private void passCommands() {
			pass(this.client, this.server, this::isCommandPassed);
			this.clientGone = true;
			if (this.unanswered.isEmpty()) {
				close();
			}
		}

		private void passReplies() {
			pass(this.server, this.client, this::isReplyPassed);
			close();
		}

		private void pass(Socket from, Socket to, Gate gate) {
			try {
				InputStream input = from.getInputStream();
				for (WireMessage message = next(input); message != null; message = next(input)) {
					if (gate.isPassed(message)) {
						to.getOutputStream().write(altered(message).bytes());
					}
				}
			}
			catch (IOException ex) {
				// One side is gone, so the other one is told
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		private static @Nullable WireMessage next(InputStream input) throws IOException {
			return WireMessage.read(input).orElse(null);
		}

		private boolean isCommandPassed(WireMessage message) throws IOException, InterruptedException {
			BsonDocument command = message.command().orElse(null);
			if (command == null) {
				return true;
			}
			MongoProxy.this.commands.add(command);
			if (MongoProxy.this.swallowed.stream().anyMatch((wanted) -> wanted.test(command))) {
				return false;
			}
			Optional<Hold> hold = MongoProxy.this.holds.stream()
				.filter((candidate) -> candidate.take(command))
				.findFirst();
			if (hold.isPresent() && !hold.get().reply) {
				hold.get().holdOn(this.client);
			}
			if (hold.isEmpty() && MongoProxy.this.refused.stream().anyMatch((wanted) -> wanted.test(command))) {
				throw new IOException("Refused");
			}
			this.unanswered.put(message.requestId(), hold);
			MongoProxy.this.alterations.stream()
				.filter((candidate) -> candidate.wanted().test(command))
				.findFirst()
				.ifPresent((alteration) -> this.altered.put(message.requestId(), alteration));
			return true;
		}

		private WireMessage altered(WireMessage message) {
			Alteration alteration = this.altered.remove(message.responseTo());
			return (alteration != null) ? message.with(alteration.reply().apply(message.command().orElseThrow()))
					: message;
		}

		private boolean isReplyPassed(WireMessage message) throws IOException, InterruptedException {
			Optional<Hold> hold = this.unanswered.getOrDefault(message.responseTo(), Optional.empty());
			if (hold.isPresent()) {
				hold.get().answered.countDown();
				if (hold.get().reply) {
					hold.get().holdOn(this.client);
				}
			}
			this.unanswered.remove(message.responseTo());
			if (this.clientGone) {
				throw new IOException("The client is gone");
			}
			return true;
		}

		private void close() {
			closeQuietly(this.client);
			closeQuietly(this.server);
			MongoProxy.this.connections.remove(this);
		}

	}

	/**
	 * Decides what becomes of a message.
	 */
	@FunctionalInterface
	private interface Gate {

		boolean isPassed(WireMessage message) throws IOException, InterruptedException;

	}

}
