// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.isthmus.auth.Authenticator;
import org.isthmus.auth.Exchange;
import org.isthmus.auth.Turn;
import org.isthmus.config.Auth;
import org.isthmus.config.Auth.Mechanism;
import org.isthmus.config.Settings;
import org.isthmus.policy.ReplyForm;
import org.isthmus.receive.ClientInput.Found;
import org.isthmus.smtp.Command;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// AUTH: from the command to its answer. RFC 4954. What the client says in between is never recorded.
final class Authentication {
    private final Rooms rooms;
    private final Settings.Listener listener;
    private final Speech speech;
    private final ClientInput input;
    private @Nullable Step proved;

    Authentication(Rooms rooms, Settings.Listener listener, Speech speech, ClientInput input) {
        this.rooms = rooms;
        this.listener = listener;
        this.speech = speech;
        this.input = input;
    }

    /// The line for the answer to EHLO; null if nothing is offered to this client.
    static @Nullable String offer(Rooms rooms, Settings.Listener listener, Client client) {
        if (listener.auth() == Auth.Demand.OFF) {
            return null;
        }
        List<Mechanism> offered = rooms.authenticator().offered(client, listener);
        return offered.isEmpty() ? null : "AUTH " + String.join(" ", offered.stream().map(Mechanism::registered).toList());
    }

    /// For the trace of each message: who logged in, and how; null if nobody has.
    @Nullable Step proved() {
        return speech.client().user() == null ? null : proved;
    }

    /// Holds the exchange.
    /// @return what ended it that is not about AUTH: silence, a closed connection; null if the session goes on
    @Nullable Found run(Command.Auth command, Phase phase) throws IOException {
        ReplyForm objection = objection(phase);
        if (objection != null) {
            speech.mistake(objection == Replies.NOT_IMPLEMENTED ? objection.with("AUTH") : objection.with());
            return null;
        }
        Client client = speech.client();
        Optional<Mechanism> mechanism = rooms.authenticator().offered(client, listener).stream().filter(one -> one.registered().equals(command.mechanism())).findFirst();
        if (mechanism.isEmpty()) {
            speech.mistake(Replies.NO_MECHANISM.with(command.mechanism()));
            return null;
        }
        byte[] initial = command.initial().equals("=") ? new byte[0] : command.initial().isEmpty() ? null : Base64.getDecoder().decode(command.initial());
        return converse(mechanism.get(), rooms.authenticator().begin(mechanism.get(), client), initial);
    }

    private @Nullable ReplyForm objection(Phase phase) {
        if (listener.auth() == Auth.Demand.OFF) {
            return Replies.NOT_IMPLEMENTED;
        }
        return switch (phase) {
            case Phase.Greeting greeting -> Replies.SAY_HELLO_FIRST;
            case Phase.Idle idle when !idle.hello().extended() -> Replies.SAY_HELLO_FIRST;
            case Phase.Idle idle -> atRest();
            // RFC 4954 §4: not within a transaction.
            case Phase.Gathering gathering -> Replies.AUTH_IN_TRANSACTION;
            case Phase.Closing closing -> Replies.SAY_HELLO_FIRST;
        };
    }

    private @Nullable ReplyForm atRest() {
        // RFC 4954 §4: once in a session.
        if (speech.client().user() != null) {
            return Replies.AUTHENTICATED_ALREADY;
        }
        return Authenticator.isSafe(speech.client(), listener) ? null : Replies.NEEDS_TLS;
    }

    private @Nullable Found converse(Mechanism mechanism, Exchange exchange, byte @Nullable [] initial) throws IOException {
        byte[] said = initial;
        while (true) {
            switch (exchange.next(said)) {
                case Turn.Passed passed -> {
                    speech.meet(speech.client().by(passed.user()));
                    proved = Step.of("auth", mechanism.registered(), listener.at(), passed.user() + " has logged in");
                    speech.say(Replies.AUTHENTICATED.with());
                    return null;
                }
                case Turn.Failed failed -> {
                    failed(failed);
                    return null;
                }
                case Turn.Challenge challenge -> speech.say(("334 " + Base64.getEncoder().encodeToString(challenge.octets()) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            Found found = input.nextLine(false);
            said = found == Found.LINE ? response() : null;
            if (said == null) {
                exchange.abandon();
                return trouble(found);
            }
        }
    }

    /// The octets of a line; null if it holds none.
    private byte @Nullable [] response() {
        try {
            return Base64.getDecoder().decode(new String(input.buffer(), input.lineStart(), input.lineLength(), StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private @Nullable Found trouble(Found found) throws IOException {
        return switch (found) {
            case LINE -> {
                // RFC 4954 §4: a star alone cancels.
                boolean cancelled = input.lineLength() == 1 && input.buffer()[input.lineStart()] == '*';
                speech.mistake(cancelled ? Replies.AUTH_CANCELLED.with() : Replies.NO_BASE64.with());
                yield null;
            }
            case TOO_LONG, FORBIDDEN_CHARACTER -> {
                speech.mistake(Replies.AUTH_LINE_TOO_LONG.with(Bounds.COMMAND_LINE));
                yield null;
            }
            case ENDLESS, CLOSED, SILENT, STOPPING, TAKEN -> found;
        };
    }

    private void failed(Turn.Failed failed) throws IOException {
        ReplyForm form = switch (failed.reason()) {
            case CREDENTIALS -> Replies.BAD_CREDENTIALS;
            case MALFORMED -> Replies.BAD_EXCHANGE;
            case TEMPORARY -> Replies.AUTH_TROUBLE;
            case TOO_OFTEN -> Replies.TOO_MANY_ATTEMPTS;
        };
        String who = failed.user() == null ? "a client" : failed.user();
        speech.refuse("AUTH", null, null, form.with(), List.of(Step.of("auth", who + " logs in", null, "refused: " + failed.why())));
    }
}
