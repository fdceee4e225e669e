package dev.aptosnet.domain.stream;

/** Where the memory for unfinished large messages comes from; shared with other connections. */
public interface StreamMemory {
    /** As much as is asked for. */
    StreamMemory UNLIMITED =
            new StreamMemory() {
                @Override
                public boolean take(int bytes) {
                    return true;
                }

                @Override
                public void giveBack(long bytes) {}
            };

    /** Takes memory for a piece; false if there is none. */
    boolean take(int bytes);

    /** Gives back what was taken. */
    void giveBack(long bytes);

    /** Whether some of what was taken has to be given back now, since others need it. */
    default boolean isOwing() {
        return false;
    }
}
