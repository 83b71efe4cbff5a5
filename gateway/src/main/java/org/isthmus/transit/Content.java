// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.io.IOException;
import java.io.InputStream;

/// A message's octets, to be read as often as needed: lines end with CRLF, nothing is dot-stuffed.
public interface Content {
    long size();

    InputStream open() throws IOException;
}
