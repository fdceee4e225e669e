package dev.aptosnet.simulation;

import java.util.LinkedHashMap;
import java.util.Map;

/** Counts of one run. */
final class EventCounts {
    long dials;
    long dialsFailed;
    long linksMade;

    /** Proven connections that met another one of the same pair. */
    long collisions;

    long linksLost;
    long frames;
    long frameBytes;
    long callsOpened;
    long callsAnswered;
    long callsFailed;

    /** How often a node held a peer for silent. */
    long silentPeers;

    /** Open ends that somebody was handed, not closed yet. */
    long openEnds;

    /** By name, in the order of a report. */
    Map<String, Long> values() {
        var values = new LinkedHashMap<String, Long>();
        values.put("dials", dials);
        values.put("dials_failed", dialsFailed);
        values.put("links_made", linksMade);
        values.put("collisions", collisions);
        values.put("links_lost", linksLost);
        values.put("frames", frames);
        values.put("frame_bytes", frameBytes);
        values.put("calls_opened", callsOpened);
        values.put("calls_answered", callsAnswered);
        values.put("calls_failed", callsFailed);
        values.put("silent_peers_noticed", silentPeers);
        return values;
    }
}
