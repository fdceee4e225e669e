package dev.aptosnet.ports.discovery;

/** Why a reading, or what was sent to a source, gave no view. */
public enum SourceFailure {
    /** There is no such file, it may not be read, or an address cannot be listened at. */
    UNREADABLE("unreadable"),
    /** Nobody answers, or not in time. */
    NO_ANSWER("no_answer"),
    /** The answer says that it is none: a server's error, a redirect. */
    HTTP_STATUS("http_status"),
    /** Larger than the limit. */
    TOO_LARGE("too_large"),
    /** Not a peer set: half-written, emptied, of another type. */
    MALFORMED("malformed"),
    /** A set that lacks a peer which has to be in it. */
    NOT_LISTED("not_listed"),
    /** A peer of the set whose addresses do not decode; the others were taken. */
    BAD_ADDRESSES("bad_addresses"),
    /** A webhook's caller who could not prove that the source's owner sent the set. */
    UNAUTHENTICATED("unauthenticated"),
    /** A webhook's message that is too old, or not newer than the last one taken. */
    REPLAYED("replayed"),
    /** What came to a webhook was no request that it knows. */
    BAD_REQUEST("bad_request"),
    /** A webhook's caller who found all places taken. */
    BUSY("busy"),
    /** A fault of the source's own code; it begins again. */
    INTERNAL("internal");

    private final String label;

    SourceFailure(String label) {
        this.label = label;
    }

    /** The name in metric labels. */
    public String label() {
        return label;
    }
}
