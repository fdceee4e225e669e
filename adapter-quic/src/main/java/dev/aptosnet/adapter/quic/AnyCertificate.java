package dev.aptosnet.adapter.quic;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

import javax.net.ssl.X509TrustManager;

/**
 * Takes every listener's certificate: it was made to be thrown away. Who the listener is, and that
 * the certificate is its own, is proven by Noise over the certificate's hash.
 */
final class AnyCertificate implements X509TrustManager {
    static final AnyCertificate INSTANCE = new AnyCertificate();

    private AnyCertificate() {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        // Nothing to check; see above.
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("this end is never a TLS server that asks");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
