package dev.aptosnet.domain.rpc;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;

import org.jspecify.annotations.Nullable;

/**
 * The calls of one connection that have not ended (behaviour.md section 7): found by number, ended
 * by answer, deadline or caller. Allocates nothing per call. Single owner.
 */
public final class OutboundCalls {
    /** Exempt calls at once; a node makes one at a time or a few. */
    static final int MAX_EXEMPT = 16;

    private final int limit;
    private final Deadlines<OutboundCall> deadlines = new Deadlines<>();

    /**
     * By request id, at most half full; a power of two. Linear probing in which whoever is farther
     * from its place goes first, so that those in their places, which most are since numbers count
     * up, end a search.
     */
    private @Nullable OutboundCall[] table = new OutboundCall[8];

    private int nextId;
    private int exempt;

    /**
     * Without calls.
     *
     * @param limit {@code max_concurrent_outbound_rpcs}
     * @param firstId the first request id; wire.md section 8 says 0
     */
    public OutboundCalls(int limit, int firstId) {
        this.limit = limit;
        this.nextId = firstId;
    }

    /** How many calls are open. */
    public int size() {
        return deadlines.size();
    }

    /** Whether this call may not be opened now, because there are too many of its kind. */
    public boolean isFullFor(OutboundCall call) {
        return call.isExempt() ? exempt >= MAX_EXEMPT : deadlines.size() - exempt >= limit;
    }

    /**
     * Opens a call under a number that no open call has.
     *
     * @throws IllegalStateException if there are too many, or the call is open already
     */
    public void open(OutboundCall call) {
        if (call.isOpen()) {
            throw new IllegalStateException("call is open already");
        }
        if (isFullFor(call)) {
            throw new IllegalStateException("too many calls");
        }
        if (call.isExempt()) {
            exempt++;
        }
        if (2 * (size() + 1) > table.length) {
            grow();
        }
        // Terminates: there are 2^32 numbers and fewer calls.
        while (find(nextId) >= 0) {
            nextId++;
        }
        call.open(nextId++);
        put(call);
        deadlines.add(call);
    }

    /** The open call with this number; null if there is none. */
    public @Nullable OutboundCall byId(int requestId) {
        var index = find(requestId);
        return index < 0 ? null : table[index];
    }

    /** When the first call is too late; {@link MonoTime#NEVER} without calls. */
    public MonoTime nextDeadline() {
        return deadlines.earliest();
    }

    /** A call whose deadline has come; null if there is none. */
    public @Nullable OutboundCall firstExpired(MonoTime now) {
        return now.isBefore(deadlines.earliest()) ? null : deadlines.first();
    }

    /** Waits for an open call until its latest deadline; false if it does so already. */
    public boolean postpone(OutboundCall call) {
        var latest = call.latestDeadline();
        if (!call.deadline().isBefore(latest)) {
            return false;
        }
        postpone(call, latest);
        return true;
    }

    /** Waits for a call that is too late for one more turn of the owner; false if it had that. */
    public boolean grantTurn(MonoTime now, OutboundCall call) {
        if (!call.takesTurn(now)) {
            return false;
        }
        postpone(call, now.plus(call.turn()));
        return true;
    }

    private void postpone(OutboundCall call, MonoTime later) {
        deadlines.remove(call);
        call.postponeTo(later);
        deadlines.add(call);
    }

    /** Any open call; null if there is none. */
    public @Nullable OutboundCall any() {
        return deadlines.first();
    }

    /** Ends an open call with its answer. */
    public void answer(OutboundCall call, Bytes answer) {
        forget(call);
        call.onAnswer(answer);
    }

    /** Ends a call, which may never have been opened, without an answer. */
    public void fail(OutboundCall call, CallFailure failure) {
        if (call.isOpen()) {
            forget(call);
        }
        call.onFailed(failure);
    }

    private void forget(OutboundCall call) {
        call.close();
        if (call.isExempt()) {
            exempt--;
        }
        deadlines.remove(call);
        var free = find(call.requestId());
        if (free < 0) {
            throw new IllegalStateException("an open call of another connection");
        }
        // Whoever was pushed past the freed place moves back, so that no gap hides it.
        var mask = table.length - 1;
        var at = (free + 1) & mask;
        for (var next = table[at]; next != null && distance(next, at) > 0; next = table[at]) {
            table[free] = next;
            free = at;
            at = (at + 1) & mask;
        }
        table[free] = null;
    }

    /** How far from its place a call is. */
    private int distance(OutboundCall call, int at) {
        return (at - call.requestId()) & (table.length - 1);
    }

    private void grow() {
        var old = table;
        table = new OutboundCall[old.length * 2];
        for (var call : old) {
            if (call != null) {
                put(call);
            }
        }
    }

    private void put(OutboundCall call) {
        var mask = table.length - 1;
        var index = call.requestId() & mask;
        var placed = call;
        for (var there = table[index]; there != null; there = table[index]) {
            if (distance(there, index) < distance(placed, index)) {
                table[index] = placed;
                placed = there;
            }
            index = (index + 1) & mask;
        }
        table[index] = placed;
    }

    private int find(int requestId) {
        var mask = table.length - 1;
        for (var index = requestId & mask; ; index = (index + 1) & mask) {
            var call = table[index];
            if (call == null) {
                return -1;
            }
            if (call.requestId() == requestId) {
                return index;
            }
        }
    }
}
