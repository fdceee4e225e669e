package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A transport without a node. */
public final class BareEnd implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final AtomicLong ids = new AtomicLong();
    private final LinkedBlockingQueue<TransportEvent> answers = new LinkedBlockingQueue<>();
    private final Consumer<Link> accepted;
    private final Transport transport;
    private final PeerId peer;

    /** One that reads the links that others open, and leaves them to those to end. */
    BareEnd(Contestant contestant) {
        this(contestant, link -> link.start(new Mute()));
    }

    /** One that does something with the links that others open. */
    public BareEnd(Contestant contestant, Consumer<Link> accepted) {
        this.accepted = accepted;
        var keys = KeyPair.generate(new SecureRandom());
        peer = PeerId.derivedFrom(keys.publicKey());
        transport =
                ServiceLoader.load(TransportProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(provider -> provider.name().equals(contestant.layer()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "no transport " + contestant.layer()))
                        .create(
                                TransportSettings.builder(
                                                peer,
                                                keys.privateKey(),
                                                () -> Bytes.utf8("hello"),
                                                this::take)
                                        .suites(List.of(CipherSuite.AESGCM))
                                        .build());
    }

    private void take(TransportEvent event) {
        if (event instanceof TransportEvent.Accepted(_, var link)) {
            accepted.accept(link);
        } else {
            answers.add(event);
        }
    }

    /** Who it is. */
    public PeerId peer() {
        return peer;
    }

    /** Listens at a free port. */
    public NetworkAddress listen(Contestant contestant, String host) throws Exception {
        transport.listen(
                new ListenId(ids.getAndIncrement()),
                NetworkAddress.parse("/ip4/" + host + "/" + contestant.layer() + "/0"));
        if (answer() instanceof TransportEvent.Listening(_, var address)) {
            return address;
        }
        throw new IOException("not listening at " + host);
    }

    /**
     * How long a connection took.
     *
     * @param all from the dial until the link was there, proven at both ends
     * @param connect of that, until there was a TCP or QUIC connection
     */
    record Took(long all, long connect) {}

    /** Connects, and leaves the link to the caller. */
    public Link link(PeerId to, NetworkAddress address) throws Exception {
        transport.dial(new DialId(ids.getAndIncrement()), to, address);
        var answer = answer();
        if (answer instanceof TransportEvent.Dialed(_, var link)) {
            return link;
        }
        throw new IOException(answer.toString());
    }

    /** Connects, and closes the link as soon as it is there. */
    Took connect(PeerId to, NetworkAddress address) throws Exception {
        var begun = System.nanoTime();
        transport.dial(new DialId(ids.getAndIncrement()), to, address);
        var answer = answer();
        var took = System.nanoTime() - begun;
        end(answer);
        if (answer instanceof TransportEvent.Dialed(_, var link)) {
            return new Took(took, link.info().times().connect().toNanos());
        }
        throw new IOException(answer.toString());
    }

    /** Dials, gives up after a while, and closes what may have come of it nevertheless. */
    void dialAndCancel(PeerId to, NetworkAddress address, long afterNanos) throws Exception {
        var id = new DialId(ids.getAndIncrement());
        transport.dial(id, to, address);
        TimeUnit.NANOSECONDS.sleep(afterNanos);
        transport.cancel(id);
        end(answer());
    }

    private TransportEvent answer() throws Exception {
        while (true) {
            var event = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                throw new IOException("no answer in " + PATIENCE_SECONDS + " s");
            }
            if (!(event instanceof TransportEvent.Refused)) {
                return event;
            }
        }
    }

    private static void end(TransportEvent event) {
        if (event instanceof TransportEvent.Dialed(_, Link link)) {
            link.start(new Mute());
            link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "measured");
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
