// SPDX-License-Identifier: Apache-2.0
//
// load: sends mail by SMTP as fast as the other side takes it, and says how fast that was. One thread, epoll.
//
//   gcc -O2 -Wall -Wextra -o load load.c
//   ./load -p 2525 -s 20 -m 4096 -t 10        one line of JSON; exit 0 if everything was taken, 1 if not, 69 if nobody answered
//
//   -a ADDRESS   of the server (127.0.0.1)
//   -p PORT      of the server (25)
//   -s SESSIONS  at the same time (1)
//   -m OCTETS    size of a message, header included, within some octets (4096)
//   -t SECONDS   how long to measure (10)
//   -n MESSAGES  measure so many messages instead
//   -w MESSAGES  send so many before, uncounted (0)
//   -W SECONDS   send so long before, uncounted (0)
//   -1           a new connection for each message (default: sessions stay open)
//   -o           one command at a time (default: MAIL, RCPT and DATA in one write)
//   -f SENDER    reverse-path (load@client.example)
//   -r PATTERN   recipient; %d becomes the number of the message (u%d@example.org)
//   -u COUNT     the number counts from 0 to COUNT - 1 and again (1000000)
//   -R COUNT     recipients of a message; the number goes on (1)
//   -q RATE      at most so many messages a second
//
// The time of a message runs from its MAIL (with -1: from connecting) to the answer to its end. A message that was not taken is counted by
// the code of the answer and its session begins anew.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    int fd;
    enum { CLOSED, GREETING, HELLO, READY, MAIL, RCPT, DATA, END, QUIT } state;
    int expected;           // replies still to come in this state
    int refused;            // the code of the first no in this message
    double began;
    int counted;            // the message began within the time that is measured
    char line[512];
    int length;
    char *out;
    int held, sent, wants_out;
} session;

static const char *sender = "load@client.example", *pattern = "u%d@example.org";
static struct sockaddr_in server;
static int epoll, size = 4096, one_each, in_turn, users = 1000000, per_message = 1, pid;
static long long number, begun, taken, failed, total, connects, codes[600], lost;
static double rate, rate_from;
static int measuring, stopping, busy;
static unsigned *times;
static long long times_room;
static char *body;
static int body_length;
static session *sessions;
static int count = 1;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(69);
}

static void watch(session *s, int out) {
    struct epoll_event e = {.events = out ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = s};
    epoll_ctl(epoll, EPOLL_CTL_MOD, s->fd, &e);
    s->wants_out = out;
}

static void end_session(session *s) {
    if (s->state != CLOSED) {
        close(s->fd);
        if (s->state >= MAIL && s->state <= END) {
            busy--;
        }
        s->state = CLOSED;
    }
}

static void message_lost(session *s) {
    if (s->state >= MAIL && s->state <= END && s->counted) {
        lost++;
        failed++;
    }
    end_session(s);
}

static void flush(session *s) {
    while (s->sent < s->held) {
        ssize_t n = write(s->fd, s->out + s->sent, s->held - s->sent);
        if (n < 0 && errno == EAGAIN) {
            if (!s->wants_out) {
                watch(s, 1);
            }
            return;
        }
        if (n < 0) {
            message_lost(s);
            return;
        }
        s->sent += n;
    }
    s->held = s->sent = 0;
    if (s->wants_out) {
        watch(s, 0);
    }
}

static void put(session *s, const char *text) {
    int length = strlen(text);
    memcpy(s->out + s->held, text, length);
    s->held += length;
}

static void connect_session(session *s) {
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0) {
        die("socket");
    }
    int on = 1;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // A blocking connect is immediate on a local network, and says at once that nobody listens.
    if (connect(s->fd, (struct sockaddr *) &server, sizeof server)) {
        die("cannot connect");
    }
    fcntl(s->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
    epoll_ctl(epoll, EPOLL_CTL_ADD, s->fd, &e);
    s->state = GREETING;
    s->expected = 1;
    s->held = s->sent = s->length = s->wants_out = 0;
    s->began = now();
    connects++;
}

static void begin_message(session *s) {
    char line[600], address[256];
    if (!one_each) {
        s->began = now();
    }
    s->refused = 0;
    s->counted = measuring;
    busy++;
    begun++;
    snprintf(line, sizeof line, "MAIL FROM:<%s>\r\n", sender);
    put(s, line);
    s->state = MAIL;
    s->expected = 1;
    if (in_turn) {
        flush(s);
        return;
    }
    for (int i = 0; i < per_message; i++) {
        snprintf(address, sizeof address, pattern, (int) (number++ % users));
        snprintf(line, sizeof line, "RCPT TO:<%s>\r\n", address);
        put(s, line);
    }
    put(s, "DATA\r\n");
    s->expected = 2 + per_message;
    flush(s);
}

static void send_content(session *s) {
    s->held += sprintf(s->out + s->held, "From: <%s>\r\nMessage-ID: <%lld.%d@client.example>\r\n", sender, begun, pid);
    memcpy(s->out + s->held, body, body_length);
    s->held += body_length;
    s->state = END;
    s->expected = 1;
    flush(s);
}

static void ended(session *s, int code) {
    busy--;
    s->state = READY;
    total++;
    if (!s->counted) {
        return;
    }
    if (code / 100 != 2) {
        failed++;
        codes[code]++;
        return;
    }
    if (taken == times_room) {
        times_room = times_room ? times_room * 2 : 65536;
        times = realloc(times, times_room * sizeof *times);
        if (!times) {
            die("memory");
        }
    }
    times[taken++] = (now() - s->began) * 1e6;
}

static void say_quit(session *s) {
    s->state = QUIT;
    s->expected = 1;
    put(s, "QUIT\r\n");
    flush(s);
}

static int may_begin(void) {
    return !stopping && (rate == 0 || begun < (now() - rate_from) * rate);
}

static void go_on(session *s) {
    if (s->state == READY && stopping) {
        say_quit(s);
    } else if (s->state == READY && may_begin()) {
        begin_message(s);
    }
}

static void send_recipient(session *s, int last) {
    char line[600], address[256];
    if (last) {
        put(s, "DATA\r\n");
        s->state = DATA;
        s->expected = 1;
    } else {
        snprintf(address, sizeof address, pattern, (int) (number++ % users));
        snprintf(line, sizeof line, "RCPT TO:<%s>\r\n", address);
        put(s, line);
    }
    flush(s);
}

// One complete reply has come.
static void replied(session *s, int code) {
    int good = code / 100 == (s->state == MAIL && !in_turn && s->expected == 1 ? 3 : s->state == DATA ? 3 : 2);
    if (!good && !s->refused) {
        s->refused = code;
    }
    if (--s->expected > 0) {
        if (s->state == RCPT) {
            send_recipient(s, 0);
        }
        return;
    }
    switch (s->state) {
        case GREETING:
            if (code != 220) {
                failed++;
                codes[code]++;
                end_session(s);
                return;
            }
            s->state = HELLO;
            s->expected = 1;
            put(s, "EHLO client.example\r\n");
            flush(s);
            return;
        case HELLO:
            s->state = READY;
            break;
        case MAIL:
        case RCPT:
        case DATA:
            if (s->refused && !(code == 354)) {
                ended(s, s->refused);
                end_session(s);
                return;
            }
            if (in_turn && s->state == MAIL) {
                s->state = RCPT;
                s->expected = per_message;
                send_recipient(s, 0);
                return;
            }
            if (in_turn && s->state == RCPT) {
                send_recipient(s, 1);
                return;
            }
            send_content(s);
            return;
        case END:
            ended(s, s->refused ? s->refused : code);
            if (one_each || s->refused) {
                say_quit(s);
                return;
            }
            break;
        default:
            return;
    }
    go_on(s);
}

static void readable(session *s) {
    static char buffer[65536];
    ssize_t n = read(s->fd, buffer, sizeof buffer);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n <= 0) {
        message_lost(s);
        return;
    }
    for (ssize_t i = 0; i < n && s->state != CLOSED; i++) {
        if (s->length < (int) sizeof s->line - 1) {
            s->line[s->length++] = buffer[i];
        }
        if (buffer[i] != '\n') {
            continue;
        }
        s->line[s->length] = 0;
        int complete = s->length < 5 || s->line[3] != '-';
        s->length = 0;
        if (complete) {
            int code = atoi(s->line);
            replied(s, code >= 200 && code < 600 ? code : 599);
        }
    }
}

static void make_body(void) {
    static const char line[] = "The quick brown fox jumps over the lazy dog, and this line says nothing.\r\n";
    const char *head = "To: somebody\r\nSubject: load\r\nDate: Tue, 24 Nov 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n";
    int before = strlen(sender) + 60;
    int wanted = size - before;
    body = malloc((wanted > 0 ? wanted : 0) + sizeof line + strlen(head) + 16);
    body_length = sprintf(body, "%s", head);
    while (body_length + (int) sizeof line - 1 <= wanted) {
        memcpy(body + body_length, line, sizeof line - 1);
        body_length += sizeof line - 1;
    }
    while (body_length + 2 < wanted) {
        body[body_length++] = 'x';
    }
    body_length += sprintf(body + body_length, body[body_length - 1] == '\n' ? ".\r\n" : "\r\n.\r\n");
}

static int by_size(const void *a, const void *b) {
    unsigned x = *(const unsigned *) a, y = *(const unsigned *) b;
    return (x > y) - (x < y);
}

static double percentile(double p) {
    return taken ? times[(long long) (p * (taken - 1))] / 1e3 : 0;
}

static void print(double seconds) {
    qsort(times, taken, sizeof *times, by_size);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double cpu = use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    printf("{\"sessions\": %d, \"size\": %d, \"pipelining\": %s, \"kept\": %s, \"messages\": %lld, \"failed\": %lld, \"lost\": %lld, \"seconds\": %.3f, "
           "\"messages_per_second\": %.1f, \"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"connections\": %lld, \"cpu_seconds\": %.2f",
           count, size, in_turn ? "false" : "true", one_each ? "false" : "true", taken, failed, lost, seconds, seconds > 0 ? taken / seconds : 0.0,
           percentile(0.5), percentile(0.9), percentile(0.99), percentile(1), connects, cpu);
    const char *separator = ", \"codes\": {";
    for (int i = 0; i < 600; i++) {
        if (codes[i]) {
            printf("%s\"%d\": %lld", separator, i, codes[i]);
            separator = ", ";
        }
    }
    printf("%s}\n", separator[2] == '"' ? "" : "}");
}

// Runs until the time or the number is reached. Sessions that have nothing to do are begun or go on.
static void run(double seconds, long long number_of_messages) {
    double end = now() + seconds;
    long long from = total;
    for (int i = 0; i < count; i++) {
        go_on(&sessions[i]);
    }
    while (stopping ? busy > 0 && now() < end : (number_of_messages ? total - from < number_of_messages : now() < end)) {
        struct epoll_event events[256];
        int got = epoll_wait(epoll, events, 256, rate > 0 ? 1 : 100);
        for (int i = 0; i < got; i++) {
            session *s = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) {
                flush(s);
            }
            if (s->state != CLOSED && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                readable(s);
            }
            if (s->state == CLOSED && !stopping) {
                connect_session(s);
            }
        }
        for (int i = 0; rate > 0 && i < count; i++) {
            if (sessions[i].state == CLOSED && !stopping) {
                connect_session(&sessions[i]);
            }
            go_on(&sessions[i]);
        }
    }
}

int main(int argc, char **argv) {
    const char *address = "127.0.0.1";
    int port = 25, option;
    double seconds = 10, warm_seconds = 0;
    long long messages = 0, warm_messages = 0;
    while ((option = getopt(argc, argv, "a:p:s:m:t:n:w:W:1of:r:u:R:q:")) != -1) {
        switch (option) {
            case 'a': address = optarg; break;
            case 'p': port = atoi(optarg); break;
            case 's': count = atoi(optarg); break;
            case 'm': size = atoi(optarg); break;
            case 't': seconds = atof(optarg); break;
            case 'n': messages = atoll(optarg); break;
            case 'w': warm_messages = atoll(optarg); break;
            case 'W': warm_seconds = atof(optarg); break;
            case '1': one_each = 1; break;
            case 'o': in_turn = 1; break;
            case 'f': sender = optarg; break;
            case 'r': pattern = optarg; break;
            case 'u': users = atoi(optarg); break;
            case 'R': per_message = atoi(optarg); break;
            case 'q': rate = atof(optarg); break;
            default: fprintf(stderr, "usage: see the head of load.c\n"); return 64;
        }
    }
    if (count < 1 || size < 1 || users < 1 || per_message < 1 || strchr(pattern, '%') != strrchr(pattern, '%')
            || (strchr(pattern, '%') && strchr(pattern, '%')[1] != 'd') || strlen(pattern) > 200 || strlen(sender) > 200) {
        fprintf(stderr, "load: numbers must be at least 1, and a pattern has at most one %%d\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    pid = getpid();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    if (inet_pton(AF_INET, address, &server.sin_addr) != 1) {
        fprintf(stderr, "load: %s is no IPv4 address\n", address);
        return 64;
    }
    make_body();
    sessions = calloc(count, sizeof *sessions);
    rate_from = now();
    for (int i = 0; i < count; i++) {
        sessions[i].out = malloc(body_length + 2048 + 512 * (size_t) (per_message + 2));
        connect_session(&sessions[i]);
    }
    if (warm_messages || warm_seconds > 0) {
        run(warm_messages ? 1e9 : warm_seconds, warm_messages);
    }
    measuring = 1;
    rate_from = now() - (rate > 0 ? begun / rate : 0);
    double from = now();
    run(messages ? 1e9 : seconds, messages);
    double took = now() - from;
    stopping = 1;
    run(30, 0);
    for (int i = 0; i < count; i++) {
        if (sessions[i].state >= MAIL && sessions[i].state <= END) {
            message_lost(&sessions[i]);
        }
    }
    print(took);
    return failed == 0 ? 0 : 1;
}
