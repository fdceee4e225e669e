package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.MonoTime;

import java.util.ArrayList;
import java.util.List;

/** Connected pairs over time, and what was broken when. */
final class Timeline {
    private final List<Sample> samples = new ArrayList<>();
    private final List<Band> bands = new ArrayList<>();

    /** So many pairs from this time on. */
    record Sample(MonoTime time, int pairs) {}

    /** A fault. */
    record Band(MonoTime from, MonoTime to, String label) {}

    void sample(MonoTime time, int pairs) {
        if (samples.isEmpty() || samples.getLast().pairs() != pairs) {
            samples.add(new Sample(time, pairs));
        }
    }

    void band(MonoTime from, MonoTime to, String label) {
        bands.add(new Band(from, to, label));
    }

    /** When the last fault ends. */
    MonoTime lastRepair() {
        return bands.stream().map(Band::to).max(MonoTime::compareTo).orElse(new MonoTime(0));
    }

    List<Sample> samples() {
        return samples;
    }

    List<Band> bands() {
        return bands;
    }
}
