#include "node/cli/versions.h"

#include <stdio.h>

#include <jansson.h>
#include <libwebsockets.h>
#include <lmdb.h>
#include <qrencode.h>
#include <sodium.h>
#include <zmq.h>

#include "node/version.h"

const char *program_version(void)
{
    return TRESTLE_VERSION " (" TRESTLE_REVISION ")";
}

void print_versions(void)
{
    int major = 0, minor = 0, patch = 0;
    (void)printf("trestle %s\n", program_version());
    zmq_version(&major, &minor, &patch);
    (void)printf("libzmq %d.%d.%d\n", major, minor, patch);
    (void)mdb_version(&major, &minor, &patch);
    (void)printf("lmdb %d.%d.%d\n", major, minor, patch);
    (void)printf("libsodium %s\n", sodium_version_string());
    (void)printf("libwebsockets %s\n", lws_get_library_version());
    (void)printf("jansson %s\n", jansson_version_str());
    (void)printf("libqrencode %s\n", QRcode_APIVersionString());
}
