// SPDX-License-Identifier: Apache-2.0

/// Loops found before any mail flows: layer 0 of loop control. Whole walks over configuration, directory and DNS; nothing is sent.
///
/// The main types are {@link org.isthmus.predict.Predictor}, which makes a {@link org.isthmus.predict.Prediction}, and {@link org.isthmus.predict.Foresight}, which makes one again and again
/// beside the running server. What a way is and where it leads is asked of the router itself ({@code route.Survey}), never decided here a second time.
/// May use {@code policy}, {@code route} and everything above; may be used by {@code explain}, {@code cli} and {@code main}.
@NullMarked
package org.isthmus.predict;

import org.jspecify.annotations.NullMarked;
