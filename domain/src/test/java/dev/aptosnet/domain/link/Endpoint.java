package dev.aptosnet.domain.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connection.Connection;
import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connection.ConnectionSink;
import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.domain.wire.MessagingVersion;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** One connection with a sink that keeps everything, and the accounts of what is queued. */
public final class Endpoint implements ConnectionSink {
    public static final Set<Capability> ALL = Set.of(Capability.values());
    public static final Set<Capability> NONE = Set.of();

    /** A direct send that arrived. */
    public record Received(ProtocolId protocol, MessageClass messageClass, Bytes payload) {}

    /** A request that arrived. */
    public record Request(InboundCall call, Bytes payload) {}

    public final ConnectionSettings settings;
    public final Connection connection;
    public final List<Received> directSends = new ArrayList<>();
    public final List<Request> requests = new ArrayList<>();
    public final List<Enum<?>> mistakes = new ArrayList<>();
    public final Map<Observation, Long> counts = new EnumMap<>(Observation.class);

    /** Protocols whose handlers keep nothing of what is lent. */
    public final Set<ProtocolId> borrowed = new HashSet<>();

    /** Given to the connection and not released, by class. */
    public final long[] queuedBytes = new long[MessageClass.COUNT];

    public final int[] queuedMessages = new int[MessageClass.COUNT];

    /** Of the messages that were timed, by class: since when they had waited. */
    public final Map<MessageClass, List<MonoTime>> timed = new EnumMap<>(MessageClass.class);

    public Consumer<Received> onDirectSend = directSends::add;
    public BiConsumer<InboundCall, Bytes> onRequest =
            (call, payload) -> requests.add(new Request(call, payload));

    /** The latest that it was told. */
    private MonoTime time = new MonoTime(0);

    public Endpoint(
            ConnectionSettings settings,
            Set<Capability> capabilities,
            Collection<ProtocolId> common,
            Collection<ProtocolId> served) {
        this.settings = settings;
        this.connection =
                new Connection(
                        settings,
                        new Negotiation.Agreed(
                                MessagingVersion.V1,
                                ProtocolSet.of(common, Set.of()),
                                capabilities),
                        served,
                        this);
    }

    /** With default settings, all protocols of AptosNet common and served. */
    public static Endpoint of(Set<Capability> capabilities) {
        return of(ConnectionSettings.DEFAULTS, capabilities);
    }

    public static Endpoint of(ConnectionSettings settings, Set<Capability> capabilities) {
        return new Endpoint(settings, capabilities, ProtocolId.aptosNet(), ProtocolId.aptosNet());
    }

    /** It is so late now. */
    public Endpoint at(MonoTime now) {
        time = now;
        return this;
    }

    public void send(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        charge(messageClass, payload);
        connection.send(time, new OutboundMessage(protocol, messageClass, payload));
    }

    public TestCall call(
            MonoTime now,
            ProtocolId protocol,
            MessageClass messageClass,
            Bytes request,
            MonoTime deadline) {
        var call = new TestCall(protocol, messageClass, request, deadline);
        call(now, call);
        return call;
    }

    public void call(MonoTime now, OutboundCall call) {
        time = now;
        charge(call.messageClass(), call.payload());
        connection.call(now, call);
    }

    public boolean respond(InboundCall call, Bytes answer) {
        charge(call.messageClass(), answer);
        return connection.respond(time, call, answer);
    }

    private void charge(MessageClass messageClass, Bytes payload) {
        queuedBytes[messageClass.index()] += payload.size();
        queuedMessages[messageClass.index()]++;
    }

    @Override
    public boolean borrowsDirectSends(ProtocolId protocol) {
        return borrowed.contains(protocol);
    }

    @Override
    public boolean borrowsRequests(ProtocolId protocol) {
        return borrowed.contains(protocol);
    }

    /** A frame body in an array that is overwritten afterwards. */
    public void receiveLent(MonoTime now, byte[] body) {
        time = now;
        var lent = new byte[body.length + 7];
        System.arraycopy(body, 0, lent, 3, body.length);
        connection.onLentFrame(now, lent, 3, body.length);
        Arrays.fill(lent, (byte) 0xdb);
    }

    /** A frame body as a transport hands it over. */
    public void receive(MonoTime now, byte[] body) {
        time = now;
        var length = Math.min(body.length, 65_536);
        connection.onFrame(
                now,
                Arrays.copyOf(body, length),
                0,
                length,
                Bytes.wrap(Arrays.copyOfRange(body, length, body.length)));
    }

    public long count(Observation what) {
        return counts.getOrDefault(what, 0L);
    }

    public boolean isReleased() {
        return Arrays.stream(queuedBytes).sum() == 0 && Arrays.stream(queuedMessages).sum() == 0;
    }

    @Override
    public void onDirectSend(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        onDirectSend.accept(new Received(protocol, messageClass, payload));
    }

    @Override
    public void onRequest(InboundCall call, Bytes payload) {
        onRequest.accept(call, payload);
    }

    @Override
    public void onTaken(MessageClass messageClass, MonoTime since) {
        timed.computeIfAbsent(messageClass, _ -> new ArrayList<>()).add(since);
    }

    @Override
    public void onReleased(MessageClass messageClass, int bytes) {
        queuedBytes[messageClass.index()] -= bytes;
        queuedMessages[messageClass.index()]--;
        assertThat(queuedBytes[messageClass.index()]).isNotNegative();
        assertThat(queuedMessages[messageClass.index()]).isNotNegative();
    }

    @Override
    public void observe(Observation what, @Nullable ProtocolId protocol, long bytes) {
        counts.merge(what, 1L, Long::sum);
    }

    @Override
    public void observeMistake(Observation what, Enum<?> error) {
        counts.merge(what, 1L, Long::sum);
        mistakes.add(error);
    }
}
