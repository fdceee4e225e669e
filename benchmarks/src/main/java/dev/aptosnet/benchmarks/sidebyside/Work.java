package dev.aptosnet.benchmarks.sidebyside;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What is measured, in the order in which it is. */
enum Work {
    /** Calls of 128 bytes, one after the other. */
    RPC_ONE("rpc-one", 1),
    /** Calls of 128 bytes, a hundred in flight. */
    RPC_MANY("rpc-many", 1),
    /** Calls of 4 KiB, a hundred in flight. */
    RPC_4K("rpc-4k", 1),
    /** Direct sends of 256 bytes, as fast as they are taken. */
    SEND("send", 1),
    /** One message of 64 MiB after the other. */
    BULK("bulk", 1),
    /** Urgent calls of 128 bytes at 500 a second, alone and beside messages of 64 MiB. */
    URGENT("urgent", 1),
    /** New connections, one after the other, each with one answer. */
    CONNECT("connect", 0),
    /** Rounds of one call of 1 KiB to each of 139 peers. */
    PEERS_RPC("peers-rpc", Work.PEERS),
    /** Rounds of one direct send of 1 KiB to each of 139 peers. */
    PEERS_SEND("peers-send", Work.PEERS),
    /** What the near end's heap holds for each of 139 connections on which nothing happens. */
    IDLE_HEAP("idle-heap", 0);

    /** A validator's peers in a network of 140. */
    static final int PEERS = 139;

    private final String key;
    private final int links;

    Work(String key, int links) {
        this.key = key;
        this.links = links;
    }

    /** What {@code --work} calls it. */
    String key() {
        return key;
    }

    /** How many links are open before it starts. */
    int links() {
        return links;
    }

    /** How many far ends there have to be. */
    int peers() {
        return this == IDLE_HEAP ? PEERS : Math.max(links, 1);
    }

    static Work parse(String key) {
        for (var work : values()) {
            if (work.key.equals(key)) {
                return work;
            }
        }
        throw new IllegalArgumentException(
                "--work: "
                        + key
                        + " (expected: "
                        + Arrays.stream(values()).map(Work::key).collect(Collectors.joining(", "))
                        + ")");
    }

    static List<Work> all() {
        return List.of(values());
    }
}
