package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What every group of rows stands on: a node to try them on, and the checks that most of them end
 * with.
 */
interface InteropRows {
    /** How long a node may take to end a connection that it must end. */
    Duration CLOSING = Duration.ofSeconds(5);

    /** The node shared by the rows that need nothing special: {@link NodeSettings#open()}. */
    NodeUnderTest node();

    /** A node of the row's own, ready to be dialed when this returns. */
    NodeUnderTest startNode(NodeSettings settings) throws IOException;

    default WireDialer dialer() {
        return dialer(node());
    }

    default WireDialer dialer(NodeUnderTest node) {
        return new WireDialer(node.host(), node.port(), node.publicKey());
    }

    /** A connection ready for messages, on the shared node. */
    default WireClient connect() throws IOException {
        return dialer().dial();
    }

    /** An honest newcomer is served, whatever happened before. */
    default void assertStillServes(NodeUnderTest node) throws IOException {
        try (var good = dialer(node).dial()) {
            good.echo(Payload.random(1, 300));
        }
    }

    /** Sends these bytes as the whole connection; the node must answer nothing and close. */
    default void assertRefusedInSilence(NodeUnderTest node, byte[] bytes, boolean thenEndOfStream)
            throws IOException {
        try (Socket socket = dialer(node).open()) {
            socket.getOutputStream().write(bytes);
            if (thenEndOfStream) {
                assertSilentFor(socket, 300);
                socket.shutdownOutput();
            }
            assertThat(WireLink.bytesUntilClosed(socket, CLOSING)).isZero();
        }
    }

    /** The first message of this dialer is refused: nothing is sent and the connection closes. */
    default void assertRefusedInSilence(NodeUnderTest node, WireDialer dialer) throws IOException {
        dialer.prepare();
        assertRefusedInSilence(node, dialer.firstMessage(), false);
        if (!node.equals(node())) {
            return;
        }
        assertStillServes(node);
    }

    /** The node ends this connection without another byte, and serves the next one. */
    default void assertClosedInSilence(NodeUnderTest node, WireLink link) throws IOException {
        assertThat(link.bytesUntilClosed(CLOSING)).isZero();
        assertStillServes(node);
    }

    private static void assertSilentFor(Socket socket, int millis) throws IOException {
        int before = socket.getSoTimeout();
        socket.setSoTimeout(millis);
        try {
            int next = socket.getInputStream().read();
            throw new AssertionError("expected silence, got " + next);
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(before);
        }
    }

    /** Waits up to five seconds for something that another thread does. */
    static void await(BooleanSupplier done) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen within 5 seconds");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
