// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.DataReader;

/// Takes content off the wire, after DATA and after BDAT, within limits of time and size. How it ended is a value; what the content is worth is the business of others.
final class ContentReading {
    enum End {
        COMPLETE,
        /// The client stopped, or dribbles.
        TOO_SLOW,
        /// Far more than is allowed; the rest is not read.
        ENDLESS,
        /// The client is gone.
        LOST
    }

    private final ClientInput input;

    ContentReading(ClientInput input) {
        this.input = input;
    }

    /// Reads to the true end of the data.
    End data(DataReader reader, Intake into, long most) throws IOException {
        long read = 0;
        input.beginPace();
        while (true) {
            int octets = reader.feed(input.buffer(), input.start(), input.ready(), into);
            input.skip(octets);
            read += octets;
            if (reader.done()) {
                return End.COMPLETE;
            }
            if (read > most) {
                return End.ENDLESS;
            }
            End trouble = more();
            if (trouble != End.COMPLETE) {
                return trouble;
            }
        }
    }

    /// Reads one chunk of BDAT.
    End chunk(long size, Transaction transaction, Intake into, long most) {
        if (into.octets() + size > most) {
            return End.ENDLESS;
        }
        boolean binary = transaction.parameters.body() == BodyType.BINARYMIME;
        long left = size;
        input.beginPace();
        while (left > 0) {
            End trouble = input.ready() > 0 ? End.COMPLETE : more();
            if (trouble != End.COMPLETE) {
                return trouble;
            }
            int octets = (int) Math.min(left, input.ready());
            if (!binary) {
                transaction.lines.feed(input.buffer(), input.start(), octets);
            }
            into.write(input.buffer(), input.start(), octets);
            input.skip(octets);
            left -= octets;
        }
        return End.COMPLETE;
    }

    /// Reads a chunk that nobody wants.
    End swallow(long size) {
        if (size > Bounds.DATA_OVERRUN) {
            return End.ENDLESS;
        }
        long left = size;
        input.beginPace();
        while (left > 0) {
            End trouble = input.ready() > 0 ? End.COMPLETE : more();
            if (trouble != End.COMPLETE) {
                return trouble;
            }
            int octets = (int) Math.min(left, input.ready());
            input.skip(octets);
            left -= octets;
        }
        return End.COMPLETE;
    }

    private End more() {
        try {
            input.fillContent();
            return End.COMPLETE;
        } catch (SocketTimeoutException e) {
            return End.TOO_SLOW;
        } catch (IOException e) {
            return End.LOST;
        }
    }
}
