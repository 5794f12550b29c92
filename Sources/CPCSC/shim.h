// libpcsclite for Swift: what the importer drops is given again as static inlines and constants. No logic.
#ifndef KORTVAKT_CPCSC_H
#define KORTVAKT_CPCSC_H

#include <winscard.h>
#include <reader.h>

static inline const SCARD_IO_REQUEST *kv_pci_t0(void) { return SCARD_PCI_T0; }
static inline const SCARD_IO_REQUEST *kv_pci_t1(void) { return SCARD_PCI_T1; }
static inline const SCARD_IO_REQUEST *kv_pci_raw(void) { return SCARD_PCI_RAW; }
static const DWORD kv_max_buffer_size_extended = MAX_BUFFER_SIZE_EXTENDED;
static const DWORD kv_get_feature_request = CM_IOCTL_GET_FEATURE_REQUEST;

#endif
