package dev.aptosnet.simulation;

/**
 * Where a host stands. The round trips are our own round figures for data centres of large
 * providers, from public knowledge; they are no measurement of the Aptos network.
 */
public enum Region {
    /** Northern Virginia. */
    US_EAST("us-east"),
    /** Oregon. */
    US_WEST("us-west"),
    /** São Paulo. */
    SOUTH_AMERICA("sa-east"),
    /** Ireland. */
    EU_WEST("eu-west"),
    /** Frankfurt. */
    EU_CENTRAL("eu-central"),
    /** Cape Town. */
    AFRICA("af-south"),
    /** Mumbai. */
    INDIA("ap-south"),
    /** Singapore. */
    SINGAPORE("ap-southeast"),
    /** Tokyo. */
    TOKYO("ap-northeast"),
    /** Sydney. */
    SYDNEY("ap-sydney");

    /** Milliseconds there and back, half of a symmetric table; within a region 2. */
    private static final int[][] ROUND_TRIP = {
        {2},
        {65, 2},
        {115, 175, 2},
        {70, 130, 180, 2},
        {90, 150, 200, 25, 2},
        {225, 280, 340, 155, 155, 2},
        {190, 220, 300, 125, 120, 270, 2},
        {220, 165, 320, 175, 160, 325, 60, 2},
        {150, 100, 255, 205, 225, 360, 130, 70, 2},
        {200, 140, 310, 260, 250, 410, 150, 92, 105, 2},
    };

    private final String label;

    Region(String label) {
        this.label = label;
    }

    /** Its name in results. */
    public String label() {
        return label;
    }

    /** Milliseconds there and back, without jitter and queues. */
    public int roundTripMillis(Region other) {
        return ROUND_TRIP[Math.max(ordinal(), other.ordinal())][
                Math.min(ordinal(), other.ordinal())];
    }
}
