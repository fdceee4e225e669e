package dev.aptosnet.benchmarks.quic;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A network device of Linux whose packets this process reads and writes. It is gone when it is
 * closed. Needs {@code /dev/net/tun} and the right to make devices (CAP_NET_ADMIN).
 */
@SuppressWarnings("restricted") // the system calls are named below
final class TunDevice implements AutoCloseable {
    /** More than a packet of the device can have. */
    static final int LARGEST_PACKET = 2048;

    private static final int READ_WRITE_NONBLOCKING = 2 | 0x800;
    private static final long TUNSETIFF = 0x400454caL;
    private static final short TUN_WITHOUT_HEADERS = 0x0001 | 0x1000;
    private static final int REQUEST_BYTES = 40;
    private static final int FLAGS_OFFSET = 16;
    private static final short POLLIN = 1;
    private static final int POLL_MILLIS = 100;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            call(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
            call(
                    "ioctl",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle POLL =
            call(
                    "poll",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle READ = transfer("read");
    private static final MethodHandle WRITE = transfer("write");
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment received = arena.allocate(LARGEST_PACKET);
    private final MemorySegment sent = arena.allocate(LARGEST_PACKET);
    private final MemorySegment poll = arena.allocate(8, 4);
    private final Object writing = new Object();
    private final int descriptor;
    private final String name;

    /**
     * Makes a device.
     *
     * @throws IOException if this system, or our rights on it, do not allow that
     */
    TunDevice() throws IOException {
        descriptor = open();
        var request = arena.allocate(REQUEST_BYTES);
        request.setString(0, "aptos%d");
        request.set(ValueLayout.JAVA_SHORT, FLAGS_OFFSET, TUN_WITHOUT_HEADERS);
        if (ioctl(request) < 0) {
            close();
            throw new IOException("no right to make a TUN device (expected: CAP_NET_ADMIN)");
        }
        name = request.getString(0);
        poll.set(ValueLayout.JAVA_INT, 0, descriptor);
        poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
    }

    private static MethodHandle call(
            String function, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(function).orElseThrow(), descriptor, options);
    }

    private static MethodHandle transfer(String function) {
        return call(
                function,
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG));
    }

    /** A system call's result; the calls themselves throw nothing. */
    @FunctionalInterface
    private interface Call<T> {
        T make() throws Throwable;
    }

    private static <T> T made(Call<T> call) {
        try {
            return call.make();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private int open() throws IOException {
        var path = arena.allocateFrom("/dev/net/tun");
        int opened = made(() -> (int) OPEN.invokeExact(path, READ_WRITE_NONBLOCKING));
        if (opened < 0) {
            arena.close();
            throw new IOException("/dev/net/tun cannot be opened");
        }
        return opened;
    }

    private int ioctl(MemorySegment request) {
        return made(() -> (int) IOCTL.invokeExact(descriptor, TUNSETIFF, request));
    }

    /** What {@code ip link} calls it. */
    String name() {
        return name;
    }

    /** The next packet; empty if there was none for a while. One thread. */
    byte[] read() {
        if (made(() -> (int) POLL.invokeExact(poll, 1L, POLL_MILLIS)) <= 0) {
            return new byte[0];
        }
        var length =
                made(() -> (long) READ.invokeExact(descriptor, received, (long) LARGEST_PACKET));
        var packet = new byte[(int) Math.max(0, length)];
        MemorySegment.copy(received, ValueLayout.JAVA_BYTE, 0, packet, 0, packet.length);
        return packet;
    }

    /** Whether the system took the packet. Any thread. */
    boolean write(byte[] packet) {
        synchronized (writing) {
            MemorySegment.copy(packet, 0, sent, ValueLayout.JAVA_BYTE, 0, packet.length);
            var length = (long) packet.length;
            return made(() -> (long) WRITE.invokeExact(descriptor, sent, length)) == length;
        }
    }

    /** Removes the device. Nobody may be reading or writing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            var ignored = made(() -> (int) CLOSE.invokeExact(descriptor));
            arena.close();
        }
    }
}
