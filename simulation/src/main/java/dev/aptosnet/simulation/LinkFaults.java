package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.transport.LinkClosed;

import java.time.Duration;

/** What can break at random, and how it is repaired. */
final class LinkFaults {
    private LinkFaults() {}

    /** One fault somewhere. */
    static void any(Run run) {
        var host = run.randomHost();
        switch (run.random().nextInt(6)) {
            case 0 -> restart(run, host, false, 20);
            case 1 -> restart(run, host, true, 60);
            case 2 -> freeze(run, host);
            case 3 -> reset(run);
            case 4 -> stall(run);
            default -> {
                host.stepWall(run.random().nextLong(-3_600_000, 3_600_000));
                note(run, Duration.ofSeconds(1), "clock");
            }
        }
    }

    private static void restart(Run run, Host host, boolean powerLoss, int longestSeconds) {
        if (host.isRunning()) {
            var length = upTo(run, longestSeconds);
            run.crash(host, powerLoss);
            run.in(length, () -> run.start(host));
            note(run, length, powerLoss ? "power" : "crash");
        }
    }

    private static void freeze(Run run, Host host) {
        if (host.isAwake()) {
            var length = upTo(run, 40);
            var process = host.process();
            host.freeze();
            run.in(
                    length,
                    () -> {
                        if (host.process() == process) {
                            host.thaw();
                        }
                    });
            note(run, length, "freeze");
        }
    }

    /** Ends some link, for both ends. */
    static void reset(Run run) {
        var links = run.randomHost().links();
        if (!links.isEmpty()) {
            var link = links.get(run.random().nextInt(links.size()));
            var how = new LinkClosed(DisconnectReason.INPUT_OUTPUT_ERROR, "reset on the way");
            link.other().fail(how);
            link.fail(how);
            note(run, Duration.ofMillis(200), "reset");
        }
    }

    private static void stall(Run run) {
        var links = run.randomHost().links();
        if (!links.isEmpty()) {
            var length = upTo(run, 20);
            var link = links.get(run.random().nextInt(links.size()));
            link.channel().stall(run.world().now().plus(length));
            note(run, length, "stall");
        }
    }

    private static Duration upTo(Run run, int seconds) {
        return Duration.ofMillis(1_000 + run.random().nextLong(seconds * 1_000L - 1_000));
    }

    private static void note(Run run, Duration length, String label) {
        var now = run.world().now();
        run.timeline().band(now, now.plus(length), label);
    }
}
