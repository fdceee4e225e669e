package dev.aptosnet.benchmarks.sidebyside;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/**
 * What a process has used since its start.
 *
 * @param cpuNanos processor time of all its threads, the JVM's own among them
 * @param allocatedBytes heap that all its Java threads have taken
 */
record Usage(long cpuNanos, long allocatedBytes) {
    /** This process's. */
    static Usage now() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return new Usage(system.getProcessCpuTime(), threads.getTotalThreadAllocatedBytes());
    }

    Usage since(Usage before) {
        return new Usage(cpuNanos - before.cpuNanos, allocatedBytes - before.allocatedBytes);
    }

    String line() {
        return cpuNanos + " " + allocatedBytes;
    }

    static Usage parse(String line) {
        var space = line.indexOf(' ');
        return new Usage(
                Long.parseLong(line.substring(0, space)),
                Long.parseLong(line.substring(space + 1)));
    }
}
