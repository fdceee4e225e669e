package dev.aptosnet.benchmarks.health;

import dev.aptosnet.domain.health.OpenBreakerLimit;
import dev.aptosnet.domain.health.PeerBreakers;
import dev.aptosnet.domain.health.PeerBreakers.Ending;
import dev.aptosnet.domain.health.PeerStatistics;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.ScoreSettings;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * What is noted for each message and each call (improvements.md I-06: less than a microsecond a
 * message; I-19: a million updates a second of 1000 peers in less than 5 % of a core, which is 50
 * ns each), beside a run that notes nothing. Peers and protocols take turns, as they do in a node.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Bookkeeping {
    private static final int PEERS = 1000;
    private static final ProtocolId[] PROTOCOLS = {
        ProtocolId.HEALTH_CHECKER_RPC,
        ProtocolId.MEMPOOL_DIRECT_SEND,
        ProtocolId.STORAGE_SERVICE_RPC,
        ProtocolId.CONSENSUS_RPC_BCS,
        ProtocolId.CONSENSUS_DIRECT_SEND_BCS,
        ProtocolId.PEER_MONITORING_SERVICE_RPC,
        ProtocolId.NETBENCH_RPC,
        ProtocolId.NETBENCH_DIRECT_SEND,
    };

    private final OpenBreakerLimit openPeers =
            new OpenBreakerLimit(BreakerSettings.DEFAULT, () -> PEERS);
    private final PeerStatistics[] statistics = new PeerStatistics[PEERS];
    private final PeerBreakers[] breakers = new PeerBreakers[PEERS];
    private final MonoTime[] times = new MonoTime[PEERS];
    private int turn;

    /** Set up by the harness. */
    public Bookkeeping() {}

    /** Makes the peers, each with a breaker for every protocol that may have one. */
    @Setup
    public void prepare() {
        for (var i = 0; i < PEERS; i++) {
            times[i] = new MonoTime(i * 1_000_000L);
            statistics[i] = new PeerStatistics();
            breakers[i] = new PeerBreakers(BreakerSettings.DEFAULT, openPeers);
            for (var protocol : PROTOCOLS) {
                statistics[i].in(times[0], protocol, 100);
                statistics[i].failed(times[0], protocol, CallFailureKind.REFUSED, 0);
                breakers[i].onEnd(times[0], protocol, 0, Ending.FAILED);
            }
        }
    }

    private int next() {
        turn = turn == PEERS - 1 ? 0 : turn + 1;
        return turn;
    }

    private static ProtocolId protocol(int turn) {
        return PROTOCOLS[turn & 7];
    }

    /** Only the turns. */
    @Benchmark
    public long nothing() {
        var i = next();
        return times[i].nanos() + protocol(i).number();
    }

    /** A message came and one has left. */
    @Benchmark
    public long messageEachWay() {
        var i = next();
        var protocol = protocol(i);
        statistics[i].in(times[i], protocol, 256);
        statistics[i].out(times[i], protocol, 256);
        return times[i].nanos() + protocol.number();
    }

    /** A call was admitted, its limit found, and it was answered. */
    @Benchmark
    public long call() {
        var i = next();
        var protocol = protocol(i);
        int number;
        synchronized (breakers[i]) {
            number = breakers[i].admit(times[i], protocol);
        }
        var limit =
                statistics[i].patienceNanos(CallSettings.DEFAULT, protocol, 256, 30_000_000_000L);
        statistics[i].answered(times[i], protocol, 1_000_000 + i, 256);
        synchronized (breakers[i]) {
            breakers[i].onEnd(times[i], protocol, number, Ending.ANSWERED);
        }
        return limit;
    }

    /** Somebody reads all that is known of a peer. */
    @Benchmark
    public double read() {
        var i = next();
        return statistics[i].protocols(times[i], _ -> BreakerState.CLOSED).size()
                + statistics[i].success(times[i], ScoreSettings.DEFAULT);
    }
}
