package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What a socket is until its peer is proven: first messages of fixed length, then the exchange of
 * handshake messages (wire.md sections 4 and 6), all before one deadline. Ends exactly once, either
 * in {@link #exposed} or in {@link #refused}. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
abstract class Upgrade extends ChannelInboundHandlerAdapter implements RecordCutter.Records {
    private static final System.Logger LOG = System.getLogger(Upgrade.class.getName());

    /** Longest handshake message, in bytes. */
    static final int MAX_HELLO = 65_535;

    private static final int FIRST_ROOM = 168;

    private static final byte[] NONE = {};

    final TcpTransport transport;
    final SocketChannel channel;
    final EventLoop loop;

    private final RecordCutter cutter;
    private Stage stage = Stage.FIXED;
    private @Nullable ScheduledFuture<?> deadline;

    /** The message of fixed length under way: how long it is, and what has come of it. */
    private int wanted;

    private byte[] message = NONE;
    private int have;

    private @Nullable Session session;
    private @Nullable Proven peer;

    /** Plaintext received since Noise: length, handshake message, whatever follows it. */
    private byte[] plain = NONE;

    private int plainSize;
    private boolean helloComplete;

    private final MonoTime begun;
    private MonoTime connected;
    private MonoTime noised;

    Upgrade(TcpTransport transport, SocketChannel channel, EventLoop loop, MonoTime begun) {
        this.transport = transport;
        this.channel = channel;
        this.loop = loop;
        this.cutter = new RecordCutter(transport.owners().scratch(loop));
        this.begun = begun;
        this.connected = begun;
        this.noised = begun;
    }

    private enum Stage {
        FIXED,
        HELLO,
        DONE
    }

    /**
     * Who is at the other end.
     *
     * @param address dialed or observed, without key
     */
    record Proven(PeerId peer, PublicKey key, PeerRole role, NetworkAddress address) {}

    /** One message of fixed length has come. */
    abstract void received(byte[] bytes) throws HandshakeException;

    /** The peer's first record was good. */
    abstract void firstRecord() throws HandshakeException;

    /** The peer is proven and the link made; to be announced. */
    abstract void exposed(TcpLink link);

    /** It came to nothing; the socket is closed and nothing was sent. */
    abstract void refused(SetupFailure failure);

    /** What is being waited for, for the message about a deadline or a hang-up. */
    abstract String waitingFor();

    // ---- for subclasses

    /** Starts the deadline, which nothing extends. */
    final void limit(Duration left) {
        deadline = loop.schedule(this::deadlineReached, left.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The socket is connected. */
    final void connectedNow() {
        connected = transport.settings().clock().now();
    }

    /** The next message has this many bytes, at least 1. */
    final void expect(int bytes) {
        wanted = bytes;
        have = 0;
        message = NONE;
    }

    /** The message that has come is only the beginning of one with this many bytes. */
    final void expectMore(int bytes) {
        wanted = bytes;
    }

    /** Noise is done: sends our handshake message and awaits the peer's. */
    final void exchangeHello(Session made, Proven with) {
        stage = Stage.HELLO;
        session = made;
        peer = with;
        noised = transport.settings().clock().now();
        var hello = transport.settings().hello().get();
        if (hello.isEmpty() || hello.size() > MAX_HELLO) {
            throw new IllegalStateException(
                    "hello: " + hello.size() + " bytes (expected: 1 to " + MAX_HELLO + ")");
        }
        var scratch = transport.owners().scratch(loop);
        var writer =
                new RecordWriter(
                        channel,
                        made.sealer(),
                        scratch,
                        transport.settings().limits().maxFrameBytes());
        writer.add(new byte[] {(byte) (hello.size() >> 8), (byte) hello.size()}, 0, 2);
        writer.addAll(hello);
        writer.flush();
    }

    /** Whether the exchange of handshake messages has begun. */
    final boolean isNoiseDone() {
        return session != null;
    }

    /** Ends the set-up, unless it has ended. */
    final void fail(SetupFailure failure) {
        if (stage != Stage.DONE) {
            stage = Stage.DONE;
            end();
            channel.close();
            refused(failure);
        }
    }

    final void fail(Reason reason, String detail) {
        fail(new SetupFailure(reason, detail));
    }

    // ---- events

    @Override
    public void channelRead(ChannelHandlerContext context, Object input) {
        var bytes = (ByteBuf) input;
        try {
            advance(bytes);
        } catch (HandshakeException e) {
            fail(e.failure());
        } catch (BrokenStream e) {
            fail(Reason.BAD_HELLO, e.detail());
        } catch (RecordException e) {
            fail(Reason.NOISE_DECRYPT, String.valueOf(e.getMessage()));
        } catch (Throwable e) {
            crashed(e);
        } finally {
            bytes.release();
        }
    }

    private void advance(ByteBuf bytes) throws HandshakeException, BrokenStream, RecordException {
        while (stage == Stage.FIXED && bytes.isReadable()) {
            var taken = Math.min(bytes.readableBytes(), wanted - have);
            if (message.length < have + taken) {
                // A PROXY header may announce 64 KiB; room is made for what comes.
                var room = Math.max(FIRST_ROOM, 2 * (have + taken));
                message = Arrays.copyOf(message, Math.min(wanted, room));
            }
            bytes.readBytes(message, have, taken);
            have += taken;
            if (have == wanted) {
                received(Arrays.copyOf(message, have));
            }
        }
        if (stage == Stage.HELLO && bytes.isReadable()) {
            cutter.read(bytes, this);
        }
        if (stage == Stage.HELLO && helloComplete) {
            expose(bytes);
        }
    }

    @Override
    public boolean wantsRecord() {
        return stage == Stage.HELLO && !helloComplete;
    }

    @Override
    public void record(byte[] array, int offset, int length) throws BrokenStream, RecordException {
        var opener = opened().opener();
        var first = opener.counter() == 0;
        if (plain.length < plainSize + length) {
            plain = Arrays.copyOf(plain, plainSize + length);
        }
        plainSize += opener.open(array, offset, length, plain, plainSize);
        if (first) {
            try {
                firstRecord();
            } catch (HandshakeException e) {
                fail(e.failure());
                return;
            }
        }
        if (plainSize >= 2) {
            var helloSize = helloSize();
            if (helloSize == 0) {
                throw new BrokenStream("handshake message of 0 bytes (expected: 1 to 65535)");
            }
            helloComplete = plainSize >= 2 + helloSize;
        }
    }

    private int helloSize() {
        return (plain[0] & 0xff) << 8 | (plain[1] & 0xff);
    }

    private void expose(ByteBuf following) {
        stage = Stage.DONE;
        end();
        // Reading stops until somebody starts the link; what has come already is kept for it.
        channel.config().setAutoRead(false);
        var helloEnd = 2 + helloSize();
        var early = Bytes.of(Arrays.copyOfRange(plain, helloEnd, plainSize));
        var link =
                new TcpLink(
                        transport,
                        channel,
                        info(Bytes.of(Arrays.copyOfRange(plain, 2, helloEnd))),
                        opened(),
                        cutter,
                        early);
        channel.pipeline().replace(this, null, link);
        if (following.isReadable()) {
            link.hold(following.retain());
        }
        transport.add(link);
        exposed(link);
    }

    private LinkInfo info(Bytes hello) {
        var with = peer;
        if (with == null) {
            throw new IllegalStateException("not proven");
        }
        var now = transport.settings().clock().now();
        return new LinkInfo(
                ConnectionId.next(),
                with.peer(),
                with.key(),
                with.role(),
                with.address().withKey(with.key()),
                origin(),
                TcpTransportProvider.NAME,
                opened().suite(),
                transport.settings().limits().maxFrameBytes(),
                false,
                hello,
                new LinkInfo.SetupTimes(
                        connected.since(begun), noised.since(connected), now.since(noised)));
    }

    /** Who opened the connection. */
    abstract Origin origin();

    private Session opened() {
        var made = session;
        if (made == null) {
            throw new IllegalStateException("no session");
        }
        return made;
    }

    private void deadlineReached() {
        fail(
                Reason.TIMEOUT,
                "not finished in "
                        + transport.settings().limits().upgradeTimeout().toMillis()
                        + " ms (admission.handshake_timeout_ms), waiting for "
                        + waitingFor());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        hungUp(Reason.TRUNCATED, "the peer closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            hungUp(Reason.INPUT_OUTPUT, "the connection broke");
        } else {
            crashed(cause);
        }
    }

    /** The connection is gone while we were waiting. */
    void hungUp(Reason reason, String what) {
        fail(reason, what + ", waiting for " + waitingFor());
    }

    private void crashed(Throwable fault) {
        fail(Reason.INPUT_OUTPUT, "failed here: " + fault.getClass().getName());
        LOG.log(System.Logger.Level.WARNING, "the set-up of a connection failed", fault);
        if (fault instanceof Error) {
            var thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        }
    }

    private void end() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (!helloComplete) {
            cutter.release();
        }
    }
}
