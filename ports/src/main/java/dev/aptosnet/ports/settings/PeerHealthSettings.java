package dev.aptosnet.ports.settings;

/**
 * What is done with what is known of connected peers (improvements.md I-06, I-19, I-22).
 *
 * @param breaker when calls are no longer made
 * @param calls how long they may take
 * @param score what makes a peer's score
 */
public record PeerHealthSettings(BreakerSettings breaker, CallSettings calls, ScoreSettings score) {
    /** All defaults. */
    public static final PeerHealthSettings DEFAULT =
            new PeerHealthSettings(
                    BreakerSettings.DEFAULT, CallSettings.DEFAULT, ScoreSettings.DEFAULT);

    /** What an unmodified aptos-core node does, which has none of this. */
    public static final PeerHealthSettings APTOS_CORE =
            new PeerHealthSettings(
                    BreakerSettings.OFF, CallSettings.APTOS_CORE, ScoreSettings.DEFAULT);

    /** Like these, with others for breakers. */
    public PeerHealthSettings withBreaker(BreakerSettings breaker) {
        return new PeerHealthSettings(breaker, calls, score);
    }

    /** Like these, with others for calls. */
    public PeerHealthSettings withCalls(CallSettings calls) {
        return new PeerHealthSettings(breaker, calls, score);
    }

    /** Like these, with others for the score. */
    public PeerHealthSettings withScore(ScoreSettings score) {
        return new PeerHealthSettings(breaker, calls, score);
    }
}
