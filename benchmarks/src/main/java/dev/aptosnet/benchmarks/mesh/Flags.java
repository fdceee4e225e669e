package dev.aptosnet.benchmarks.mesh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A program's arguments, {@code --name value} each. */
public final class Flags {
    private final Map<String, String> values = new TreeMap<>();

    /**
     * @param known all names, without the dashes
     */
    public Flags(String[] args, List<String> known) {
        var rest = new ArrayList<>(List.of(args));
        while (!rest.isEmpty()) {
            var name = rest.removeFirst();
            if (!name.startsWith("--") || !known.contains(name.substring(2)) || rest.isEmpty()) {
                throw new IllegalArgumentException(
                        name + " (expected: --name value, where the name is one of " + known + ")");
            }
            values.put(name.substring(2), rest.removeFirst());
        }
    }

    /** The value as it is, or {@code usual}. */
    public String text(String name, String usual) {
        return values.getOrDefault(name, usual);
    }

    /** The value as a number in a range, or {@code usual}. */
    public int number(String name, int usual, int least, int most) {
        var text = text(name, String.valueOf(usual));
        try {
            var value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "--" + name + ": " + text + " (expected: " + least + " to " + most + ")");
    }
}
