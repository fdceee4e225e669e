package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.ports.model.NetworkAddress;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/** Compares what a vector says with what we do. */
final class Expect {
    /** For entries that name no code. */
    static final String ANY_CODE = "any code";

    private int otherCodes;

    /** Something that should be refused. */
    @FunctionalInterface
    interface Attempt {
        /** Throws one of the exceptions that mean a refusal, or returns what was made of it. */
        @Nullable Object run() throws Exception;
    }

    /** An entry does not hold. */
    static final class Mismatch extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String expected;
        private final String seen;

        Mismatch(String expected, String seen) {
            super("expected " + expected + ", seen " + seen);
            this.expected = expected;
            this.seen = seen;
        }

        String expected() {
            return expected;
        }

        String seen() {
            return seen;
        }
    }

    /** How many refusals came under another code than the entry names. */
    int otherCodes() {
        return otherCodes;
    }

    void equal(String what, @Nullable Object expected, @Nullable Object seen) {
        if (!Objects.equals(expected, seen)) {
            throw new Mismatch(what + " " + expected, String.valueOf(seen));
        }
    }

    /** That the attempt is refused; the code is advisory. */
    void refused(String code, Attempt attempt) throws Exception {
        Object accepted;
        try {
            accepted = attempt.run();
        } catch (BcsException e) {
            sameCode(code, e.code().name());
            return;
        } catch (NetworkAddress.Malformed e) {
            sameCode(code, e.code().name());
            return;
        } catch (HandshakeException e) {
            sameCode(code, e.failure().reason().name());
            return;
        } catch (RecordException e) {
            var decrypt = e.kind() == RecordException.Kind.AUTHENTICATION;
            sameCode(code, decrypt ? "NOISE_DECRYPT" : e.kind().name());
            return;
        }
        throw new Mismatch("refusal (" + code + ")", "accepted: " + accepted);
    }

    /** Compares codes; a difference is counted, no failure. */
    void sameCode(String expected, String seen) {
        if (!expected.equals(ANY_CODE) && !expected.equals(seen)) {
            otherCodes++;
        }
    }
}
