package dev.aptosnet.node;

import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

import java.security.SecureRandom;

/**
 * Who a node is: a peer id and the x25519 key pair that proves it. Never prints the private key.
 */
public final class Identity {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final PeerId peerId;
    private final KeyPair keys;

    private Identity(PeerId peerId, KeyPair keys) {
        this.peerId = peerId;
        this.keys = keys;
    }

    /** A fresh key, and the peer id derived from it. */
    public static Identity generate() {
        return of(KeyPair.generate(RANDOM));
    }

    /**
     * A known key, and the peer id derived from it.
     *
     * @param privateKey 32 bytes
     */
    public static Identity ofPrivateKey(Bytes privateKey) {
        return of(KeyPair.ofPrivateKey(privateKey));
    }

    /**
     * A known key that speaks for an account.
     *
     * @param privateKey 32 bytes
     * @param account the validator's account address
     */
    public static Identity ofPrivateKey(Bytes privateKey, PeerId account) {
        return new Identity(account, KeyPair.ofPrivateKey(privateKey));
    }

    private static Identity of(KeyPair keys) {
        return new Identity(PeerId.derivedFrom(keys.publicKey()), keys);
    }

    /** How peers name the node. */
    public PeerId peerId() {
        return peerId;
    }

    /** The key that peers expect. */
    public PublicKey publicKey() {
        return keys.publicKey();
    }

    /** The secret, 32 bytes; to be written to a key file and nowhere else. */
    public Bytes privateKey() {
        return keys.privateKey();
    }

    @Override
    public String toString() {
        return "Identity[" + peerId + "]";
    }
}
