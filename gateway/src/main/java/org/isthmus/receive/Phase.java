// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import org.isthmus.smtp.Hello;

/// Where a session stands; a MAIL before EHLO has no value here to be held in.
sealed interface Phase {
    /// The client has not said who it is.
    record Greeting() implements Phase {}

    /// Between transactions.
    record Idle(Hello hello) implements Phase {}

    /// Within a transaction: from MAIL to the end of data, or RSET.
    record Gathering(Hello hello, Transaction transaction) implements Phase {}

    /// The last word is said.
    record Closing() implements Phase {}
}
