/* phone.h - a customer's phone on a node's /ws, over loopback: raw frames of RFC 6455.
 *
 * A call fails the test when the node says nothing within DEADLINE_MS.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_PHONE_H
#define TRESTLE_TESTS_PROCESS_LIB_PHONE_H

struct phone;

/* Connected and upgraded. Free with phone_close(). */
struct phone *phone_new(int port);
void phone_close(struct phone *phone);

/* The status that the handshake for a @view is answered with; 101 = it is let in, and left again.
 */
int phone_refused(int port, const char *view);

void phone_say(struct phone *phone, const char *text);

/* A short one @count times, in one piece of 512 bytes at most: the node reads all of them before it
 * does anything. */
void phone_say_often(struct phone *phone, const char *text, unsigned count);

/* The next text, NUL-ended; overwritten by the next. Pings are answered. */
const char *phone_hear(struct phone *phone);

/* The same, or NULL when it was closed; phone_end() then says why. */
const char *phone_hear_or_end(struct phone *phone);

/* Hear until it is closed: the status that is given with it; 0 = none was. */
int phone_end(struct phone *phone);

#endif
