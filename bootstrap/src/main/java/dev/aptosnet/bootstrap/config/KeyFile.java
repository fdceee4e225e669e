package dev.aptosnet.bootstrap.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A node's key on disk: aptos-core's identity file (behaviour.md section 17.4). {@code
 * network_private_key} is read, and {@code account_address} where there is one; the keys of other
 * services are passed over. Nobody but the owner may read the file.
 */
public final class KeyFile {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("(x25519-priv-)?(0x)?([0-9a-fA-F]{64})");
    private static final String KEY = "network_private_key";

    private KeyFile() {}

    /**
     * Writes a new key file, readable by its owner alone from its first moment.
     *
     * @param withAccount whether the peer id is an account's, and must be written
     * @param replace whether an existing file is replaced, as a whole
     * @throws ConfigException if the file exists and is not to be replaced
     */
    public static void write(Path file, Identity identity, boolean withAccount, boolean replace)
            throws IOException {
        var text = new StringBuilder("---\n");
        if (withAccount) {
            text.append("account_address: \"")
                    .append(identity.peerId().toConfigText())
                    .append("\"\n");
        }
        text.append(KEY).append(": \"0x").append(identity.privateKey().toHex()).append("\"\n");
        if (replace) {
            var beside = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(beside);
            create(beside, text.toString());
            Files.move(
                    beside,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        try {
            create(file, text.toString());
        } catch (FileAlreadyExistsException _) {
            throw new ConfigException(
                    file + ": exists already; another key is another node (--force replaces it)");
        } catch (NoSuchFileException _) {
            throw new ConfigException(file + ": its directory does not exist");
        }
    }

    private static void create(Path file, String text) throws IOException {
        var posix = Files.getFileStore(directoryOf(file)).supportsFileAttributeView("posix");
        FileAttribute<?>[] mode =
                posix
                        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                        : new FileAttribute<?>[0];
        var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = Files.newByteChannel(file, options, mode)) {
            var bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private static Path directoryOf(Path file) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new NoSuchFileException(String.valueOf(directory));
        }
        return directory;
    }

    /**
     * Reads a key file.
     *
     * @throws ConfigException if it is not one, or others may read it
     */
    public static Identity read(Path file) {
        refuseIfOthersMayRead(file, "aptosnet keygen --out " + file + " makes one");
        var root = Section.read(file);
        var key = root.requiredText(KEY, "64 hex digits");
        var account = root.text("account_address");
        for (var other : Set.of("account_private_key", "consensus_private_key")) {
            root.skip(other);
        }
        root.refuseUnknown();
        var privateKey = privateKey(key);
        if (privateKey.isEmpty()) {
            // The value is a secret, or close to one: it is not repeated.
            throw root.refused(KEY, "…", "64 hex digits");
        }
        if (account.isEmpty()) {
            return Identity.ofPrivateKey(privateKey.get());
        }
        return root.convert(
                "account_address",
                account.get(),
                "64 hex digits",
                text -> Identity.ofPrivateKey(privateKey.get(), PeerId.parse(text)));
    }

    /** The key in 64 hex digits with the usual prefixes; empty if they are not that. */
    static Optional<Bytes> privateKey(String text) {
        var match = PRIVATE_KEY.matcher(text);
        return match.matches()
                ? Optional.of(Bytes.hex(match.group(3).toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /**
     * A key from 64 hex digits, for tests that need the same one every time.
     *
     * @throws IllegalArgumentException if they are not that
     */
    public static Bytes ofSeed(String hex) {
        if (hex.length() != 64) {
            throw new IllegalArgumentException(hex.length() + " digits (expected: 64)");
        }
        try {
            return Bytes.wrap(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not hex (expected: 64 hex digits)", e);
        }
    }

    /**
     * Refuses a file that is missing, or that is not its owner's alone.
     *
     * @param remedy how one is made
     */
    static void refuseIfOthersMayRead(Path file, String remedy) {
        try {
            var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (view == null) {
                return;
            }
            var mode = EnumSet.noneOf(PosixFilePermission.class);
            mode.addAll(view.readAttributes().permissions());
            mode.remove(PosixFilePermission.OWNER_READ);
            mode.remove(PosixFilePermission.OWNER_WRITE);
            mode.remove(PosixFilePermission.OWNER_EXECUTE);
            if (!mode.isEmpty()) {
                throw new ConfigException(
                        file + ": others may read or change this file: chmod 600 " + file);
            }
        } catch (NoSuchFileException _) {
            throw new ConfigException(file + ": no such file (" + remedy + ")");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
    }
}
