// SPDX-License-Identifier: Apache-2.0
//
// sink: takes any mail by SMTP or LMTP, counts it and throws it away. One thread, epoll; fast enough not to be what a benchmark measures.
//
//   gcc -O2 -Wall -Wextra -o sink sink.c
//   ./sink -p 2525                    until SIGTERM or SIGINT, which print one line of JSON and end it
//
//   -a ADDRESS   listen here (127.0.0.1)
//   -p PORT      listen here (0: any; the one chosen is in the first line of output)
//   -l           LMTP: an answer for each recipient
//   -c           offer CHUNKING
//   -i SECONDS   also print the figures so often
//   -d MILLIS    wait so long before the answer to each end of data
//
// Only CRLF . CRLF ends data. It believes everything, checks nothing, and keeps sessions open as long as the client likes.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 256 * 1024, LINE_SIZE = 4096 };

typedef struct session {
    int fd;
    enum { COMMAND, DATA, CHUNK } state;
    int match;              // octets of CRLF . CRLF seen: 0 "", 1 CR, 2 CRLF, 3 CRLF., 4 CRLF.CR
    long long chunk;        // octets still to come of a chunk
    int last;               // the chunk is the last one
    int recipients;
    long long octets;       // of the present message
    char line[LINE_SIZE];
    int length;
    char *out;
    int held, room, sent;
    int closing;            // close when everything is written
    double due;             // when the held answer may go; 0: now
    struct session *next;   // in the list of those that wait
} session;

static int epoll, lmtp, chunking, delay_ms;
static volatile sig_atomic_t stop;
static long long messages, recipients, octets, connections, open_now;
static double first, last, last_at;
static session *waiting, *waiting_end;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

// Seconds since 1970, for those who compare with what they saw themselves.
static double wall(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void print(void) {
    double seconds = messages > 1 ? last - first : 0;
    printf("{\"messages\": %lld, \"recipients\": %lld, \"octets\": %lld, \"connections\": %lld, \"open\": %lld, \"seconds\": %.3f, "
           "\"last_at\": %.3f, \"messages_per_second\": %.1f}\n",
           messages, recipients, octets, connections, open_now, seconds, last_at, seconds > 0 ? (messages - 1) / seconds : 0.0);
    fflush(stdout);
}

static void on_signal(int number) {
    (void) number;
    stop = 1;
}

static void say(session *s, const char *text) {
    int length = strlen(text);
    if (s->held + length > s->room) {
        s->room = (s->held + length) * 2;
        s->out = realloc(s->out, s->room);
        if (!s->out) {
            abort();
        }
    }
    memcpy(s->out + s->held, text, length);
    s->held += length;
}

static void end_session(session *s) {
    for (session **at = &waiting; *at; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            break;
        }
    }
    waiting_end = NULL;
    for (session *w = waiting; w; w = w->next) {
        waiting_end = w;
    }
    close(s->fd);
    free(s->out);
    free(s);
    open_now--;
}

// Writes what is held; 0 if the session has ended.
static int flush(session *s) {
    while (s->sent < s->held) {
        ssize_t n = write(s->fd, s->out + s->sent, s->held - s->sent);
        if (n < 0 && errno == EAGAIN) {
            struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = s};
            epoll_ctl(epoll, EPOLL_CTL_MOD, s->fd, &e);
            return 1;
        }
        if (n <= 0) {
            end_session(s);
            return 0;
        }
        s->sent += n;
    }
    s->held = s->sent = 0;
    if (s->closing) {
        end_session(s);
        return 0;
    }
    return 1;
}

static void message_ended(session *s) {
    last = now();
    last_at = wall();
    if (!messages) {
        first = last;
    }
    messages++;
    recipients += s->recipients;
    octets += s->octets;
    for (int i = lmtp ? s->recipients : 1; i > 0; i--) {
        say(s, "250 2.0.0 Taken\r\n");
    }
    s->recipients = 0;
    s->state = COMMAND;
    if (delay_ms && s->due == 0) {
        s->due = last + delay_ms / 1e3;
        s->next = NULL;
        if (waiting_end) {
            waiting_end->next = s;
        } else {
            waiting = s;
        }
        waiting_end = s;
    }
}

static int is(const char *line, const char *verb) {
    return strncasecmp(line, verb, strlen(verb)) == 0;
}

static void command(session *s) {
    const char *line = s->line;
    if (is(line, "MAIL")) {
        s->recipients = 0;
        s->octets = 0;
        say(s, "250 2.1.0 Ok\r\n");
    } else if (is(line, "RCPT")) {
        s->recipients++;
        say(s, "250 2.1.5 Ok\r\n");
    } else if (is(line, "DATA")) {
        if (s->recipients) {
            s->state = DATA;
            s->match = 2;
            say(s, "354 Go ahead\r\n");
        } else {
            say(s, "503 5.5.1 No recipients\r\n");
        }
    } else if (is(line, "BDAT ")) {
        s->chunk = atoll(line + 5);
        s->last = strcasestr(line, "LAST") != NULL;
        s->octets += s->chunk;
        s->state = CHUNK;
    } else if (is(line, "EHLO") || is(line, "LHLO")) {
        say(s, chunking ? "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
                        : "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
    } else if (is(line, "HELO") || is(line, "NOOP")) {
        say(s, "250 sink.example\r\n");
    } else if (is(line, "RSET")) {
        s->recipients = 0;
        say(s, "250 2.0.0 Ok\r\n");
    } else if (is(line, "QUIT")) {
        say(s, "221 2.0.0 Bye\r\n");
        s->closing = 1;
    } else {
        say(s, "500 5.5.2 What?\r\n");
    }
}

static void chunk_ended(session *s) {
    s->state = COMMAND;
    if (s->last) {
        message_ended(s);
    } else {
        say(s, "250 2.0.0 Ok\r\n");
    }
}

// Takes octets of data up to the end mark; says how many it took.
static int data(session *s, const char *from, int length) {
    int at = 0;
    while (at < length) {
        if (s->match == 0) {
            const char *cr = memchr(from + at, '\r', length - at);
            if (!cr) {
                s->octets += length - at;
                return length;
            }
            s->octets += cr - (from + at);
            at = cr - from;
        }
        char c = from[at++];
        s->octets++;
        switch (s->match) {
            case 0: s->match = c == '\r'; break;
            case 1: s->match = c == '\n' ? 2 : c == '\r'; break;
            case 2: s->match = c == '.' ? 3 : c == '\r'; break;
            case 3: s->match = c == '\r' ? 4 : 0; break;
            default:
                if (c == '\n') {
                    s->octets -= 3;
                    message_ended(s);
                    return at;
                }
                s->match = c == '\r';
        }
    }
    return at;
}

static void take(session *s, const char *from, int length) {
    int at = 0;
    while (at < length && !s->closing) {
        if (s->state == DATA) {
            at += data(s, from + at, length - at);
        } else if (s->state == CHUNK) {
            long long n = s->chunk < length - at ? s->chunk : length - at;
            s->chunk -= n;
            at += n;
            if (s->chunk == 0) {
                chunk_ended(s);
            }
        } else {
            const char *lf = memchr(from + at, '\n', length - at);
            int n = lf ? lf - (from + at) + 1 : length - at;
            int keep = n < LINE_SIZE - 1 - s->length ? n : LINE_SIZE - 1 - s->length;
            memcpy(s->line + s->length, from + at, keep);
            s->length += keep;
            at += n;
            if (lf) {
                s->line[s->length] = 0;
                s->length = 0;
                command(s);
                if (s->state == CHUNK && s->chunk == 0) {
                    chunk_ended(s);
                }
            }
        }
    }
}

static void readable(session *s) {
    static char buffer[READ_SIZE];
    ssize_t n = read(s->fd, buffer, sizeof buffer);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n <= 0) {
        end_session(s);
        return;
    }
    take(s, buffer, n);
    if (s->due == 0) {
        flush(s);
    }
}

static void accept_all(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        session *s = calloc(1, sizeof *s);
        if (!s) {
            abort();
        }
        s->fd = fd;
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
        connections++;
        open_now++;
        say(s, lmtp ? "220 sink.example LMTP\r\n" : "220 sink.example ESMTP\r\n");
        flush(s);
    }
}

static int listen_at(const char *address, int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1 || bind(fd, (struct sockaddr *) &at, sizeof at) || listen(fd, 4096)) {
        fprintf(stderr, "sink: cannot listen on %s:%d: %s\n", address, port, strerror(errno));
        exit(71);
    }
    socklen_t length = sizeof at;
    getsockname(fd, (struct sockaddr *) &at, &length);
    printf("{\"listening\": \"%s:%d\"}\n", address, ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv) {
    const char *address = "127.0.0.1";
    int port = 0, interval = 0, option;
    while ((option = getopt(argc, argv, "a:p:lci:d:")) != -1) {
        switch (option) {
            case 'a': address = optarg; break;
            case 'p': port = atoi(optarg); break;
            case 'l': lmtp = 1; break;
            case 'c': chunking = 1; break;
            case 'i': interval = atoi(optarg); break;
            case 'd': delay_ms = atoi(optarg); break;
            default: fprintf(stderr, "usage: sink [-a ADDRESS] [-p PORT] [-l] [-c] [-i SECONDS] [-d MILLIS]\n"); return 64;
        }
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    signal(SIGPIPE, SIG_IGN);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_at(address, port);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
    double printed = now();
    while (!stop) {
        struct epoll_event events[256];
        int count = epoll_wait(epoll, events, 256, waiting ? 1 : 200);
        for (int i = 0; i < count; i++) {
            session *s = events[i].data.ptr;
            if (!s) {
                accept_all(listener);
            } else if (events[i].events & EPOLLOUT) {
                struct epoll_event again = {.events = EPOLLIN, .data.ptr = s};
                epoll_ctl(epoll, EPOLL_CTL_MOD, s->fd, &again);
                flush(s);
            } else {
                readable(s);
            }
        }
        double t = waiting || interval ? now() : 0;
        while (waiting && waiting->due <= t) {
            session *s = waiting;
            waiting = s->next;
            if (!waiting) {
                waiting_end = NULL;
            }
            s->due = 0;
            flush(s);
        }
        if (interval && t - printed >= interval) {
            print();
            printed = t;
        }
    }
    print();
    return 0;
}
