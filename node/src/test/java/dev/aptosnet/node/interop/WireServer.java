package dev.aptosnet.node.interop;

import static dev.aptosnet.node.interop.WireNoise.concat;

import dev.aptosnet.node.interop.NodeSettings.Trusted;
import dev.aptosnet.node.interop.WireMessage.DirectSend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The listening side: a small but complete peer, so that the rows can be tried on it and our node
 * can dial it. It echoes protocol 14, counts direct sends on 13, and keeps what each connection
 * sent. It can dial as well.
 */
final class WireServer implements NodeUnderTest {
    private static final int MESSAGE = 64 + WireNoise.MESSAGE_1;

    private final NodeSettings settings;
    private final WireKeys keys = WireKeys.generate();
    private final ServerSocket listening;
    private final List<WirePeer> accepted = new CopyOnWriteArrayList<>();
    private final Map<Payload, WirePeer> connected = new ConcurrentHashMap<>();
    private final List<WireHello> hellos = new CopyOnWriteArrayList<>();
    private final List<DirectSend> directSends = new CopyOnWriteArrayList<>();
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<Payload, Long> lastTimestamps = new HashMap<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile UnaryOperator<byte[]> secondMessage = message -> message;

    WireServer(NodeSettings settings) throws IOException {
        this.settings = settings;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("wire-server").start(this::acceptLoop);
    }

    /** The connections accepted and proven so far, oldest first. */
    List<WirePeer> accepted() {
        return accepted;
    }

    /** Its key pair, to dial under the same name. */
    WireKeys keys() {
        return keys;
    }

    /** From now on message 2 is not what it ought to be. */
    void replaceSecondMessage(UnaryOperator<byte[]> change) {
        secondMessage = change;
    }

    /** The HandshakeMsgs received so far. */
    List<WireHello> hellos() {
        return hellos;
    }

    /** The direct sends received so far, on any protocol. */
    List<DirectSend> received() {
        return directSends;
    }

    /** Why connections ended, for the message of a failed test. */
    List<String> notes() {
        return notes;
    }

    void note(String what) {
        notes.add(what);
    }

    void directSend(DirectSend message) {
        directSends.add(message);
    }

    void awaitGate() {
        try {
            if (!gate.await(9, TimeUnit.SECONDS)) {
                notes.add("a blocked handler went on after 9 seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptLoop() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                sockets.add(socket);
                Thread.ofPlatform().daemon().name("wire-connection").start(() -> serve(socket));
            } catch (IOException e) {
                notes.add("accept: " + e.getMessage());
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            if (settings.behindProxy()) {
                skipProxyHeader(socket);
            }
            byte[] first = WireLink.readRaw(socket.getInputStream(), MESSAGE);
            Payload client = Payload.of(first).slice(0, 32);
            run(socket, client, respond(socket, first));
        } catch (IOException | Refused e) {
            notes.add(e.toString());
        } finally {
            sockets.remove(socket);
        }
    }

    /** Wire.md section 12. */
    private static void skipProxyHeader(Socket socket) throws IOException, Refused {
        byte[] head = WireLink.readRaw(socket.getInputStream(), 16);
        if (!Payload.of(head).slice(0, 12).equals(Payload.hex("0d0a0d0a000d0a515549540a"))) {
            throw new Refused("a PROXY header without its signature");
        }
        int length = ((head[14] & 0xff) << 8) | (head[15] & 0xff);
        int least =
                switch (head[13]) {
                    case 0x11 -> 12;
                    case 0x21 -> 36;
                    case 0x00, 0x12, 0x22, 0x31, 0x32 -> 0;
                    default -> throw new Refused("a PROXY header of family " + head[13]);
                };
        if ((head[12] != 0x20 && head[12] != 0x21) || length < least) {
            throw new Refused("a PROXY header with a bad command or length");
        }
        WireLink.readRaw(socket.getInputStream(), length);
    }

    /** The HandshakeMsgs and then the messages, until the connection ends. */
    private void run(Socket socket, Payload remote, WireLink link) throws IOException, Refused {
        WireHello own = hello();
        link.writeRecord(WireHello.framed(own.encode()));
        WireHello theirs = WireHello.read(link);
        hellos.add(theirs);
        if (!own.agreesWith(theirs)) {
            throw new Refused("nothing in common with " + theirs);
        }
        socket.setSoTimeout(0);
        try (WirePeer peer = new WirePeer(link, this, true)) {
            admit(remote, peer);
            accepted.add(peer);
            serve(remote, peer);
        }
    }

    private void serve(Payload remote, WirePeer peer) throws IOException {
        try {
            peer.serve();
        } finally {
            connected.remove(remote, peer);
        }
    }

    /** The tie-break of wire.md section 13: ends the connection that must go. */
    private synchronized void admit(Payload remote, WirePeer added) throws IOException, Refused {
        WirePeer old = connected.get(remote);
        if (old != null && old.isInbound() != added.isInbound()) {
            byte[] dialer = added.isInbound() ? remote.array() : peerId();
            byte[] other = added.isInbound() ? peerId() : remote.array();
            if (Arrays.compareUnsigned(dialer, other) < 0) {
                throw new Refused("a connection dialed by the greater peer exists");
            }
        }
        connected.put(remote, added);
        if (old != null) {
            old.close();
        }
    }

    private WireHello hello() {
        return WireHello.of(settings.chain(), settings.network(), 13, 14);
    }

    /** Wire.md section 4.7, in its order. */
    private WireLink respond(Socket socket, byte[] first) throws IOException, Refused {
        byte[] prologue = Arrays.copyOf(first, 64);
        Payload client = Payload.of(prologue).slice(0, 32);
        if (client.equals(Payload.of(peerId()))) {
            throw new Refused("SELF_DIAL");
        }
        if (!Payload.of(prologue).slice(32, 64).equals(Payload.of(publicKey()))) {
            throw new Refused("WRONG_SERVER_KEY");
        }
        for (WireSuite suite : settings.suites()) {
            try {
                WireNoise noise = WireNoise.server(suite, prologue, keys, WireKeys.generate());
                byte[] payload = noise.readMessage1(Arrays.copyOfRange(first, 64, MESSAGE));
                Payload key = Payload.of(noise.remoteStatic());
                authenticate(client, key);
                if (settings.mutual()) {
                    checkTimestamp(key, payload);
                }
                socket.getOutputStream().write(secondMessage.apply(noise.writeMessage2()));
                return new WireLink(
                        socket, suite, noise.serverToClientKey(), noise.clientToServerKey());
            } catch (GeneralSecurityException e) {
                notes.add(suite + ": NOISE_DECRYPT");
            }
        }
        throw new Refused("NOISE_DECRYPT");
    }

    private void authenticate(Payload client, Payload key) throws Refused {
        List<Trusted> known =
                settings.trusted().stream().filter(t -> t.peerId().equals(client)).toList();
        if (!known.isEmpty()) {
            if (known.stream().noneMatch(t -> t.key().equals(key))) {
                throw new Refused("UNTRUSTED_KEY");
            }
        } else if (settings.mutual()) {
            throw new Refused("UNTRUSTED_PEER");
        } else if (!client.equals(key)) {
            throw new Refused("PEER_ID_MISMATCH");
        }
    }

    private synchronized void checkTimestamp(Payload key, byte[] payload) throws Refused {
        if (payload.length != 8) {
            throw new Refused("a timestamp of " + payload.length + " bytes");
        }
        long millis = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Long stored = lastTimestamps.get(key);
        if (stored != null && Long.compareUnsigned(millis, stored) <= 0) {
            throw new Refused("REPLAY");
        }
        lastTimestamps.put(key, millis);
    }

    @Override
    public String host() {
        return listening.getInetAddress().getHostAddress();
    }

    @Override
    public int port() {
        return listening.getLocalPort();
    }

    @Override
    public byte[] publicKey() {
        return keys.publicKey();
    }

    @Override
    public byte[] peerId() {
        return keys.publicKey();
    }

    @Override
    public long directSends() {
        return directSends.stream().filter(d -> d.protocol() == 13).count();
    }

    @Override
    public void blockHandlers() {
        gate = new CountDownLatch(1);
    }

    @Override
    public void releaseHandlers() {
        gate.countDown();
    }

    @Override
    public void dial(String host, int port, byte[] serverKey) throws IOException {
        IOException last = new IOException("no suite to offer");
        for (WireSuite suite : settings.suites()) {
            var dialer = new WireDialer(host, port, serverKey).suite(suite).keys(keys);
            try {
                WireClient client = dialer.hello(hello()).dial();
                var peer = new WirePeer(client.link(), this, false);
                client.link().socket().setSoTimeout(0);
                sockets.add(client.link().socket());
                Payload remote = Payload.of(serverKey.clone());
                admit(remote, peer);
                Thread.ofPlatform().daemon().name("wire-dialed").start(() -> run(remote, peer));
                return;
            } catch (IOException e) {
                last = e;
            } catch (Refused e) {
                last = new IOException(e);
            }
        }
        throw last;
    }

    @Override
    public void dialOnce(String host, int port, byte[] serverKey) throws IOException {
        dial(host, port, serverKey);
    }

    private void run(Payload remote, WirePeer peer) {
        try (peer) {
            serve(remote, peer);
        } catch (IOException e) {
            notes.add(e.toString());
        }
    }

    @Override
    public byte[] call(byte[] peerId, int protocol, byte[] payload) throws IOException {
        return peer(peerId).call(protocol, Payload.of(payload)).array();
    }

    @Override
    public void send(byte[] peerId, int protocol, byte[] payload) throws IOException {
        peer(peerId).send(new DirectSend(protocol, 0, Payload.of(payload)));
    }

    private WirePeer peer(byte[] peerId) throws IOException {
        WirePeer peer = connected.get(Payload.of(concat(peerId)));
        if (peer == null) {
            throw new IOException("not connected to " + Payload.of(peerId));
        }
        return peer;
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            notes.add("close: " + e.getMessage());
        }
    }

    /** A peer that this server will not have. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String code) {
            super(code);
        }
    }
}
