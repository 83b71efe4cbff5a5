// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Step;

/// A message on its way in. Closed without commit it is as if it never was. Used by one thread.
public interface Draft extends Closeable {
    QueueId id();

    /// Where the content goes, from the first octet of our Received line. Not to be closed.
    OutputStream content();

    /// When this returns, the message survives a power cut and 250 may be said. RFC 5321 §6.1.
    ///
    /// @param passage without a name (0), it is given one by chance
    /// @param steps for every recipient, in order: why it was accepted
    QueuedMessage commit(Envelope envelope, Origin origin, ContentFacts facts, Passage passage, List<List<Step>> steps) throws IOException;

    /// The same for a message that has not been here before.
    default QueuedMessage commit(Envelope envelope, Origin origin, ContentFacts facts, List<List<Step>> steps) throws IOException {
        return commit(envelope, origin, facts, Passage.FIRST, steps);
    }

    @Override
    void close();
}
