package dev.aptosnet.benchmarks.datapath;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;

import java.util.concurrent.atomic.AtomicInteger;

/** Netty's leak detector, which here also counts what it reports. */
final class LeakCounter<T> extends ResourceLeakDetector<T> {
    private static final AtomicInteger REPORTS = new AtomicInteger();

    private LeakCounter(Class<T> resource, int samplingInterval) {
        super(resource, samplingInterval);
    }

    /** Before any buffer is made: each kind of buffer asks for its detector once. */
    static void install() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
                new ResourceLeakDetectorFactory() {
                    @Override
                    @SuppressWarnings("deprecation") // nothing else is there to be overridden
                    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                            Class<T> resource, int samplingInterval, long maxActive) {
                        return new LeakCounter<>(resource, samplingInterval);
                    }
                });
    }

    /** How many kinds of leaks were reported so far; one place that leaks often counts once. */
    static int reports() {
        return REPORTS.get();
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        REPORTS.incrementAndGet();
        System.err.println("leak: " + resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        REPORTS.incrementAndGet();
        System.err.println("leak: " + resourceType);
    }
}
