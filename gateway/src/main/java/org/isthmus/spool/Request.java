// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.List;
import org.isthmus.platform.Channel;
import org.jspecify.annotations.Nullable;

/// What somebody asks of the committer. Whoever asks waits for it to come back on its own channel, and only then looks at what became of it.
final class Request {
    /// What it does to the index. Offsets are those of blocks in the payload.
    sealed interface Effect {
        /// @param octets of the content
        record Accept(long id, int count, long octets, boolean apart, int offset, int length) implements Effect {}

        /// @param firstAdded number of recipients that the caller knew of, if it adds some; -1 if not
        record Settle(int offset, Blocks.Delta delta, int firstAdded, List<Accept> reports) implements Effect {}

        /// @param expected what the index must still hold
        record Move(Entry expected, int offset, int length) implements Effect {}

        record State(Entry expected, int offset) implements Effect {}

        /// Takes messages off that cannot be read any more.
        record Drop(Entry expected) implements Effect {}

        /// GONE entries copied out of an old segment.
        record Carry() implements Effect {}

        /// Makes the facts durable that were handed over.
        record ForceFacts() implements Effect {}

        record Stop() implements Effect {}
    }

    private final RecordType type;
    private final @Nullable Payload payload;
    private final byte @Nullable [] facts;
    private final Effect effect;
    private final Channel<Request> reply;
    private @Nullable Exception failure;
    private boolean undone;
    private @Nullable Entry gone;

    Request(RecordType type, @Nullable Payload payload, byte @Nullable [] facts, Effect effect, Channel<Request> reply) {
        this.type = type;
        this.payload = payload;
        this.facts = facts;
        this.effect = effect;
        this.reply = reply;
    }

    RecordType type() {
        return type;
    }

    @Nullable Payload payload() {
        return payload;
    }

    byte @Nullable [] facts() {
        return facts;
    }

    Effect effect() {
        return effect;
    }

    Channel<Request> reply() {
        return reply;
    }

    /// Why it is not durable; null if it is.
    @Nullable Exception failure() {
        return failure;
    }

    /// It failed, and it is certain that nothing of it comes back.
    boolean undone() {
        return undone;
    }

    /// The message that left the queue by it, if one did.
    @Nullable Entry gone() {
        return gone;
    }

    void gone(Entry entry) {
        gone = entry;
    }

    /// The committer is done with it.
    void done() {
        reply.offer(this);
    }

    void failed(Exception why, boolean nothingComesBack) {
        failure = why;
        undone = nothingComesBack;
        gone = null;
        reply.offer(this);
    }
}
