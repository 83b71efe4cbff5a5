// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

/// Takes facts out of the journal, in the journal's order, after they are durable there. Called by the spool's committer alone, so it must be quick.
public interface FactSink {
    /// What was accepted before, by its sequence, is ignored.
    /// @param sequence of the journal record; grows, over restarts too: a journal that is begun anew starts above {@link #durable}
    /// @param facts what {@link Facts#encode} gave
    void accept(long sequence, byte[] facts);

    /// The last sequence whose facts are durable here. At start the spool repeats all later ones that it still has; before it recycles a segment it makes
    /// sure, by {@link #force}, that none of its facts is needed again.
    long durable();

    /// Makes everything accepted so far durable.
    void force() throws java.io.IOException;

    /// Forgets everything.
    FactSink NONE = new FactSink() {
        @Override
        public void accept(long sequence, byte[] facts) {}

        @Override
        public long durable() {
            return Long.MAX_VALUE;
        }

        @Override
        public void force() {}
    };
}
