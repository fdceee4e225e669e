package dev.aptosnet.adapter.discovery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.Clock;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells the owner's messages from all others: {@code X-Aptosnet-Signature: sha256=} and 64 hex
 * digits of HMAC-SHA256 over the time stamp's digits, a full stop and the body. A message is taken
 * once, and none after a newer one: its time stamp has to be within the window of our clock, later
 * than that of the last message, and later than our own start, before which we remember nothing.
 *
 * <p>{@link #fresh} is for one thread at a time; the rest is for any.
 */
final class WebhookSeal {
    static final String TIMESTAMP = "x-aptosnet-timestamp";
    static final String SIGNATURE = "x-aptosnet-signature";

    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern STAMP = Pattern.compile("[1-9][0-9]{0,15}");
    private static final Pattern SIGNED = Pattern.compile("sha256=[0-9a-fA-F]{64}");

    private final SecretKeySpec key;
    private final Duration window;
    private final Clock clock;
    private long newest;

    /** What a request's headers say: neither believed nor checked yet. */
    record Claim(long millis, Bytes signature) {}

    WebhookSeal(Bytes secret, Duration window, Clock clock) {
        this.key = new SecretKeySpec(secret.toByteArray(), ALGORITHM);
        this.window = window;
        this.clock = clock;
        this.newest = clock.wallMillis();
    }

    /** Reads the claim; who has none need not send a body. */
    static Claim claim(WebhookRequest request) throws WebhookRefusal {
        var stamp = request.header(TIMESTAMP).orElse("");
        var signature = request.header(SIGNATURE).orElse("");
        if (!STAMP.matcher(stamp).matches()) {
            throw unauthenticated("X-Aptosnet-Timestamp: Unix milliseconds are needed");
        }
        if (!SIGNED.matcher(signature).matches()) {
            throw unauthenticated("X-Aptosnet-Signature: sha256=<64 hex digits> is needed");
        }
        var hex = signature.substring(signature.indexOf('=') + 1);
        return new Claim(Long.parseLong(stamp), Bytes.wrap(HexFormat.of().parseHex(hex)));
    }

    /** Refuses what was not signed with our secret; takes equally long wherever they differ. */
    void check(Claim claim, byte[] body) throws WebhookRefusal {
        if (!MessageDigest.isEqual(sign(claim.millis(), body), claim.signature().toByteArray())) {
            throw unauthenticated("the signature is not that of this time stamp and body");
        }
    }

    byte[] sign(long millis, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((millis + ".").getBytes(US_ASCII));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /** Refuses an authentic message that is late, early or known, and remembers any other. */
    void fresh(Claim claim) throws WebhookRefusal {
        var off = claim.millis() - clock.wallMillis();
        if (Math.abs(off) > window.toMillis()) {
            throw replayed(
                    "the time stamp is "
                            + Math.abs(off)
                            + " ms "
                            + (off < 0 ? "behind" : "ahead of")
                            + " this node's clock (replay_window_secs: "
                            + window.toSeconds()
                            + ")");
        }
        if (claim.millis() <= newest) {
            throw replayed("the time stamp is not later than the last one, or than the start");
        }
        newest = claim.millis();
    }

    private static WebhookRefusal unauthenticated(String reason) {
        return new WebhookRefusal(401, SourceFailure.UNAUTHENTICATED, reason);
    }

    private static WebhookRefusal replayed(String reason) {
        return new WebhookRefusal(409, SourceFailure.REPLAYED, reason);
    }
}
