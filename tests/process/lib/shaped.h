/* shaped.h - whether what a command printed with --json is of the shape that it names. */
#ifndef TRESTLE_TESTS_PROCESS_LIB_SHAPED_H
#define TRESTLE_TESTS_PROCESS_LIB_SHAPED_H

/* @line is one object: {"schema":"@name/N", ...}, and the rest is a @name of node/cli/shape.h. */
void assert_shaped(const char *name, const char *line);

#endif
