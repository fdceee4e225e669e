package dev.aptosnet.testkit;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/** What a thread has allocated; exact, unlike the sampling of profilers. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocations() {}

    /** Bytes of heap that the calling thread has allocated since it began. */
    public static long ofThisThread() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }
}
