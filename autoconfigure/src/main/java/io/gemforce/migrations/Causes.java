package io.gemforce.migrations;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads what migrations throw, which is code of others: the causes may form a circle, a
 * message may be as long as a document, and asking for it may fail itself.
 */
public final class Causes {

	private static final int MOST = 100;

	// Leaves room for what is said around it
	private static final int LONGEST_MESSAGE = Secrets.LONGEST / 2;

	private Causes() {
	}

	/**
	 * Return an exception and its causes, each once.
	 * @param failure the exception
	 * @return the exceptions, the outermost first
	 */
	public static List<Throwable> of(Throwable failure) {
		List<Throwable> causes = new ArrayList<>();
		Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		Throwable cause = original(failure);
		while (cause != null && causes.size() < MOST && seen.add(cause)) {
			causes.add(cause);
			cause = cause.getCause();
			cause = (cause != null) ? original(cause) : null;
		}
		return causes;
	}

	private static Throwable original(Throwable failure) {
		return (failure instanceof StandIn standIn) ? standIn.original : failure;
	}

	/**
	 * Find an exception of a type among an exception and its causes.
	 * @param <T> the type
	 * @param failure the exception
	 * @param type the type
	 * @return the outermost one
	 */
	public static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
		return of(failure).stream().filter(type::isInstance).map(type::cast).findFirst();
	}

	/**
	 * Return the name of the class of an exception.
	 * @param failure the exception
	 * @return the name
	 */
	public static String type(Throwable failure) {
		return original(failure).getClass().getName();
	}

	/**
	 * Return what an exception says, no more of it than can be shown.
	 * @param failure the exception
	 * @return the message, {@code null} if it says nothing
	 */
	public static @Nullable String message(Throwable failure) {
		try {
			String message = original(failure).getMessage();
			return (message != null) ? Secrets.bounded(message, LONGEST_MESSAGE) : null;
		}
		catch (RuntimeException ex) {
			return "its message cannot be read, as that fails with " + ex.getClass().getName();
		}
	}

	/**
	 * Return an exception that can be logged, and whose causes can be walked by anybody.
	 * @param failure the exception
	 * @return the exception itself, or if it cannot one that stands for it
	 */
	public static Throwable harmless(Throwable failure) {
		return (failure instanceof StandIn || isHarmless(failure)) ? failure : standIn(of(failure));
	}

	private static boolean isHarmless(Throwable failure) {
		List<Throwable> causes = of(failure);
		return causes.get(causes.size() - 1).getCause() == null && causes.stream().allMatch(Causes::isShort)
				&& causes.stream()
					.flatMap((cause) -> List.of(cause.getSuppressed()).stream())
					.allMatch(Causes::isShort);
	}

	private static boolean isShort(Throwable failure) {
		try {
			String text = failure.toString();
			return text == null || text.length() <= Secrets.LONGEST;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private static Throwable standIn(List<Throwable> causes) {
		StandIn standIn = null;
		for (int i = causes.size() - 1; i >= 0; i--) {
			standIn = new StandIn(causes.get(i), standIn);
		}
		return (standIn != null) ? standIn : new IllegalStateException();
	}

	/**
	 * Stands for an exception that must not be handed on.
	 */
	private static final class StandIn extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient Throwable original;

		private StandIn(Throwable original, @Nullable Throwable cause) {
			super(text(original), cause);
			this.original = original;
			setStackTrace(original.getStackTrace());
		}

		private static String text(Throwable original) {
			String message = message(original);
			String type = original.getClass().getName();
			return (message != null) ? type + ": " + message : type;
		}

		@Override
		public String toString() {
			return String.valueOf(getMessage());
		}

	}

}
