package dev.aptosnet.simulation;

/**
 * What a run is made of. Equal settings give equal runs.
 *
 * @param nodes how many, 2 to 2,000
 * @param seed everything that is random comes from it
 * @param conditions the network's
 */
public record SimSettings(int nodes, long seed, Conditions conditions) {
    /** Refuses what cannot work. */
    public SimSettings {
        if (nodes < 2 || nodes > 2_000) {
            throw new IllegalArgumentException("nodes: " + nodes + " (expected: 2 to 2000)");
        }
    }

    /** With the default network. */
    public static SimSettings of(int nodes, long seed) {
        return new SimSettings(nodes, seed, Conditions.DEFAULT);
    }
}
