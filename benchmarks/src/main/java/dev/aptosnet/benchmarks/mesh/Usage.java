package dev.aptosnet.benchmarks.mesh;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;

import io.netty.buffer.PooledByteBufAllocator;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this process occupies.
 *
 * @param heapBytes in use
 * @param directBytes of buffers outside the heap: those that the JDK counts and the chunks of
 *     Netty's allocator, which in some set-ups are counted by both
 * @param descriptors open, or 0 where the system does not say
 */
public record Usage(long heapBytes, long directBytes, int threads, long descriptors) {
    private static final int COLLECTIONS = 4;

    /** After full collections, so that what is left is in use. */
    public static Usage afterCollection() throws InterruptedException {
        for (var i = 0; i < COLLECTIONS; i++) {
            System.gc();
            Thread.sleep(250);
        }
        return now();
    }

    /** What is in use now. */
    public static Usage now() {
        var runtime = Runtime.getRuntime();
        var direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        return new Usage(
                runtime.totalMemory() - runtime.freeMemory(),
                direct + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                openDescriptors());
    }

    static long openDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount()
                : 0;
    }

    /** How many descriptors the process may have; a large number where the system does not say. */
    static long maxDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** Processor time of all threads since the process began. */
    static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
