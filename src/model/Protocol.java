import java.util.*;

/**
 * Exhaustive explorer of the lock and history protocol on MongoDB, without time:
 * a takeover may happen at any moment, so what holds here holds whatever the clocks do.
 * A freeze is a runner that is not scheduled. See README.md.
 */
public final class Protocol {
	// ---- configuration -------------------------------------------------------------------
	static int N = 2, FB = 1, B = 1, ATT = 2, FO = 0, FMAX = 4, MAXSTATES = 60_000_000;
	static String MIGS = "T";              // T transactional, R non-transactional RETRY, S non-transactional STOP
	static int M, C = 2;
	static boolean ignoreOpen, markEarly, skipReread, freeAny, readMajority = true, giveUp = true, markFirst, mark = true, repeat = true, fenceInClose = true, stateInClose = true, reread = true,
			fenceCheck = true, lockReread = true, dupRetake = true, always, touch, closeInTx = true, closeFirst, workFails = true,
			majority = true, rcMajority = true, sym, cycles, anomaly, ntOrphans = true, checkRow = true, retryApplied = true, failFilter = true,
			combine, plainAfter, closeGiveUp, closeOld = true, dirtyRelease = true, rankFence = true, anyTakeover = true, insReread = true;
	static String stopAt = "";

	// ---- layout --------------------------------------------------------------------------
	static int R, D, P0, PL, OR, LEN, LF = 0, LO = 1, ROW = 2, EFF, CELL, FOB;
	static final int PC = 0, FE = 1, EX = 2, PEND = 3, K = 4, RK = 5, TN = 6, FL = 7, CI = 8, TK = 9, END = 10, AT = 11;
	static final int XS = 12, XN = 13, XK = 14, XR = 15, XF = 16; // transaction: status, number, migration, rank, flags
	static final int XW = 1, XC = 2, XSR = 4, XSL = 8, XT = 16; // work, closed, stale row, stale lock, touched lock
	static final int RUNNING = 1, APPLIED = 2, FAILED = 3, INTERRUPTED = 4;
	static final int IDLE = 0, LOCKREAD = 2, ACQ = 3, TCLOSE = 4, TFIND = 5, TMARK = 6, READ2 = 7, INS = 8, INSU = 9, WORK = 10,
			CLOSE = 11, COMMIT = 12, RETRY = 14, NTW = 15, NTC = 16, NTCU = 17, FAILW = 18, FAILU = 19, REL = 20, CHECKROW = 21, TOUCH = 22, NTX = 23, NTX2 = 24,
			HEALTHY = 30, LOST = 31, STOPPED = 32, ENDFAILED = 33, CRASHED = 34;
	static final String[] PCN = new String[40];
	static {
		String[] n = { "IDLE", "", "LOCKREAD", "ACQ", "TCLOSE", "TFIND", "TMARK", "READ2", "INS", "INSU", "WORK", "CLOSE", "COMMIT", "", "RETRY", "NTW",
				"NTC", "NTCU", "FAILW", "FAILU", "REL", "CHECKROW", "TOUCH", "NTX", "NTX2" };
		System.arraycopy(n, 0, PCN, 0, n.length);
		PCN[30] = "HEALTHY"; PCN[31] = "LOST"; PCN[32] = "STOPPED"; PCN[33] = "ENDFAILED"; PCN[34] = "CRASHED";
	}

	static int row(int k, int f, int st) { return k | f << 2 | st << 5; }
	static int rk(int v) { return v & 3; }
	static int rf(int v) { return v >> 2 & 7; }
	static int rs(int v) { return v >> 5 & 7; }
	static char kind(int k) { return MIGS.charAt(k - 1); }
	static int p(int i) { return P0 + i * PL; }

	// ---- emission ------------------------------------------------------------------------
	interface Sink { void emit(byte[] t, String label); }
	static Sink sink;
	static boolean labels;
	static byte[] cp(byte[] s) { return s.clone(); }
	static void emit(byte[] t, String l) { sink.emit(t, l); }
	static String who(int i) { return "" + (char) ('A' + i); }

	// ---- reads ---------------------------------------------------------------------------
	static int max(byte[] s, int b) { int m = 0; for (int r = 1; r <= R; r++) if (s[b + ROW + r - 1] != 0) m = r; return m; }
	static boolean higherFence(byte[] s, int b, int f) { for (int r = 0; r < R; r++) if (s[b + ROW + r] != 0 && rf(s[b + ROW + r]) > f) return true; return false; }
	static int stateOf(byte[] s, int b, int k) { // newest closed row
		int st = 0;
		for (int r = 0; r < R; r++) { int v = s[b + ROW + r]; if (v != 0 && rk(v) == k && rs(v) != RUNNING) st = rs(v); }
		return st;
	}
	static int pending(byte[] s, int b) { int m = 0; for (int k = 1; k <= M; k++) if (stateOf(s, b, k) != APPLIED) m |= 1 << k; return m; }
	static boolean open(byte[] s, int b, int below) {
		for (int r = 0; r < R; r++) { int v = s[b + ROW + r]; if (v != 0 && rs(v) == RUNNING && rf(v) < below) return true; }
		return false;
	}
	static boolean rowLocked(byte[] s, int rank) {
		for (int i = 0; i < N; i++) { int q = p(i); if (s[q + XS] == 1 && (s[q + XF] & XC) != 0 && s[q + XR] == rank) return true; }
		return false;
	}
	static boolean lockLocked(byte[] s, int but) {
		for (int i = 0; i < N; i++) { int q = p(i); if (i != but && s[q + XS] == 1 && (s[q + XF] & XT) != 0) return true; }
		return false;
	}
	static void setRow(byte[] s, int rank, int v, int by) { // committed write
		s[ROW + rank - 1] = (byte) v;
		for (int i = 0; i < N; i++) { int q = p(i); if (i != by && s[q + XS] == 1 && s[q + XR] == rank) s[q + XF] |= XSR; }
	}
	static void lockWritten(byte[] s) { for (int i = 0; i < N; i++) { int q = p(i); if (s[q + XS] == 1 && (s[q + XF] & XT) == 0) s[q + XF] |= XSL; } }

	// ---- server: each returns BLOCKED, or a result ----------------------------------------
	static final int BLOCKED = -1, NO = 0, OK = 1, DUP = 2, CONFLICT = 3, NOTXN = 4;

	static int xAcq(byte[] s, int i, int exp) {
		if (s[LF] != (exp & 7) && !(freeAny && (exp & 8) == 0)) return NO;
		if (s[LF] >= FMAX) return NO; // bound
		boolean held = s[LO] != 0;
		if (held != ((exp & 8) != 0)) return NO;
		if (lockLocked(s, -1)) return BLOCKED;
		s[LF]++; s[LO] = (byte) (i + 1); lockWritten(s);
		return OK;
	}
	static int xRel(byte[] s, int i, int f) {
		if (s[LF] != f || s[LO] != i + 1) return NO;
		if (lockLocked(s, -1)) return BLOCKED;
		s[LO] = 0; lockWritten(s);
		return OK;
	}
	static int xIns(byte[] s, int rank, int v, int by) {
		if (rank > R) throw new IllegalStateException("rank bound");
		if (s[ROW + rank - 1] != 0) return DUP;
		setRow(s, rank, v, by);
		return OK;
	}
	/** One document of the multi-update; OK = more may follow, NO = nothing left. */
	static int xCloseOne(byte[] s, int f) {
		for (int r = 1; r <= R; r++) {
			int v = s[ROW + r - 1];
			if (v != 0 && rs(v) == RUNNING && rf(v) < f) {
				if (rowLocked(s, r)) return BLOCKED;
				setRow(s, r, row(rk(v), rf(v), INTERRUPTED), -1);
				return OK;
			}
		}
		return NO;
	}
	static int xBegin(byte[] s, int i, int tn, int k, int rank) { // first statement of a transaction, on session i
		int q = p(i);
		if (tn < s[q + XN] || tn == s[q + XN] && s[q + XS] >= 2) return NOTXN;
		if (tn > s[q + XN]) { s[q + XS] = 1; s[q + XN] = (byte) tn; s[q + XK] = (byte) k; s[q + XR] = (byte) rank; s[q + XF] = 0; }
		return OK;
	}
	static void abort(byte[] s, int i) { int q = p(i); s[q + XS] = 3; s[q + XF] = 0; s[q + XK] = 0; s[q + XR] = 0; }
	static boolean inTxn(byte[] s, int i, int tn) { int q = p(i); return s[q + XS] == 1 && s[q + XN] == tn; }
	static boolean matches(int v, int f) { return v != 0 && (!stateInClose || rs(v) == RUNNING) && (!fenceInClose || rf(v) == f); }
	static int xTxClose(byte[] s, int i, int tn) {
		int q = p(i);
		if (!inTxn(s, i, tn)) return NOTXN;
		int rank = s[q + XR], v = s[ROW + rank - 1];
		if ((s[q + XF] & XSR) != 0) { abort(s, i); return CONFLICT; }
		if (!matches(v, s[q + FE])) return NO;
		s[q + XF] |= XC;
		return OK;
	}
	static int xTouch(byte[] s, int i, int tn) {
		int q = p(i);
		if (!inTxn(s, i, tn)) return NOTXN;
		if ((s[q + XF] & XSL) != 0 || lockLocked(s, i)) { abort(s, i); return CONFLICT; }
		if (s[LF] != s[q + FE] || s[LO] != i + 1) return NO;
		s[q + XF] |= XT;
		return OK;
	}
	static int xCommit(byte[] s, int i, int tn) {
		int q = p(i);
		if (s[q + XN] == tn && s[q + XS] == 2) return OK;
		if (!inTxn(s, i, tn)) return NOTXN;
		int fl = s[q + XF], k = s[q + XK], rank = s[q + XR];
		s[q + XS] = 2; s[q + XF] = 0; s[q + XK] = 0; s[q + XR] = 0;
		if ((fl & XW) != 0) s[EFF + k - 1]++;
		if ((fl & XC) != 0) { int v = s[ROW + rank - 1]; setRow(s, rank, row(rk(v), rf(v), APPLIED), i); }
		if ((fl & XT) != 0) lockWritten(s);
		return OK;
	}
	static int xNt(byte[] s, int k, int c, int f) {
		s[EFF + k - 1] |= (1 << c) | (4 << f); // bits 0..1 commands, 3.. fences that ran a command
		s[CELL] = (byte) (k << 2 | c + 1);
		return OK;
	}
	static int xNtClose(byte[] s, int i, int rank, int f, int st) {
		int v = s[ROW + rank - 1];
		boolean m = st == FAILED && !failFilter ? v != 0 && rf(v) == f : matches(v, f);
		if (!m) return NO;
		if (rowLocked(s, rank)) return BLOCKED;
		setRow(s, rank, row(rk(v), rf(v), st), -1);
		return OK;
	}

	// ---- orphans: commands in flight whose sender waits no longer --------------------------
	static boolean addOrphan(byte[] t, int i, int type, int a, int b) {
		int q = p(i) + OR;
		for (int j = 0; j < B; j++) if (t[q + 3 * j] == 0) { t[q + 3 * j] = (byte) type; t[q + 3 * j + 1] = (byte) a; t[q + 3 * j + 2] = (byte) b; return true; }
		return false;
	}
	static int execCmd(byte[] t, int i, int type, int a, int b) {
		int q = p(i);
		switch (type) {
			case ACQ: return xAcq(t, i, a);
			case REL: return xRel(t, i, a);
			case INS: return xIns(t, a, row(b, t[q + FE], RUNNING), -1);
			case TMARK: return xIns(t, a, row(0, t[q + FE], APPLIED), -1);
			case TCLOSE: return xCloseOne(t, t[q + FE]);
			case TOUCH: { int r = xBegin(t, i, a, b & 3, b >> 2); return r == OK ? xTouch(t, i, a) : r; }
			case WORK: {
				int r = touch || closeFirst ? (inTxn(t, i, a) ? OK : NOTXN) : xBegin(t, i, a, b & 3, b >> 2);
				if (r == OK) t[q + XF] |= XW;
				return r;
			}
			case CLOSE: {
				if (closeFirst && !touch) { int r = xBegin(t, i, a, b & 3, b >> 2); if (r != OK) return r; }
				return xTxClose(t, i, a);
			}
			case COMMIT: return xCommit(t, i, a);
			case NTW: return xNt(t, a, b, t[q + FE]);
			case NTC: case NTX: return xNtClose(t, i, a, t[q + FE], APPLIED);
			case NTX2: return xIns(t, a, row(b, t[q + FE], RUNNING), -1);
			case FAILW: return xNtClose(t, i, a, t[q + FE], FAILED);
			default: throw new IllegalStateException();
		}
	}
	static void ack(byte[] t, boolean committed) { if (FO > 0 && committed) System.arraycopy(t, 0, t, D, D); }

	// ---- successors ----------------------------------------------------------------------
	static void succ(byte[] s) {
		for (int i = 0; i < N; i++) {
			int q = p(i), pc = s[q + PC];
			for (int j = 0; j < B; j++) {
				int o = q + OR + 3 * j;
				if (s[o] == 0) continue;
				byte[] t = cp(s);
				int type = s[o];
				int r = execCmd(t, i, type, s[o + 1], s[o + 2]);
				if (r == BLOCKED) continue;
				if (type == NTX) { t[o] = NTX2; t[o + 1]++; }
				else if (!(type == TCLOSE && r == OK)) { t[o] = 0; t[o + 1] = 0; t[o + 2] = 0; packOrphans(t, q); }
				emit(t, labels ? "server executes LATE " + cmd(type, s[o + 1], s[o + 2]) + " of " + who(i) + (r == OK ? "" : " (no effect)") : null);
			}
			if (s[q + XS] == 1) { byte[] t = cp(s); abort(t, i); emit(t, labels ? "server aborts the open transaction of " + who(i) + " (60 s limit, failover)" : null); }
			if (pc >= HEALTHY) continue;
			if (pc != IDLE) crash(s, i);
			step(s, i, pc);
		}
		if (FO > 0) {
			if (!Arrays.equals(s, 0, D, s, D, 2 * D)) {
				byte[] t = cp(s); System.arraycopy(t, 0, t, D, D); emit(t, labels ? "majority replicates" : null);
				if (s[FOB] < FO) {
					t = cp(s); System.arraycopy(t, D, t, 0, D); t[FOB]++;
					for (int i = 0; i < N; i++) if (t[p(i) + XS] != 0) abort(t, i);
					emit(t, labels ? "FAILOVER: what the majority does not have is rolled back" : null);
				}
			}
		}
	}
	static void packOrphans(byte[] t, int q) {
		if (B == 2 && t[q + OR] == 0 && t[q + OR + 3] != 0) { System.arraycopy(t, q + OR + 3, t, q + OR, 3); t[q + OR + 3] = 0; t[q + OR + 4] = 0; t[q + OR + 5] = 0; }
	}
	static String cmd(int type, int a, int b) {
		switch (type) {
			case ACQ: return "acquire(expected fence " + (a & 7) + ((a & 8) != 0 ? " held" : " free") + ")";
			case INS: return "insert row " + a + " RUNNING V" + b;
			case TMARK: return "insert MARK " + a;
			case NTW: return "work V" + a + " command " + (b + 1);
			case NTC: return "close row " + a + " APPLIED";
			case NTX: return "[close row " + a + " APPLIED; upsert row " + (a + 1) + " RUNNING V" + b + "] statement 1";
			case NTX2: return "[..] statement 2: upsert row " + a + " RUNNING V" + b;
			case FAILW: return "close row " + a + " FAILED";
			case REL: return "release fence " + a;
			case TCLOSE: return "close older open rows";
			default: return PCN[type] + "(txn " + a + ")";
		}
	}
	static int[] pendingCmd(byte[] s, int i) {
		int q = p(i);
		switch (s[q + PC]) {
			case ACQ: return new int[] { ACQ, s[q + EX], 0 };
			case REL: return new int[] { REL, s[q + FE], 0 };
			case INS: return new int[] { INS, s[q + RK], s[q + K] };
			case TMARK: return new int[] { TMARK, s[q + RK], 0 };
			case TCLOSE: return new int[] { TCLOSE, 0, 0 };
			case TOUCH: case WORK: case CLOSE: case COMMIT: return new int[] { s[q + PC], s[q + TN], s[q + K] | s[q + RK] << 2 };
			case NTW: return new int[] { NTW, s[q + K], s[q + CI] };
			case NTC: case FAILW: return new int[] { s[q + PC], s[q + RK], 0 };
			case NTX: return new int[] { NTX, s[q + RK], nextOf(s, q) };
			case NTX2: return new int[] { NTX2, s[q + RK] + 1, nextOf(s, q) };
			default: return null;
		}
	}
	/** The migration that follows the one that is being closed, 0 if there is none. */
	static int nextOf(byte[] s, int q) { for (int k = s[q + K] + 1; k <= M; k++) if ((s[q + PEND] >> k & 1) == 1) return k; return 0; }
	static byte ntClose(byte[] t, int q) { return (byte) (combine && nextOf(t, q) != 0 ? NTX : NTC); }
	static void clearLocals(byte[] t, int q) { t[q + PEND] = 0; t[q + K] = 0; t[q + RK] = 0; t[q + CI] = 0; t[q + TK] = 0; t[q + END] = 0; t[q + AT] = 0; t[q + EX] = 0; t[q + FL] = 0; t[q + TN] = 0; }
	static void end(byte[] t, int q, int how) { clearLocals(t, q); t[q + PC] = (byte) how; }
	static void crash(byte[] s, int i) {
		int q = p(i);
		byte[] t = cp(s);
		end(t, q, CRASHED);
		emit(t, labels ? who(i) + " CRASHES before " + PCN[s[q + PC]] : null);
		int[] c = pendingCmd(s, i);
		if (c != null) {
			t = cp(s);
			if (addOrphan(t, i, c[0], c[1], c[2])) { end(t, q, CRASHED); emit(t, labels ? who(i) + " sends " + cmd(c[0], c[1], c[2]) + " and CRASHES; the command stays in flight" : null); }
		}
	}

	static void step(byte[] s, int i, int pc) {
		int q = p(i), f = s[q + FE], rb = FO > 0 && readMajority ? D : 0;
		byte[] t;
		switch (pc) {
			case IDLE: {
				int b = FO > 0 && rcMajority ? D : 0;
				t = cp(s);
				int pend = pending(s, b);
				if (pend == 0 && !open(s, b, 9)) { end(t, q, HEALTHY); emit(t, labels ? who(i) + " starts, reads history: nothing pending -> HEALTHY" : null); return; }
				t[q + PC] = LOCKREAD;
				if (!reread || markEarly || skipReread) { t[q + PEND] = (byte) pend; t[q + RK] = (byte) (max(s, b) + 1); }
				if (skipReread) { boolean stop = open(s, b, 9); for (int k = 1; k <= M; k++) if (kind(k) == 'S' && stateOf(s, b, k) != APPLIED && stateOf(s, b, k) != 0) stop = true; t[q + TK] = (byte) (stop ? 0 : 2); }
				emit(t, labels ? who(i) + " starts, reads history: pending" : null);
				return;
			}
			case LOCKREAD: {
				t = cp(s);
				if (s[rb + LO] == i + 1) { acquired(t, q, s[rb + LF], true); emit(t, labels ? who(i) + " reads lock: it is mine, fence " + s[LF] : null); return; }
				if (s[LF] >= FMAX) return; // bound
				t[q + EX] = (byte) (s[rb + LF] | (s[rb + LO] != 0 ? 8 : 0)); t[q + PC] = ACQ;
				emit(t, labels ? who(i) + " reads lock: fence " + s[LF] + (s[LO] == 0 ? " free" : " held, no beat for a lease") : null);
				return;
			}
			case TFIND: {
				t = cp(s);
				if (fenceCheck && higherFence(s, rb, f)) { end(t, q, LOST); emit(t, labels ? who(i) + " sees a row of a higher fence -> LOST" : null); return; }
				if (!markFirst && repeat && closeOld && open(s, rb, f)) { t[q + PC] = TCLOSE; emit(t, labels ? who(i) + " reads history: open rows of older fences" : null); return; }
				t[q + RK] = (byte) (max(s, rb) + 1);
				t[q + PC] = (byte) (mark ? TMARK : markFirst ? TCLOSE : READ2);
				emit(t, labels ? who(i) + " reads history: next rank " + t[q + RK] : null);
				return;
			}
			case READ2: {
				t = cp(s);
				if (fenceCheck && higherFence(s, rb, f)) { end(t, q, LOST); emit(t, labels ? who(i) + " sees a row of a higher fence -> LOST" : null); return; }
				if (closeOld && s[q + TK] == 0 && open(s, rb, f)) { takeover(t, q); emit(t, labels ? who(i) + " sees open rows of older fences -> takes over" : null); return; }
				if (reread) { t[q + PEND] = (byte) pending(s, rb); t[q + RK] = (byte) (max(s, rb) + 1); }
				for (int k = 1; k <= M; k++) {
					int st = stateOf(s, rb, k);
					if (kind(k) == 'S' && (st == INTERRUPTED || st == FAILED) && (t[q + PEND] >> k & 1) == 1) {
						t[q + END] = STOPPED; t[q + PC] = REL; emit(t, labels ? who(i) + " reads history: V" + k + " interrupted, policy STOP" : null); return;
					}
				}
				next(t, q);
				emit(t, labels ? who(i) + " re-reads history" + (t[q + PC] == INS ? ": V" + t[q + K] + " pending, rank " + t[q + RK] : ": nothing pending") : null);
				return;
			}
			case INSU: {
				t = cp(s);
				int v = s[rb + ROW + s[q + RK] - 1];
				if (v == 0 && giveUp) { byte[] g = cp(s); g[q + END] = ENDFAILED; g[q + PC] = REL; emit(g, labels ? who(i) + " reads row " + s[q + RK] + ": absent, gives up" : null); }
				if (v == 0) { t[q + PC] = INS; emit(t, labels ? who(i) + " reads row " + s[q + RK] + ": absent, sends again" : null); }
				else { dup(t, q, v, f); emit(t, labels ? who(i) + " reads row " + s[q + RK] + " -> " + PCN[t[q + PC]] : null); }
				return;
			}
			case RETRY: {
				t = cp(s);
				if (s[q + AT] + 1 >= ATT) { t[q + PC] = FAILW; emit(t, labels ? who(i) + " gives up retrying" : null); return; }
				if (lockReread && (s[rb + LF] != f || s[rb + LO] != i + 1)) { end(t, q, LOST); emit(t, labels ? who(i) + " reads lock: lost -> LOST" : null); return; }
				t[q + AT]++; t[q + TN]++; t[q + PC] = firstTx();
				emit(t, labels ? who(i) + " retries the transaction" : null);
				return;
			}
			case CHECKROW: case NTCU: case FAILU: {
				t = cp(s);
				int v = s[rb + ROW + s[q + RK] - 1];
				if (rf(v) == f && rs(v) == APPLIED) { t[q + PEND] &= ~(1 << s[q + K]); t[q + RK]++; t[q + AT] = 0; next(t, q); }
				else if (rf(v) == f && rs(v) == RUNNING) { t[q + PC] = pc != NTCU ? FAILW : plainAfter ? NTC : ntClose(t, q); if (pc == NTCU && closeGiveUp) { byte[] g = cp(t); g[q + PC] = FAILW; emit(g, labels ? who(i) + " reads its row: still open, gives up on the close" : null); } }
				else if (v == 0) { if (rb == 0) end(t, q, LOST); else return; }
				else if (rf(v) == f && rs(v) == FAILED) { t[q + END] = ENDFAILED; t[q + PC] = REL; }
				else end(t, q, LOST);
				emit(t, labels ? who(i) + " reads its row -> " + PCN[t[q + PC]] : null);
				return;
			}
			default:
		}
		// commands with an effect
		int[] c = pendingCmd(s, i);
		t = cp(s);
		int r = execCmd(t, i, c[0], c[1], c[2]);
		if (r != BLOCKED) {
			byte[] u = cp(t);
			result(u, i, pc, r);
			ack(u, majority || pc == IDLE);
			emit(u, labels ? who(i) + " " + cmd(c[0], c[1], c[2]) + " -> " + (r == OK ? "ok" : r == NO ? "no match" : r == DUP ? "duplicate" : r == CONFLICT ? "WriteConflict" : "NoSuchTransaction") + (u[q + PC] >= HEALTHY ? " -> " + PCN[u[q + PC]] : "") : null);
			if (s[q + FL] < FB && pc != TCLOSE && !(r != OK)) { // executed, reply lost
				u = cp(t); u[q + FL]++;
				if (unknown(u, q, pc)) emit(u, labels ? who(i) + " " + cmd(c[0], c[1], c[2]) + " is executed, REPLY LOST" : null);
				if (pc == COMMIT) { u = cp(t); u[q + FL]++; u[q + PC] = RETRY; emit(u, labels ? who(i) + " commit is executed, REPLY LOST, gives up on it" : null); }
			}
		}
		if (s[q + FL] < FB && !(pc == NTW && !ntOrphans)) { // not executed yet, the runner stops waiting
			byte[] u = cp(s);
			if (addOrphan(u, i, c[0], c[1], c[2])) {
				u[q + FL]++;
				byte[] w = cp(u);
				if (unknown(w, q, pc)) emit(w, labels ? who(i) + " sends " + cmd(c[0], c[1], c[2]) + ", it is DELAYED; gives up waiting" : null);
				if (pc == COMMIT) { u[q + PC] = RETRY; emit(u, labels ? who(i) + " sends commit, it is DELAYED; gives up on it" : null); }
			}
		}
		if (pc == WORK && workFails) { // the migration throws
			byte[] u = cp(s); abort(u, i); u[q + PC] = FAILW; if (s[q + XS] != 1) { u[q + XS] = s[q + XS]; u[q + XN] = s[q + XN]; }
			emit(u, labels ? who(i) + " migration throws, transaction aborted" : null);
		}
	}
	static byte firstTx() { return (byte) (touch ? TOUCH : closeFirst ? CLOSE : WORK); }
	static void takeover(byte[] t, int q) { t[q + TK] = 1; t[q + PC] = (byte) (markFirst ? TFIND : closeOld ? TCLOSE : TFIND); }
	static void acquired(byte[] t, int q, int f, boolean took) {
		t[q + FE] = (byte) f; t[q + EX] = 0;
		boolean fresh = t[q + TK] == 2;
		t[q + TK] = 0;
		if (took || always) { takeover(t, q); if (markEarly) t[q + PC] = TMARK; }
		else if (skipReread && fresh && t[q + PEND] != 0) next(t, q);
		else t[q + PC] = READ2;
	}
	static void dup(byte[] t, int q, int v, int f) {
		if (rf(v) == f && rk(v) == t[q + K]) opened(t, q);
		else if (rf(v) < f && skipReread && t[q + TK] == 0) t[q + PC] = READ2;
		else if (rf(v) < f && dupRetake) takeover(t, q);
		else end(t, q, LOST);
	}
	static void opened(byte[] t, int q) { t[q + AT] = 0; t[q + CI] = 0; if (kind(t[q + K]) == 'T') { t[q + TN]++; t[q + PC] = firstTx(); } else t[q + PC] = NTW; }
	static void next(byte[] t, int q) {
		for (int k = 1; k <= M; k++) if ((t[q + PEND] >> k & 1) == 1) { t[q + K] = (byte) k; t[q + PC] = INS; return; }
		t[q + END] = HEALTHY; t[q + PC] = REL;
	}
	static void done(byte[] t, int q) { t[q + PEND] &= ~(1 << t[q + K]); t[q + RK]++; t[q + AT] = 0; next(t, q); }

	static void result(byte[] t, int i, int pc, int r) {
		int q = p(i), f = t[q + FE];
		switch (pc) {
			case ACQ: if (r == OK) acquired(t, q, t[LF], (t[q + EX] & 8) != 0); else { t[q + EX] = 0; t[q + PC] = LOCKREAD; } return;
			case TCLOSE: if (r == NO) t[q + PC] = (byte) (markFirst ? READ2 : TFIND); return;
			case TMARK:
				if (r == OK) t[q + PC] = (byte) (markFirst && closeOld ? TCLOSE : READ2);
				else t[q + PC] = (byte) (markFirst ? TFIND : closeOld ? TCLOSE : TFIND);
				if (r == OK && !reread) t[q + RK]++;
				return;
			case INS: if (r == OK) opened(t, q); else t[q + PC] = INSU; return;
			case TOUCH:
				if (r == OK) t[q + PC] = WORK; else if (r == NO) { abort(t, i); end(t, q, LOST); } else t[q + PC] = RETRY; return;
			case WORK:
				if (r == OK) t[q + PC] = (byte) (closeInTx && !closeFirst ? CLOSE : COMMIT); else t[q + PC] = RETRY; return;
			case CLOSE:
				if (r == OK) t[q + PC] = (byte) (closeFirst ? WORK : COMMIT);
				else if (r == NO) { abort(t, i); if (checkRow) t[q + PC] = CHECKROW; else end(t, q, LOST); }
				else t[q + PC] = RETRY;
				return;
			case COMMIT: if (r == OK) { if (closeInTx) done(t, q); else t[q + PC] = NTC; } else t[q + PC] = RETRY; return;
			case NTW: if (++t[q + CI] == C) t[q + PC] = ntClose(t, q); return;
			case NTX: t[q + CI] = (byte) r; t[q + PC] = NTX2; return;
			case NTX2:
				if (r == OK && t[q + CI] == OK) { t[q + PEND] &= ~(1 << t[q + K]); t[q + RK]++; t[q + K] = (byte) nextOf(t, q); opened(t, q); }
				else { t[q + CI] = 0; t[q + PC] = (byte) (plainAfter ? NTC : NTCU); }
				return;
			case NTC: if (r == OK) done(t, q); else if (checkRow) t[q + PC] = CHECKROW; else end(t, q, LOST); return;
			case FAILW: if (r == OK) { t[q + END] = ENDFAILED; t[q + PC] = REL; } else t[q + PC] = CHECKROW; return;
			case REL: end(t, q, t[q + END]); return;
			default: throw new IllegalStateException();
		}
	}
	/** Where a runner goes that does not know the outcome; false = no such case. */
	static boolean unknown(byte[] t, int q, int pc) {
		switch (pc) {
			case ACQ: t[q + EX] = 0; t[q + PC] = LOCKREAD; return true;
			case TMARK: t[q + PC] = (byte) (markFirst ? TFIND : closeOld ? TCLOSE : TFIND); return true;
			case TCLOSE: return true; // sends again
			case INS: t[q + PC] = INSU; return true;
			case TOUCH: case WORK: case CLOSE: t[q + PC] = RETRY; return true;
			case COMMIT: return true; // sends the commit again
			case NTW: t[q + PC] = FAILW; return true;
			case NTC: t[q + PC] = NTCU; return true;
			case NTX: case NTX2: t[q + CI] = 0; t[q + PC] = (byte) (plainAfter ? NTC : NTCU); return true;
			case FAILW: t[q + PC] = FAILU; return true;
			case REL: end(t, q, t[q + END]); return true;
			default: return false;
		}
	}

	// ---- properties ----------------------------------------------------------------------
	static String check(byte[] s) {
		int m = max(s, 0);
		for (int r = 1; r <= m; r++) if (s[ROW + r - 1] == 0) return "GAP: rank " + r + " is missing below " + m;
		boolean healthy = false;
		for (int i = 0; i < N; i++) if (s[p(i) + PC] == HEALTHY) healthy = true;
		for (int k = 1; k <= M; k++) {
			int ap = 0;
			for (int r = 0; r < R; r++) { int v = s[ROW + r]; if (v != 0 && rk(v) == k && rs(v) == APPLIED) ap++; }
			int e = s[EFF + k - 1];
			if (kind(k) == 'T') {
				if (e > 1) return "TWICE: transactional V" + k + " committed " + e + " times";
				if (ap > 1) return "TWO-ROWS: V" + k + " has " + ap + " APPLIED rows";
				if (closeInTx && ap != e) return "UNTRUE: V" + k + " effect " + e + ", APPLIED rows " + ap;
				if (ap > e) return "UNTRUE: V" + k + " APPLIED without its effect";
				if (healthy && e != 1) return "HEALTHY-WITHOUT: V" + k + " effect " + e;
				if (healthy && ap != 1) return "HEALTHY-NO-ROW: V" + k;
			} else {
				if (ap > 0 && (e & 3) != 3) return "UNTRUE: V" + k + " APPLIED, work incomplete";
				if (healthy && ap == 0) return "HEALTHY-NO-ROW: V" + k;
				if (ap > 1 && kind(k) == 'S') return "TWO-ROWS: V" + k;
				if (kind(k) == 'S' && Integer.bitCount(e >> 3) > 1) return "STOP-RERUN: V" + k + " was run by two fences";
			}
		}
		if (healthy) {
			if (!ignoreOpen) for (int r = 0; r < R; r++) if (s[ROW + r] != 0 && rs(s[ROW + r]) == RUNNING) return "OPEN-ROW: rank " + (r + 1) + " open though a runner is healthy";
			if (anomaly) {
				for (int i = 0; i < N; i++) {
					for (int j = 0; j < B; j++) if (s[p(i) + OR + 3 * j] == NTW) return "IN-FLIGHT: healthy while a command of an older fence is in flight";
					if (s[p(i) + PC] == NTW) return "ZOMBIE: healthy while another runner is about to send a work command";
				}
				int want = 0;
				for (int k = 1; k <= M; k++) if (kind(k) != 'T') want = k << 2 | C;
				if (want != 0 && s[CELL] != want) return "LATE-WRITE: the last command executed was not the last migration's last";
			}
		}
		return null;
	}
	static String checkTerminal(byte[] s) {
		int top = s[LF];
		for (int i = 0; i < N; i++) {
			int pc = s[p(i) + PC];
			if (pc < HEALTHY) { if (pc == LOCKREAD && s[LF] >= FMAX) continue; return "STUCK: " + who(i) + " in " + PCN[pc]; }
			if (pc == LOST && s[p(i) + FE] == top && s[LO] == i + 1) return "HOLDER-LOST: " + who(i) + " ended LOST though nobody took the lock";
			if (pc == LOST && s[p(i) + FE] == top) return "TOP-LOST: " + who(i) + " ended LOST, highest fence";
		}
		return null;
	}

	// ---- explorer ------------------------------------------------------------------------
	static byte[][] pool; static int[] parent; static int count; static int[] table; static int mask;
	static final int CH = 16; // states per chunk: 2^16
	static byte[] get(int id) { byte[] c = pool[id >>> CH]; int o = (id & ((1 << CH) - 1)) * LEN; return Arrays.copyOfRange(c, o, o + LEN); }
	static int hash(byte[] t) { long h = 1125899906842597L; for (byte b : t) h = h * 6364136223846793005L + b + 1442695040888963407L; h ^= h >>> 29; return (int) (h ^ h >>> 32); }
	static boolean eq(int id, byte[] t) { byte[] c = pool[id >>> CH]; int o = (id & ((1 << CH) - 1)) * LEN; return Arrays.equals(c, o, o + LEN, t, 0, LEN); }
	static int find(byte[] t) { int h = hash(t) & mask; while (table[h] != 0) { if (eq(table[h] - 1, t)) return table[h] - 1; h = h + 1 & mask; } return -1 - h; }
	static int add(byte[] t, int par) {
		int h = find(t);
		if (h >= 0) return -1;
		h = -1 - h;
		int id = count++;
		if (pool[id >>> CH] == null) pool[id >>> CH] = new byte[LEN << CH];
		System.arraycopy(t, 0, pool[id >>> CH], (id & ((1 << CH) - 1)) * LEN, LEN);
		if (id >= parent.length) parent = Arrays.copyOf(parent, parent.length * 2);
		parent[id] = par; table[h] = id + 1;
		if (count * 2L > table.length && table.length < 1 << 29) {
			table = new int[table.length * 2]; mask = table.length - 1;
			for (int j = 0; j < count; j++) { int g = hash(get(j)) & mask; while (table[g] != 0) g = g + 1 & mask; table[g] = j + 1; }
		}
		return id;
	}
	static byte[] canon(byte[] t) {
		if (!sym) return t;
		Integer[] idx = new Integer[N];
		for (int i = 0; i < N; i++) idx[i] = i;
		Arrays.sort(idx, (a, b) -> Arrays.compare(t, p(a), p(a) + PL, t, p(b), p(b) + PL));
		boolean same = true;
		for (int i = 0; i < N; i++) if (idx[i] != i) same = false;
		if (same) return t;
		byte[] u = t.clone();
		for (int i = 0; i < N; i++) {
			System.arraycopy(t, p(idx[i]), u, p(i), PL);
			if (t[LO] == idx[i] + 1) u[LO] = (byte) (i + 1);
			if (FO > 0 && t[D + LO] == idx[i] + 1) u[D + LO] = (byte) (i + 1);
		}
		return u;
	}

	public static void main(String[] a) throws Exception {
		boolean quiet = false, all = false;
		for (String x : a) {
			String[] kv = x.split("=");
			switch (kv[0]) {
				case "n": N = Integer.parseInt(kv[1]); break;
				case "migs": MIGS = kv[1]; break;
				case "faults": FB = Integer.parseInt(kv[1]); break;
				case "orphans": B = Integer.parseInt(kv[1]); break;
				case "attempts": ATT = Integer.parseInt(kv[1]); break;
				case "failovers": FO = Integer.parseInt(kv[1]); break;
				case "max": MAXSTATES = Integer.parseInt(kv[1]); break;
				case "fences": FMAX = Integer.parseInt(kv[1]); break;
				case "commands": C = Integer.parseInt(kv[1]); break;
				case "quiet": quiet = true; break;
				case "all": all = true; break;
				default: Protocol.class.getDeclaredField(kv[0]).setBoolean(null, kv.length < 2 || kv[1].equals("1"));
			}
		}
		M = MIGS.length();
		R = FMAX * (M + 1) + 2; if (R > 20) R = 20;
		EFF = ROW + R; CELL = EFF + M; D = CELL + 1;
		P0 = FO > 0 ? 2 * D : D; OR = 17; PL = OR + 3 * B; FOB = P0 + N * PL; LEN = FOB + (FO > 0 ? 1 : 0);
		pool = new byte[(MAXSTATES >>> CH) + 2][]; parent = new int[1 << 16]; table = new int[1 << 20]; mask = table.length - 1;
		long t0 = System.nanoTime();
		add(canon(new byte[LEN]), -1);
		Map<String, Integer> bad = new TreeMap<>(), kinds = new TreeMap<>();
		int[] cur = new int[1]; long[] trans = new long[1]; int[] outdeg = new int[1];
		sink = (t, l) -> { trans[0]++; outdeg[0]++; add(canon(t), cur[0]); };
		int head = 0; boolean full = true;
		for (; head < count; head++) {
			if (count > MAXSTATES - 1000) { full = false; break; }
			cur[0] = head; outdeg[0] = 0;
			byte[] s = get(head);
			String w = check(s);
			if (w == null) succ(s);
			boolean terminal = true;
			if (w == null) {
				for (int i = 0; i < N; i++) if (s[p(i) + PC] < HEALTHY && s[p(i) + PC] != IDLE && !(s[p(i) + PC] == LOCKREAD && s[LF] >= FMAX)) terminal = terminal && outdeg[0] == 0;
				for (int i = 0; i < N; i++) if (s[p(i) + PC] < HEALTHY && outdeg[0] > 0) terminal = false;
				if (terminal) { w = checkTerminal(s); StringBuilder sb = new StringBuilder(); int[] pcs = new int[N]; for (int i = 0; i < N; i++) pcs[i] = s[p(i) + PC]; Arrays.sort(pcs); for (int x : pcs) sb.append(PCN[x]).append(' '); kinds.merge(sb.toString(), 1, Integer::sum); }
			}
			if (w != null) {
				String key = w.split(":")[0];
				if (!bad.containsKey(key)) { bad.put(key, head); if (!quiet) trace(head, w); else System.out.println("  ** " + w); }
				if (!all) { full = false; break; }
			}
		}
		System.out.printf("%s: %s states=%d transitions=%d %s %.1fs%n", String.join(" ", a), bad.isEmpty() ? "NO VIOLATION" : "VIOLATED " + bad.keySet(), count, trans[0], full ? "complete" : "not complete", (System.nanoTime() - t0) / 1e9);
		if (!quiet && bad.isEmpty()) System.out.println("   ends: " + kinds);
		if (cycles && full && bad.isEmpty()) acyclic();
	}
	/** Kahn's algorithm on the stored graph: no cycle = no livelock (every path ends). */
	static void acyclic() {
		int[] in = new int[count];
		sink = (t, l) -> in[find(canon(t))]++;
		for (int j = 0; j < count; j++) succ(get(j));
		int[] queue = new int[count]; int[] n = new int[2];
		for (int j = 0; j < count; j++) if (in[j] == 0) queue[n[1]++] = j;
		sink = (t, l) -> { int id = find(canon(t)); if (--in[id] == 0) queue[n[1]++] = id; };
		while (n[0] < n[1]) succ(get(queue[n[0]++]));
		System.out.println("   acyclic: " + (n[1] == count) + (n[1] == count ? " (every path ends: no livelock)" : " " + (count - n[1]) + " states on or behind cycles"));
	}
	static String show(byte[] s) {
		StringBuilder b = new StringBuilder("lock " + s[LF] + (s[LO] == 0 ? "/free" : "/" + who(s[LO] - 1)) + " rows");
		for (int r = 0; r < R; r++) { int v = s[ROW + r]; if (v != 0) b.append(" ").append(r + 1).append(rk(v) == 0 ? ":MARK" : ":V" + rk(v)).append("/f").append(rf(v)).append("/").append("?RAFI".charAt(rs(v))); }
		b.append(" eff"); for (int k = 0; k < M; k++) b.append(" ").append(kind(k + 1) == 'T' ? "" + s[EFF + k] : Integer.toBinaryString(s[EFF + k] & 3));
		return b.toString();
	}
	static void trace(int id, String w) {
		ArrayDeque<Integer> path = new ArrayDeque<>();
		for (int x = id; x >= 0; x = parent[x]) path.push(x);
		System.out.println("  ** " + w);
		int prev = -1, n = 0; Sink keep = sink; labels = true;
		for (int x : path) {
			if (prev >= 0) {
				String[] l = new String[1]; byte[] want = get(x);
				sink = (t, lab) -> { if (l[0] == null && Arrays.equals(canon(t), want)) l[0] = lab; };
				succ(get(prev));
				System.out.printf("   %2d. %-78s | %s%n", ++n, l[0], show(want));
			}
			prev = x;
		}
		sink = keep; labels = false;
	}
}
