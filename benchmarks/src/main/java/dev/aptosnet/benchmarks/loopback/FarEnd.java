package dev.aptosnet.benchmarks.loopback;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.TransportSettings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The node at the other end of a measurement: in this JVM or in one of its own. */
record FarEnd(NetworkAddress address, PeerId peer, Runnable closing) implements AutoCloseable {
    static final ProtocolId RPC = ProtocolId.NETBENCH_RPC;
    static final ProtocolId DIRECT = ProtocolId.NETBENCH_DIRECT_SEND;
    static final ProtocolId URGENT =
            ProtocolId.custom(230, "Urgent", PayloadEncoding.BCS, MessageClass.CRITICAL);
    static final ProtocolId BULK =
            ProtocolId.custom(231, "Bulk", PayloadEncoding.BCS, MessageClass.LOW);

    /** Asks how many direct sends have arrived. */
    static final ProtocolId COUNT =
            ProtocolId.custom(232, "Count", PayloadEncoding.BCS, MessageClass.HIGH);

    /** One event loop for each node, so that what a thread allocates belongs to one end. */
    static final TransportSettings.Limits ONE_OWNER =
            TransportSettings.Limits.builder().threads(1).build();

    /** What is put before the command of another JVM, for example {@code taskset -c 0}. */
    private static final String PREFIX = System.getProperty("far.prefix", "");

    static FarEnd here(CipherSuite suite) {
        var node = start(suite);
        return new FarEnd(node.listenAddress(), node.peerId(), node::close);
    }

    /** With the arguments of this JVM. */
    static FarEnd inAnotherJvm(CipherSuite suite) throws IOException {
        var command = new ArrayList<String>();
        if (!PREFIX.isEmpty()) {
            command.addAll(List.of(PREFIX.split(" ")));
        }
        command.add(ProcessHandle.current().info().command().orElse("java"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-XX:StartFlightRecording"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(FarEnd.class.getName(), suite.configName()));
        var process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var address = NetworkAddress.parse(process.inputReader().readLine());
        var peer = PeerId.derivedFrom(address.key().orElseThrow());
        return new FarEnd(address, peer, () -> end(process));
    }

    private static void end(Process process) {
        try {
            process.outputWriter().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Serves until its input ends. */
    public static void main(String[] args) throws IOException {
        var suite = CipherSuite.parse(args[0]);
        try (var node = start(suite)) {
            System.out.println(node.listenAddress());
            while (System.in.read() >= 0) {}
        }
    }

    private static AptosNode start(CipherSuite suite) {
        var arrived = new AtomicLong();
        var large = Bytes.wrap(new byte[64 << 20]);
        return AptosNode.builder()
                .suites(suite)
                .transportLimits(ONE_OWNER)
                .listen("/ip4/127.0.0.1/tcp/0")
                .serveInline(RPC, request -> request.respond(request.payload()))
                .receiveInline(DIRECT, _ -> arrived.incrementAndGet())
                .serveInline(URGENT, request -> request.respond(request.payload()))
                .serveInline(BULK, request -> request.respond(large))
                .serveInline(COUNT, request -> request.respond(eightBytes(arrived.get())))
                .start();
    }

    private static Bytes eightBytes(long value) {
        return Bytes.wrap(ByteBuffer.allocate(8).putLong(value).array());
    }

    @Override
    public void close() {
        closing.run();
    }
}
