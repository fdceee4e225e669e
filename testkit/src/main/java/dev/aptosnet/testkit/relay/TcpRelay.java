package dev.aptosnet.testkit.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Takes connections at one address and continues each to another. A stream cannot lose, double or
 * reorder anything here: both halves are real connections on loopback, so what a path's losses
 * would do to one long connection is not shown.
 *
 * <p>The system completes a dialer's connection at once. So that the first byte still arrives when
 * it would over such a path, a new connection is left alone for one round trip first.
 */
final class TcpRelay implements AutoCloseable {
    /** Beyond, a connection is closed as soon as it is accepted. */
    static final int MOST_CONNECTIONS = 1024;

    private static final int READ_BYTES = 16 << 10;

    /** How much of one connection and direction may be under way. */
    private static final int MOST_UNDER_WAY_BYTES = 16 << 20;

    private static final int CONNECT_MILLIS = 10_000;

    private final InetSocketAddress target;
    private final Line forth;
    private final Line back;
    private final Duration roundTrip;
    private final ServerSocket front;

    /** The listener holds its address until this has seen that it is closed. */
    private final Thread acceptor;

    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    TcpRelay(
            InetSocketAddress at,
            InetSocketAddress target,
            Line forth,
            Line back,
            Duration roundTrip)
            throws IOException {
        this.target = target;
        this.forth = forth;
        this.back = back;
        this.roundTrip = roundTrip;
        this.front = new ServerSocket(at.getPort(), 256, at.getAddress());
        this.acceptor = Thread.ofVirtual().name("relay-tcp").unstarted(this::accept);
        acceptor.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) front.getLocalSocketAddress();
    }

    private void accept() {
        while (!front.isClosed()) {
            try {
                var from = front.accept();
                if (sockets.size() >= 2 * MOST_CONNECTIONS) {
                    from.close();
                } else {
                    Thread.ofVirtual().name("relay-tcp-connect").start(() -> connect(from));
                }
            } catch (IOException e) {
                if (!front.isClosed()) {
                    Relay.LOG.log(System.Logger.Level.DEBUG, "a connection was not accepted", e);
                }
            }
        }
    }

    private void connect(Socket from) {
        var to = new Socket();
        try {
            sockets.add(from);
            sockets.add(to);
            if (front.isClosed()) {
                return;
            }
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            Thread.sleep(roundTrip);
            to.connect(target, CONNECT_MILLIS);
            var there = Thread.ofVirtual().name("relay-tcp").start(() -> pump(from, to, forth));
            pump(to, from, back);
            there.join();
        } catch (IOException e) {
            Relay.LOG.log(System.Logger.Level.DEBUG, "no connection to " + target, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    /**
     * Bytes of a stream and when they arrive.
     *
     * @param data empty for the stream's end
     */
    private record Chunk(ByteBuffer data, long due) {}

    /** Moves one direction until its end; a failure ends both. */
    private void pump(Socket from, Socket to, Line line) {
        var underWay = new LinkedBlockingQueue<Chunk>();
        var room = new Semaphore(MOST_UNDER_WAY_BYTES);
        var writer =
                Thread.ofVirtual()
                        .name("relay-tcp-write")
                        .start(() -> write(from, to, line, underWay, room));
        try {
            var in = from.getInputStream();
            var buffer = new byte[READ_BYTES];
            for (var read = 0; read >= 0; ) {
                line.awaitRoom();
                read = in.read(buffer);
                var data = Arrays.copyOf(buffer, Math.max(0, read));
                while (!room.tryAcquire(data.length, 1, TimeUnit.SECONDS)) {
                    if (from.isClosed()) {
                        return;
                    }
                }
                underWay.add(new Chunk(ByteBuffer.wrap(data), line.sendStream(data.length)));
            }
            writer.join();
        } catch (IOException _) {
            end(from);
            end(to);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            writer.interrupt();
        }
    }

    private void write(
            Socket from,
            Socket to,
            Line line,
            LinkedBlockingQueue<Chunk> underWay,
            Semaphore room) {
        try {
            var out = to.getOutputStream();
            while (true) {
                var chunk = underWay.take();
                TimeUnit.NANOSECONDS.sleep(chunk.due() - System.nanoTime());
                line.awaitOpen();
                var data = chunk.data().array();
                if (data.length == 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(data);
                room.release(data.length);
            }
        } catch (IOException _) {
            end(from);
            end(to);
        } catch (InterruptedException _) {
            // The reading side has failed and closed both.
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            Relay.LOG.log(System.Logger.Level.DEBUG, "a connection was not closed", e);
        }
    }

    @Override
    public void close() {
        try {
            front.close();
        } catch (IOException e) {
            Relay.LOG.log(System.Logger.Level.DEBUG, "the listener was not closed", e);
        }
        sockets.forEach(this::end);
        try {
            acceptor.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
