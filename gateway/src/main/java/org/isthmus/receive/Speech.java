// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.util.List;
import org.isthmus.address.ForwardPath;
import org.isthmus.address.ReversePath;
import org.isthmus.policy.ReplyForm;
import org.isthmus.smtp.Reply;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Our side of the conversation: says replies, counts the client's errors, records what is refused, and knows when the last word has been said.
final class Speech {
    /// Characters of the id under which a refusal is found.
    static final int TRACE_ID = 7;

    private final Rooms rooms;
    private final ClientOutput output;
    private volatile Client client;
    private int errors;
    private int idleCommands;
    private boolean closed;
    private boolean interrupting;

    Speech(Rooms rooms, ClientOutput output, Client client) {
        this.rooms = rooms;
        this.output = output;
        this.client = client;
    }

    Client client() {
        return client;
    }

    /// The client has presented itself.
    void meet(Client named) {
        client = named;
    }

    void say(Reply reply) throws IOException {
        output.put(reply);
    }

    /// @param octets whole reply lines
    void say(byte[] octets) throws IOException {
        output.put(octets);
    }

    /// Answers a command that moves no mail. Too many of them are errors.
    void aside(Reply reply) throws IOException {
        idleCommands++;
        if (idleCommands > Bounds.IDLE_COMMANDS) {
            mistake(reply);
        } else {
            output.put(reply);
        }
    }

    /// Answers a command that was an error. The last one that is allowed ends the session.
    void mistake(Reply reply) throws IOException {
        errors++;
        if (errors >= rooms.config().current().settings().limits().errors()) {
            cutOff(Replies.TOO_MANY_ERRORS.with(hostname(), reply.text()));
        } else {
            output.put(reply);
        }
    }

    /// A message was accepted: what went wrong before is forgiven.
    void forgive() {
        errors = 0;
        idleCommands = 0;
    }

    /// Refuses something, which is an error too.
    void refuse(String command, @Nullable ReversePath from, @Nullable ForwardPath to, Reply reply, List<Step> steps) throws IOException {
        mistake(tracked(command, from, to, reply, steps));
    }

    /// Records a refusal, and gives its reply the id under which it is found.
    Reply tracked(String command, @Nullable ReversePath from, @Nullable ForwardPath to, Reply reply, List<Step> steps) {
        String traceId = rooms.freshName(TRACE_ID);
        Reply traced = Replies.traced(reply, traceId);
        record(traceId, command, from, to, traced, steps);
        return traced;
    }

    /// Records a refusal that is said otherwise, or cannot be said any more.
    void record(String traceId, String command, @Nullable ReversePath from, @Nullable ForwardPath to, Reply reply, List<Step> steps) {
        rooms.tracker().record(new Event.Refused(
                rooms.time().now(), traceId, client, command, from == null ? null : from.text(), to == null ? null : to.text(), reply, steps));
    }

    /// Says the last word.
    void close(ReplyForm form) throws IOException {
        closed = true;
        output.put(filled(form));
    }

    /// Says the last word to a client that may be in the middle of its own.
    void cutOff(ReplyForm form) throws IOException {
        cutOff(filled(form));
    }

    void cutOff(Reply last) throws IOException {
        closed = true;
        interrupting = true;
        output.put(last);
    }

    /// The client is gone: there is nobody to talk to.
    void fallSilent() {
        closed = true;
    }

    /// Somebody else has said the last word.
    void giveWay() {
        closed = true;
        interrupting = true;
    }

    boolean isClosed() {
        return closed;
    }

    /// Whether the client should be listened to for a moment longer, so that it hears the last word.
    boolean isInterrupting() {
        return interrupting;
    }

    /// A form that has our name in its blank, if it has one.
    Reply filled(ReplyForm form) {
        return form.text().contains("{}") ? form.with(hostname()) : form.with();
    }

    String hostname() {
        return rooms.config().current().settings().connector().hostname().ascii();
    }
}
