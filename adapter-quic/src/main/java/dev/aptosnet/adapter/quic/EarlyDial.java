package dev.aptosnet.adapter.quic;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.Bytes;

import org.jspecify.annotations.Nullable;

import java.net.DatagramPacket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The Noise messages 1 and 2 of one dial, exchanged while TLS is at work, so that a dial takes one
 * round trip instead of two. Message 1 is bound to the certificate that the listener had when it
 * was last proven. If it has another one, or a datagram is lost, nothing was lost with it: the
 * handshake begins anew in the first stream.
 */
final class EarlyDial {
    private final DialerHandshake noise;
    private final Bytes certificate;
    private final byte[] question;
    private final CompletableFuture<EarlyMessage.Answer> answer = new CompletableFuture<>();

    /** A listener that has proven who it is, and said hello. */
    record Proven(Session session, Bytes hello) {}

    /**
     * @param noise bound to that certificate
     * @param certificate the hash of the one that the listener is expected to have
     * @throws HandshakeException if message 1 cannot be made
     */
    EarlyDial(DialerHandshake noise, Bytes certificate) throws HandshakeException {
        this.noise = noise;
        this.certificate = certificate;
        this.question = EarlyMessage.question(noise.firstMessage());
    }

    /** The datagram to send. */
    byte[] question() {
        return question;
    }

    /** A datagram came; only the first answer counts. Any thread. */
    void heard(DatagramPacket packet) {
        var heard = EarlyMessage.answer(packet);
        if (heard != null) {
            answer.complete(heard);
        }
    }

    /** Whether message 1 is bound to this certificate, by its hash. */
    boolean isFor(Bytes seen) {
        return seen.equals(certificate);
    }

    /**
     * Waits for the answer, once.
     *
     * @param seen the hash of the certificate that TLS has shown
     * @return null if the handshake has to begin anew
     */
    @Nullable Proven await(Bytes seen, Duration limit) throws InterruptedException {
        if (!isFor(seen)) {
            return null;
        }
        try {
            var heard = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            var session = noise.finish(heard.noise());
            return new Proven(session, heard.open(session));
        } catch (TimeoutException _) {
            return null; // Lost, or the listener cannot read what we asked.
        } catch (HandshakeException | RecordException _) {
            return null; // Somebody else's answer.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // Nobody fails it.
        }
    }
}
