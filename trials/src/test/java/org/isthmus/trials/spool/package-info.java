// SPDX-License-Identifier: Apache-2.0
/// The spool against a disk that loses, tears and fails: every crash point and every fault of small workloads, with a ledger of what was promised.
@NullMarked
package org.isthmus.trials.spool;

import org.jspecify.annotations.NullMarked;
