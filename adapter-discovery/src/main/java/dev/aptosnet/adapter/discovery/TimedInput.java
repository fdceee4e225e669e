package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/**
 * What a socket receives until a moment that nothing puts off; then every read throws a {@link
 * SocketTimeoutException}. A socket's own time-out begins anew with each byte.
 */
final class TimedInput extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private final Clock clock;
    private MonoTime until;

    TimedInput(Socket socket, Clock clock, MonoTime until) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.clock = clock;
        this.until = until;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        var leftMillis = TimeUnit.NANOSECONDS.toMillis(until.nanosSince(clock.now()));
        if (leftMillis <= 0) {
            throw new SocketTimeoutException("too late");
        }
        socket.setSoTimeout((int) Math.min(leftMillis, Integer.MAX_VALUE));
        return in.read(into, offset, length);
    }

    /**
     * Throws away what still comes until the other side has ended, for so long and so much at most:
     * a socket that is closed with bytes unread takes back the answer that was written.
     */
    void skipUntil(MonoTime deadline, int maxBytes) {
        until = deadline;
        var nowhere = new byte[8192];
        var left = maxBytes;
        try {
            while (left > 0) {
                var read = read(nowhere, 0, nowhere.length);
                if (read < 0) {
                    return;
                }
                left -= read;
            }
        } catch (IOException _) {
            // Enough was done for this caller.
        }
    }
}
