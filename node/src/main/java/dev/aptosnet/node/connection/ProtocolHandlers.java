package dev.aptosnet.node.connection;

import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;

/** What this node speaks and serves, by number. */
public final class ProtocolHandlers {
    /** How many numbers there are. */
    static final int NUMBERS = ProtocolId.MAX_NUMBER + 1;

    private final @Nullable ProtocolRegistration[] byNumber = new ProtocolRegistration[NUMBERS];
    private final @Nullable InboundQueue[] shared = new InboundQueue[NUMBERS];
    private final @Nullable HandlerReports[] reports = new HandlerReports[NUMBERS];
    private final PeerInboxes.Table inboxes = new PeerInboxes.Table();
    private final byte[] places = new byte[NUMBERS];
    private final List<ProtocolId> spoken;
    private final List<ProtocolId> served;

    public ProtocolHandlers(Collection<ProtocolRegistration> registrations) {
        for (var registration : registrations) {
            var number = registration.protocol().number();
            byNumber[number] = registration;
            var reporter = new HandlerReports(registration.protocol());
            reports[number] = reporter;
            var direct = registration.direct();
            var inbox = registration.inbox();
            if (direct != null && inbox != null && inbox.oneAtATime()) {
                shared[number] =
                        new InboundQueue(
                                registration.protocol(), direct, inbox, reporter, () -> {});
            }
        }
        spoken = registrations.stream().map(ProtocolRegistration::protocol).sorted().toList();
        served =
                registrations.stream()
                        .filter(r -> r.rpc() != null || r.direct() != null)
                        .map(ProtocolRegistration::protocol)
                        .sorted()
                        .toList();
        for (var i = 0; i < served.size(); i++) {
            places[served.get(i).number()] = (byte) i;
        }
    }

    @Nullable ProtocolRegistration find(ProtocolId protocol) {
        return byNumber[protocol.number()];
    }

    /** The protocol with this number as this node knows it; null if it does not. */
    @Nullable ProtocolId named(int number) {
        var registration = number < NUMBERS ? byNumber[number] : null;
        return registration == null ? null : registration.protocol();
    }

    /** The queue in which all peers take turns; null where each has a queue of its own. */
    @Nullable InboundQueue shared(ProtocolId protocol) {
        return shared[protocol.number()];
    }

    /** Where what goes wrong in the handlers of a protocol is told. */
    HandlerReports reports(ProtocolId protocol) {
        var known = reports[protocol.number()];
        return known == null ? new HandlerReports(protocol) : known;
    }

    /** The queues of each peer. */
    PeerInboxes.Table inboxes() {
        return inboxes;
    }

    /** Which of {@link #served} a protocol is that has a handler. */
    int place(ProtocolId protocol) {
        return places[protocol.number()] & 0xff;
    }

    /** All that are announced. */
    public List<ProtocolId> spoken() {
        return spoken;
    }

    /** Those with a handler. */
    List<ProtocolId> served() {
        return served;
    }
}
