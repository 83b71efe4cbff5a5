// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.nio.charset.StandardCharsets;
import org.isthmus.sasl.PlainMessage;
import org.isthmus.sasl.SaslProblem;
import org.jspecify.annotations.Nullable;

/// Exchanges in which the client says its password.
final class PasswordExchange {
    private PasswordExchange() {}

    /// Looks whether a password fits.
    interface Check {
        Turn check(String user, String password);
    }

    /// RFC 4616.
    record Plain(Check check) implements Exchange {
        @Override
        public Turn next(byte @Nullable [] response) {
            if (response == null) {
                return new Turn.Challenge(new byte[0]);
            }
            try {
                PlainMessage message = PlainMessage.parse(response);
                // RFC 4616 §2: acting as another is for those who may; here nobody may. Field: clients repeat their own name there.
                return message.actAs().isEmpty() || message.actAs().equals(message.user())
                        ? check.check(message.user(), message.password())
                        : new Turn.Failed(Turn.Reason.CREDENTIALS, message.user(), "nobody may act as another user");
            } catch (SaslProblem e) {
                return Turn.malformed(String.valueOf(e.getMessage()));
            }
        }
    }

    /// LOGIN: no standard, and much in use. Two questions; the name may come with the command.
    static final class Login implements Exchange {
        private final Check check;
        private @Nullable String user;
        private boolean asked;

        Login(Check check) {
            this.check = check;
        }

        @Override
        public Turn next(byte @Nullable [] response) {
            if (response == null && !asked) {
                asked = true;
                return question("Username:");
            }
            try {
                String said = PlainMessage.part(response == null ? new byte[0] : response);
                String name = user;
                if (name == null) {
                    user = said;
                    return question("Password:");
                }
                return check.check(name, said);
            } catch (SaslProblem e) {
                return Turn.malformed(String.valueOf(e.getMessage()));
            }
        }

        private static Turn question(String text) {
            return new Turn.Challenge(text.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
