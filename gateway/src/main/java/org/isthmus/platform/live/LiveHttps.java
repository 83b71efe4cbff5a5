// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.isthmus.platform.Https;
import org.jspecify.annotations.Nullable;

/// HTTPS by the client of the JDK, which checks names and authorities by itself. Each exchange has a client of its own: they are rare, and nothing is left behind.
public final class LiveHttps implements Https {
    private final @Nullable SSLContext context;

    /// With the authorities of the Java installation.
    public LiveHttps() {
        this(null);
    }

    /// @param context whose authorities count; none for the usual ones
    public LiveHttps(@Nullable SSLContext context) {
        this.context = context;
    }

    @Override
    public Answer get(URI from, int most, Duration limit) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(from).GET().build();
        HttpResponse.BodyHandler<byte[]> body = HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), most);
        HttpResponse<byte[]> response = send(request, body, limit);
        return new Answer(response.statusCode(), response.headers().firstValue("Content-Type").orElse(""), response.body());
    }

    @Override
    public int post(URI to, String type, byte[] body, Duration limit) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(to).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
        return send(request, HttpResponse.BodyHandlers.discarding(), limit).statusCode();
    }

    /// The limit of a request of the JDK ends with the headers; this one is for the whole.
    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body, Duration limit) throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).connectTimeout(limit);
        HttpClient client = (context == null ? builder : builder.sslContext(context)).build();
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, body);
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (TimeoutException e) {
            throw new IOException("no answer from " + request.uri().getHost() + " in " + limit.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw problem(request.uri(), e.getCause() == null ? e : e.getCause());
        } finally {
            client.shutdownNow();
        }
    }

    private static IOException problem(URI uri, Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof SSLHandshakeException) {
                return new Untrusted(uri.getHost() + ": " + at.getMessage());
            }
        }
        return new IOException(uri.getHost() + ": " + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()), cause);
    }
}
