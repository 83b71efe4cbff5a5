// SPDX-License-Identifier: Apache-2.0

/// Holds the documents to the code: where each RFC is cited, and what is said of each.
@NullMarked
package org.isthmus.trials.documents;

import org.jspecify.annotations.NullMarked;
