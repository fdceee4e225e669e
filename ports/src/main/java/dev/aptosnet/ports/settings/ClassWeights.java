package dev.aptosnet.ports.settings;

import dev.aptosnet.ports.model.MessageClass;

/**
 * How the classes share a connection while more than one of them has something to send: each gets
 * bytes in the proportion of its weight; {@code priorities.weights}. The critical class goes before
 * the others for as long as it stays within its share.
 *
 * @param critical {@code priorities.weights.critical}, 1 to 1000
 * @param high {@code priorities.weights.high}, 1 to 1000
 * @param normal {@code priorities.weights.normal}, 1 to 1000
 * @param low {@code priorities.weights.low}, 1 to 1000
 */
public record ClassWeights(int critical, int high, int normal, int low) {
    /** The largest that may be configured. */
    public static final int MOST = 1000;

    /** The default: twice as much for each class as for the next (improvements.md I-01). */
    public static final ClassWeights DEFAULT = new ClassWeights(16, 8, 4, 2);

    /** Refuses what cannot work. */
    public ClassWeights {
        require("critical", critical);
        require("high", high);
        require("normal", normal);
        require("low", low);
    }

    private static void require(String name, int weight) {
        if (weight < 1 || weight > MOST) {
            throw new IllegalArgumentException(
                    "priorities.weights." + name + ": " + weight + " (expected: 1 to 1000)");
        }
    }

    /** The weight of a class. */
    public int of(MessageClass messageClass) {
        return switch (messageClass) {
            case CRITICAL -> critical;
            case HIGH -> high;
            case NORMAL -> normal;
            case LOW -> low;
        };
    }
}
