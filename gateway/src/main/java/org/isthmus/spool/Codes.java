// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.smtp.StatusClass;
import org.isthmus.transit.Priority;
import org.isthmus.transit.Stage;

/// The numbers by which enumerations stand in the journal. A number that was ever given keeps its meaning for ever.
final class Codes {
    private Codes() {}

    static int of(BodyType body) {
        return switch (body) {
            case SEVENBIT -> 1;
            case EIGHTBITMIME -> 2;
            case BINARYMIME -> 3;
        };
    }

    static BodyType body(int code) throws Damaged {
        for (BodyType one : BodyType.values()) {
            if (of(one) == code) {
                return one;
            }
        }
        throw unknown("body type", code);
    }

    static int of(Priority priority) {
        return switch (priority) {
            case URGENT -> 1;
            case NORMAL -> 2;
            case NON_URGENT -> 3;
        };
    }

    static Priority priority(int code) throws Damaged {
        for (Priority one : Priority.values()) {
            if (of(one) == code) {
                return one;
            }
        }
        throw unknown("priority", code);
    }

    static int of(ReturnContent content) {
        return switch (content) {
            case FULL -> 1;
            case HDRS -> 2;
        };
    }

    static ReturnContent returnContent(int code) throws Damaged {
        for (ReturnContent one : ReturnContent.values()) {
            if (of(one) == code) {
                return one;
            }
        }
        throw unknown("RET", code);
    }

    /// One bit each, so that a set is a sum.
    static int of(ReportOn event) {
        return switch (event) {
            case SUCCESS -> 1;
            case FAILURE -> 2;
            case DELAY -> 4;
        };
    }

    static int of(Stage stage) {
        return switch (stage) {
            case CONNECT -> 1;
            case GREETING -> 2;
            case HELLO -> 3;
            case TLS -> 4;
            case AUTH -> 5;
            case MAIL -> 6;
            case RCPT -> 7;
            case DATA -> 8;
            case DATA_BLOCK -> 9;
            case END_OF_DATA -> 10;
            case QUIT -> 11;
        };
    }

    static Stage stage(int code) throws Damaged {
        for (Stage one : Stage.values()) {
            if (of(one) == code) {
                return one;
            }
        }
        throw unknown("stage", code);
    }

    static StatusClass statusClass(int digit) throws Damaged {
        for (StatusClass one : StatusClass.values()) {
            if (one.digit() == digit) {
                return one;
            }
        }
        throw unknown("status class", digit);
    }

    private static Damaged unknown(String what, int code) {
        return new Damaged("no such " + what + ": " + code);
    }
}
