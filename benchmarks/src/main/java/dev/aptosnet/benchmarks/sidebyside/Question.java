package dev.aptosnet.benchmarks.sidebyside;

/** What a call asks of the far end. */
enum Question {
    /** The payload back. */
    ECHO,
    /** The payload back, in the most urgent class that the contestant knows. */
    URGENT,
    /** To take the payload; the answer is empty. */
    TAKE,
    /** How many direct sends have arrived since the start, as eight bytes. */
    COUNT;

    private static final Question[] ALL = values();

    static Question of(int index) {
        return ALL[index];
    }
}
