package dev.aptosnet.adapter.quic;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;

/**
 * The socket of a listener. Kwik 0.10 ends the whole process when receiving fails ({@code
 * System.exit} in its server), so a failure never reaches it: one that passes is tried again, and
 * after one that stays nothing more is received, until the listener is closed. What {@link
 * FirstFlights} do not admit is not handed on.
 */
final class ListenSocket extends DatagramSocket {
    private static final System.Logger LOG = System.getLogger(ListenSocket.class.getName());

    /** How many failures in a row are taken for one that stays. */
    private static final int MAX_FAILURES = 100;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final FirstFlights flights;

    ListenSocket(@Nullable SocketAddress at, FirstFlights flights) throws SocketException {
        super(at);
        this.flights = flights;
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        for (var failures = 1; ; failures++) {
            try {
                super.receive(packet);
                if (flights.admits(packet, System.nanoTime())) {
                    return;
                }
                failures = 0;
            } catch (IOException e) {
                if (isClosed()) {
                    throw e;
                }
                if (failures == MAX_FAILURES) {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "the QUIC listener at " + getLocalSocketAddress() + " is deaf",
                            e);
                    awaitClose();
                    throw e;
                }
            }
        }
    }

    private void awaitClose() {
        try {
            closed.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        super.close();
        // Called by the superclass's constructor too, should it fail.
        if (closed != null) {
            closed.countDown();
        }
    }
}
