// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/// HTTPS as a client: policies are fetched by it and reports sent. No redirect is followed, no cookie kept, and a certificate that the usual authorities do not vouch for is refused.
public interface Https {
    /// Where there is none.
    Https NONE = new Https() {
        @Override
        public Answer get(URI from, int most, Duration limit) throws IOException {
            throw new IOException("there is no HTTPS here");
        }

        @Override
        public int post(URI to, String type, byte[] body, Duration limit) throws IOException {
            throw new IOException("there is no HTTPS here");
        }
    };

    /// Fetches.
    /// @param most octets of the body; with more it fails
    /// @param limit for all of it
    /// @throws Untrusted if the server's certificate proves nothing
    /// @throws IOException if there was no answer
    Answer get(URI from, int most, Duration limit) throws IOException;

    /// Sends; gives the status of the answer.
    /// @throws IOException if there was none
    int post(URI to, String type, byte[] body, Duration limit) throws IOException;

    /// What came.
    ///
    /// @param type the media type as it was written; empty text for none
    record Answer(int status, String type, byte[] body) {}

    /// The certificate is not good for the name.
    final class Untrusted extends IOException {
        public Untrusted(String what) {
            super(what);
        }
    }
}
