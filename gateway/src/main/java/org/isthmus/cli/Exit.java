// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

/// What commands end with: the first four as every verb has them, the rest as sysexits.h.
final class Exit {
    static final int YES = 0;
    static final int CANNOT_TELL = 1;
    static final int NO = 2;
    static final int NOT_FOUND = 3;
    static final int USAGE = 64;
    static final int DATA = 65;
    static final int NO_INPUT = 66;
    static final int UNAVAILABLE = 69;
    static final int SOFTWARE = 70;
    static final int CANNOT_CREATE = 73;
    static final int IO = 74;
    static final int TEMPORARY = 75;
    static final int NO_PERMISSION = 77;
    static final int CONFIGURATION = 78;

    private Exit() {}
}
