package dev.aptosnet.ports.settings;

import dev.aptosnet.ports.model.MessageClass;

import java.util.List;

/**
 * How much each part of a peer's health counts in its score (improvements.md I-19); the four of
 * them make 100.
 *
 * @param success of calls; {@code peer_score.success}
 * @param latency of pings; {@code peer_score.latency}
 * @param liveness how recently it was heard of; {@code peer_score.liveness}
 * @param stability how long it has been connected; {@code peer_score.stability}
 * @param classes how much a protocol's calls count among those of others, by {@link
 *     MessageClass#index}; {@code peer_score.classes}
 */
public record ScoreSettings(
        int success, int latency, int liveness, int stability, List<Integer> classes) {
    /** 40, 25, 20 and 15; classes from the most urgent 8, 4, 2 and 1. */
    public static final ScoreSettings DEFAULT =
            new ScoreSettings(40, 25, 20, 15, List.of(8, 4, 2, 1));

    /** Refuses what cannot work. */
    public ScoreSettings {
        classes = List.copyOf(classes);
        require("success", success, 0, 100);
        require("latency", latency, 0, 100);
        require("liveness", liveness, 0, 100);
        require("stability", stability, 0, 100);
        require("sum", success + latency + liveness + stability, 100, 100);
        require("classes", classes.size(), MessageClass.COUNT, MessageClass.COUNT);
        for (var weight : classes) {
            require("classes", weight, 1, 1000);
        }
    }

    private static void require(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "peer_score."
                            + key
                            + ": "
                            + value
                            + " (expected: "
                            + least
                            + " to "
                            + most
                            + ")");
        }
    }
}
