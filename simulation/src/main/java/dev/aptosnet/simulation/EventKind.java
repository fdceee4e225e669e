package dev.aptosnet.simulation;

/** What an event is; goes into the trace. */
enum EventKind {
    /** A node's process starts. */
    BOOT(1),
    /** A step of a connection's set-up. */
    SETUP(2),
    /** A transport reports to its node. */
    REPORT(3),
    /** A frame, or a link's end, arrives. */
    ARRIVAL(4),
    /** A link's handler is woken. */
    WAKE(5),
    /** A time that a node asked for has come. */
    TIMER(6),
    /** A timer of the transport. */
    WATCH(7),
    /** A scenario acts: a fault, a repair, a count. */
    SCRIPT(8);

    private final int code;

    EventKind(int code) {
        this.code = code;
    }

    /** For the hash; never changes. */
    int code() {
        return code;
    }
}
