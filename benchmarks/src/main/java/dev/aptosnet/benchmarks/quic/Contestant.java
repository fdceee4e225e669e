package dev.aptosnet.benchmarks.quic;

/** Who takes part. */
public enum Contestant {
    /** TCP and Noise with the congestion control that Linux usually has. */
    TCP("tcp", "TCP cubic", "cubic"),
    /** The same with one that takes loss less to heart. */
    TCP_BBR("tcp", "TCP bbr", "bbr"),
    /** QUIC, whose congestion control is the library's. */
    QUIC("quic", "QUIC", "cubic");

    private final String layer;
    private final String title;
    private final String congestion;

    Contestant(String layer, String title, String congestion) {
        this.layer = layer;
        this.title = title;
        this.congestion = congestion;
    }

    /** In an address. */
    String layer() {
        return layer;
    }

    String title() {
        return title;
    }

    /** Of TCP over the link. */
    String congestion() {
        return congestion;
    }
}
