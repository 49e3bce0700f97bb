/* versions.h - what this program is made of.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_VERSIONS_H
#define TRESTLE_NODE_CLI_VERSIONS_H

/* "0.1.0 (3f9a0c112233)": static memory. */
const char *program_version(void);

/* The program's version and its libraries', one a line, on stdout. */
void print_versions(void);

#endif
