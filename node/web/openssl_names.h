/* openssl_names.h - before OpenSSL's headers, and those of lws, which show them: a type there has
 * the name of an error of ours, and gets another one. After them: #undef ERR_STATE.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_WEB_OPENSSL_NAMES_H
#define TRESTLE_NODE_WEB_OPENSSL_NAMES_H

#define ERR_STATE ERR_STATE_of_openssl

#endif
