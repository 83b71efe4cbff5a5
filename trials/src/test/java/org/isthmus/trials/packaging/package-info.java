// SPDX-License-Identifier: Apache-2.0

/// What is shipped beside the program.
@NullMarked
package org.isthmus.trials.packaging;

import org.jspecify.annotations.NullMarked;
