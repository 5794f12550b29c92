// OpenSSL 3 libcrypto for Swift. No logic.
#ifndef KORTVAKT_COPENSSL_H
#define KORTVAKT_COPENSSL_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// The stacks of OpenSSL are macros, which Swift does not see.

static inline STACK_OF(X509) *kv_certificates_new(void) { return sk_X509_new_null(); }
static inline int kv_certificates_push(STACK_OF(X509) *stack, X509 *x) { return sk_X509_push(stack, x); }
static inline int kv_certificates_count(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *kv_certificates_at(const STACK_OF(X509) *stack, int i) { return sk_X509_value(stack, i); }
// Frees the stack, not what is in it.
static inline void kv_certificates_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }

static inline int kv_general_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline const GENERAL_NAME *kv_general_names_at(const GENERAL_NAMES *names, int i) {
    return sk_GENERAL_NAME_value(names, i);
}
static inline const ASN1_STRING *kv_general_name_uri(const GENERAL_NAME *name) {
    return name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
}
static inline const X509_NAME *kv_general_name_directory(const GENERAL_NAME *name) {
    return name->type == GEN_DIRNAME ? name->d.directoryName : NULL;
}
static inline const ASN1_STRING *kv_general_name_email(const GENERAL_NAME *name) {
    return name->type == GEN_EMAIL ? name->d.rfc822Name : NULL;
}
// Microsoft's user principal name, an otherName.
static inline const ASN1_STRING *kv_general_name_upn(const GENERAL_NAME *name) {
    return name->type == GEN_OTHERNAME && OBJ_obj2nid(name->d.otherName->type_id) == NID_ms_upn &&
                   name->d.otherName->value->type == V_ASN1_UTF8STRING
               ? name->d.otherName->value->value.utf8string
               : NULL;
}

static inline int kv_crl_points_count(const CRL_DIST_POINTS *points) { return sk_DIST_POINT_num(points); }
static inline DIST_POINT *kv_crl_points_at(const CRL_DIST_POINTS *points, int i) {
    return sk_DIST_POINT_value(points, i);
}
// The names of a distribution point; NULL where they are relative to the issuer.
static inline const GENERAL_NAMES *kv_point_full_name(const DIST_POINT_NAME *name) {
    return name->type == 0 ? name->name.fullname : NULL;
}

static inline int kv_access_count(const AUTHORITY_INFO_ACCESS *list) { return sk_ACCESS_DESCRIPTION_num(list); }
static inline int kv_access_method(const AUTHORITY_INFO_ACCESS *list, int i) {
    return OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(list, i)->method);
}
static inline const GENERAL_NAME *kv_access_location(const AUTHORITY_INFO_ACCESS *list, int i) {
    return sk_ACCESS_DESCRIPTION_value(list, i)->location;
}

static inline int kv_policies_count(const CERTIFICATEPOLICIES *list) { return sk_POLICYINFO_num(list); }
static inline const ASN1_OBJECT *kv_policies_at(const CERTIFICATEPOLICIES *list, int i) {
    return sk_POLICYINFO_value(list, i)->policyid;
}

static inline int kv_objects_count(const EXTENDED_KEY_USAGE *list) { return sk_ASN1_OBJECT_num(list); }
static inline const ASN1_OBJECT *kv_objects_at(const EXTENDED_KEY_USAGE *list, int i) {
    return sk_ASN1_OBJECT_value(list, i);
}

static inline int kv_revoked_count(X509_CRL *crl) { return sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)); }
static inline X509_REVOKED *kv_revoked_at(X509_CRL *crl, int i) {
    return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl), i);
}

// Empties the queue; whether an error that was put into it was there.
static inline int kv_error_queue_works(void) {
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    int works = ERR_peek_error() != 0;
    ERR_clear_error();
    return works;
}

static inline long kv_memory_bio(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

#endif
