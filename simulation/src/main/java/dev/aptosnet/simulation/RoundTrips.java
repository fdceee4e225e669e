package dev.aptosnet.simulation;

/** How long calls took from region to region, as the nodes saw it. */
final class RoundTrips {
    private static final Region[] REGIONS = Region.values();

    private final long[] calls = new long[REGIONS.length * REGIONS.length];
    private final long[] nanos = new long[REGIONS.length * REGIONS.length];

    void add(Region from, Region to, long took) {
        var cell = from.ordinal() * REGIONS.length + to.ordinal();
        calls[cell]++;
        nanos[cell] += took;
    }

    /** The mean in milliseconds; NaN where there was no call. */
    double meanMillis(Region from, Region to) {
        var cell = from.ordinal() * REGIONS.length + to.ordinal();
        return calls[cell] == 0 ? Double.NaN : nanos[cell] / 1e6 / calls[cell];
    }
}
