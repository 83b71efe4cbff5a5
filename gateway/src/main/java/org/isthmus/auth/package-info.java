// SPDX-License-Identifier: Apache-2.0

/// As whom clients log in: who the users are, how they prove themselves, how often one may try, and which sender addresses a user may use.
///
/// The main type is {@code Authenticator}; an {@code Exchange} is one AUTH command's conversation, and knows nothing of SMTP. Users stand in a file ({@code UsersFile}, Argon2id and SCRAM keys)
/// or in Dovecot ({@code DovecotUsers}). May use {@code config}, {@code transit}, {@code tracking}, {@code platform} and the standards. Promises that the time of an answer does not tell whether a user
/// exists, that no password is kept, logged or traced, and that what it remembers is bounded.
@NullMarked
package org.isthmus.auth;

import org.jspecify.annotations.NullMarked;
