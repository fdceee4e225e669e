package dev.aptosnet.adapter.memory;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TransportEvent;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

/** One dial command, answered once by whoever comes first: success, failure, deadline, caller. */
final class MemoryDial {
    private final MemoryTransport transport;
    private final DialId id;
    private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);
    private volatile @Nullable Future<?> deadline;

    final PeerId expected;
    final NetworkAddress address;
    final RaceTicket turn;

    MemoryDial(
            MemoryTransport transport,
            DialId id,
            PeerId expected,
            NetworkAddress address,
            RaceTicket turn) {
        this.transport = transport;
        this.id = id;
        this.expected = expected;
        this.address = address;
        this.turn = turn;
    }

    private enum State {
        PENDING,
        ANSWERED
    }

    void deadline(Future<?> timer) {
        deadline = timer;
    }

    /** Takes the right to answer; true once. */
    boolean answer() {
        if (!state.compareAndSet(State.PENDING, State.ANSWERED)) {
            return false;
        }
        transport.forget(id);
        var timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
        return true;
    }

    boolean isAnswered() {
        return state.get() == State.ANSWERED;
    }

    /** Tells the dialer that it failed, unless it is answered. Any thread. */
    void failed(SetupFailure.Reason reason, String detail) {
        if (answer()) {
            var event = new TransportEvent.DialFailed(id, new SetupFailure(reason, detail));
            transport.onOwner(() -> transport.emit(event), () -> transport.emit(event));
        }
    }

    /** Tells the dialer of its link; the right to answer is taken. */
    void succeeded(MemoryLink link) {
        transport.onOwner(() -> transport.emit(new TransportEvent.Dialed(id, link)), link::abandon);
    }
}
