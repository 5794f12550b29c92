// OpenSSL 3 libcrypto for Swift. No logic.
#ifndef KORTVAKT_COPENSSL_H
#define KORTVAKT_COPENSSL_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#endif
