// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.util.List;

/// The content of a file that lists something, with the lines that were of no use.
interface Listed {
    int entries();

    List<BadLine> bad();

    int badCount();
}
