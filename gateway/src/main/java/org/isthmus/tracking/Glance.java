// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The short fields of a line, without a tree: all values that are neither objects nor lists, those of objects under {@code object.name}, and the
/// lengths of lists. Enough for mail log and counters, which see every event.
final class Glance {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, String> fields = new HashMap<>();

    /// Looks at another line; what was seen before is forgotten.
    /// @param toList only what stands before the first list
    /// @return false if it is no JSON
    boolean at(byte[] bytes, int offset, int length, boolean toList) {
        fields.clear();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            object(parser, "", toList);
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    @Nullable String get(String name) {
        return fields.get(name);
    }

    String get(String name, String otherwise) {
        return fields.getOrDefault(name, otherwise);
    }

    /// @return false if it ended at a list
    private boolean object(JsonParser parser, String prefix, boolean toList) {
        for (JsonToken token = parser.nextToken(); token != null && token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            String name = prefix + parser.currentName();
            token = parser.nextToken();
            if (token == JsonToken.START_OBJECT) {
                if (!object(parser, name + ".", toList)) {
                    return false;
                }
            } else if (token == JsonToken.START_ARRAY && toList) {
                return false;
            } else if (token == JsonToken.START_ARRAY) {
                fields.put(name, Integer.toString(elements(parser)));
            } else {
                fields.put(name, parser.getString());
            }
        }
        return true;
    }

    private static int elements(JsonParser parser) {
        int count = 0;
        for (JsonToken token = parser.nextToken(); token != null && token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            count++;
            if (token.isStructStart()) {
                parser.skipChildren();
            }
        }
        return count;
    }
}
