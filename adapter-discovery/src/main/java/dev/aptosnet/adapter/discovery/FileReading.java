package dev.aptosnet.adapter.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.ports.discovery.SourceFailure;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One look at a file.
 *
 * @param stamp which file it was, and of what time
 * @param text its content
 * @param hash of the content
 */
record FileReading(Stamp stamp, String text, String hash) {
    /** What changes when a file is written or replaced, as far as that shows from outside. */
    record Stamp(@Nullable Object fileKey, FileTime modified, long size) {
        /**
         * Follows links.
         *
         * @throws FailedReading if there is no regular file; a pipe would never end
         */
        static Stamp of(Path file) throws FailedReading {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                if (!attributes.isRegularFile()) {
                    throw new FailedReading(
                            SourceFailure.UNREADABLE,
                            attributes.isDirectory() ? "a directory" : "not a regular file");
                }
                return new Stamp(
                        attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
            } catch (IOException e) {
                throw reason(e);
            }
        }
    }

    /**
     * Reads a file.
     *
     * @param maxBytes of a larger file no more than one byte beyond is read
     * @throws FailedReading if there is none, it is too large or no text, or it was written to at
     *     the same time
     */
    static FileReading of(Path file, int maxBytes) throws FailedReading {
        var before = Stamp.of(file);
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(maxBytes + 1);
        } catch (IOException e) {
            throw reason(e);
        }
        if (bytes.length > maxBytes) {
            throw new FailedReading(
                    SourceFailure.TOO_LARGE,
                    "larger than " + maxBytes + " bytes (discovery.max_bytes)");
        }
        if (!Stamp.of(file).equals(before)) {
            throw FailedReading.malformed("written to while it was read");
        }
        try {
            var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return new FileReading(before, text, hash(bytes));
        } catch (CharacterCodingException e) {
            throw FailedReading.malformed("not UTF-8", e);
        }
    }

    private static FailedReading reason(IOException e) {
        return new FailedReading(
                SourceFailure.UNREADABLE,
                switch (e) {
                    case NoSuchFileException _ -> "no such file";
                    case AccessDeniedException _ -> "permission denied";
                    default -> "cannot be read: " + e.getMessage();
                },
                e);
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
